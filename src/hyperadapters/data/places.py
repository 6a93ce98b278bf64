"""Files under a data root, as sources find them: by a language, side by side, or by a pair."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, product
from pathlib import Path
from typing import NamedTuple, final

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.limits import SplitNames, of_split
from hyperadapters.data.source import Place, sides
from hyperadapters.data.templates import Codes, codes_for, expand, filled, rooted, routes_in
from hyperadapters.errors import DataError, nearest
from hyperadapters.routes import Route

__all__ = ["ByLanguage", "ByPair", "Files", "InFiles", "SideBySide", "has_ids"]

Files = tuple[Path, ...]


class InFiles(NamedTuple):
    """A text in its files.

    Args:
        sides: the files of each side, in the order of their names; one side where each file holds
            all that is said.
        path: the template that names them.
        codes: our language names -> what the files call them, in the files' own order.
    """

    sides: tuple[Files, ...]
    path: str
    codes: Mapping[str, str]

    def __str__(self) -> str:
        return " | ".join(", ".join(map(str, files)) for files in self.sides)


_Way = tuple[Mapping[str, str], Sequence[Mapping[str, str]]]
"""The codes of languages, and the fields of a template for each side."""


@dataclass(frozen=True)
class _Named(Place):
    """Files that templates name, and what they call our languages.

    Args:
        most: how many texts of a template are read, the best ones; None for all.
    """

    paths: tuple[str, ...]
    codes: Codes
    most: int | None = 1

    @abstractmethod
    def _ways(self, path: str, route: Route, split: str) -> Iterator[_Way]:
        """What can stand for the fields of a template, the best first."""

    @abstractmethod
    def _lacks(self, route: Route, split: str) -> str:
        """What to say is not there."""

    def _named(self, root: Path | None, *fields: str) -> list[Route]:
        """What some fields of the templates stand for, as our languages."""
        each = (routes_in(root, path, self.codes, *fields) for path in self.paths)
        return [route for routes in each for route in routes]

    def _known(self, root: Path | None) -> Sequence[str]:
        return sorted(map(str, set(self.routes(root))))

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[InFiles]:
        """The texts all of whose sides have files, template by template."""
        return [
            found
            for path in self.paths
            for found in islice(self._found(path, route, split, root), self.most)
        ]

    def _found(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[InFiles]:
        for codes, fields in self._ways(path, route, split):
            files = tuple(expand(root, path, side) for side in fields)
            if all(files) and len(set(files)) == len(files):
                yield InFiles(files, path, codes)

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Where the files would be, and which splits of the language there are, or which languages.

        Raises:
            ContextError: the route is one language, where texts have two.
        """
        what = self._lacks(route, split)
        none: _Way = {str(route): ""}, [{}]
        ways = [(path, *next(self._ways(path, route, split), none)) for path in self.paths]
        names = list(dict.fromkeys(name for _, codes, _ in ways for name in codes))
        own = [one for one in SPLITS if self.find(route, one, root)]
        found, remedy = self._others(names, root)
        if own:
            found = f"only {', '.join(own)}"
            remedy = f"say its name in the path, `splits: {{{split}: ...}}`, or read another, "
            remedy += f"`splits: {{{split}: {own[-1]}}}`"
        where = ((*rooted(path, root), fields[0]) for path, _, fields in ways)
        called = (f"`{name}` called {' or '.join(codes_for(name, self.codes))}" for name in names)
        return DataError(
            what,
            where=", ".join(str(base / filled(path, fields)) for base, path, fields in where),
            expected="; ".join(called),
            found=found,
            cause="the split does not exist for this language" if own else None,
            remedy=remedy,
        )

    def _others(self, names: Sequence[str], root: Path | None) -> tuple[str, str]:
        """Which languages there are, and how to name these."""
        known = self._known(root)
        found = f"files for {', '.join(known[:15]) or 'no language'}"
        found += f", ... ({len(known)} in all)" if known[15:] else ""
        codes = ", ".join(f"{name}: ..." for name in names)
        remedy = f"name what the files call it, `codes: {{{codes}}}`"
        remedy += ", or its folder, `treebanks: {...}`" if self._in_treebanks else ""
        close = nearest(names[0], known) if len(names) == 1 else None
        return found, remedy + (f"; did you mean `{close}`?" if close else "")

    @property
    def _in_treebanks(self) -> bool:
        return any("{treebank}" in path for path in self.paths)


@final
@dataclass(frozen=True)
class ByLanguage(_Named):
    """Files that templates name by their language, split and treebank.

    A direction is named as it is written, such as `de-en`, or by `codes`. Where a split has no
    files, those are read of the one that `splits` names for it.
    """

    splits: SplitNames = field(default_factory=dict)
    treebanks: Mapping[str, str] = field(default_factory=dict)

    def _ways(self, path: str, route: Route, split: str) -> Iterator[_Way]:
        name = str(route)
        if "{treebank}" in path and name not in self.treebanks:
            return
        other = {"treebank": self.treebanks.get(name, "")}
        for one in filter(None, (split, of_split(self.splits, split))):
            for code in codes_for(name, self.codes):
                yield {name: code}, [{"language": code, "split": one, **other}]

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages with a file for any split; a name in a path counts as one language."""
        if not self._in_treebanks:
            return self._named(root, "language")
        known = map(Route.of, self.treebanks)
        return [one for one in known if any(self.find(one, split, root) for split in SPLITS)]

    def _lacks(self, route: Route, split: str) -> str:
        if any("{split}" in path for path in self.paths):
            return f"no file for language `{route}`, split `{split}`"
        return f"no text for language `{route}`"


@final
@dataclass(frozen=True)
class SideBySide(_Named):
    """Texts that have a file, or several, in each of their languages.

    In templates `{language}` is that of one side, and `{pair}` both codes with a hyphen between,
    that of `beside` behind it.

    Args:
        beside: the other language where one is asked for; where there is none, directions only.
    """

    beside: str | None = None

    def _names(self, route: Route) -> tuple[str, str]:
        return route.direction if self.beside is None else sides(route, self.beside)

    def _ways(self, path: str, route: Route, split: str) -> Iterator[_Way]:
        if len(route.languages) == 1 and self.beside is None:
            return
        names = self._names(route)
        for codes in product(*(codes_for(name, self.codes) for name in names)):
            for pair in self._pairs(names, codes) if "{pair}" in path else ("",):
                fields = [{"language": code, "pair": pair} for code in codes]
                yield dict(zip(names, codes, strict=True)), fields

    def _pairs(self, names: tuple[str, str], codes: tuple[str, ...]) -> Iterator[str]:
        """What `{pair}` can stand for: either order, but never `beside` in front."""
        for (name, first), (_, second) in permutations(zip(names, codes, strict=True)):
            if name != self.beside:
                yield f"{first}-{second}"

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The directions between any two languages, or the languages beside the other."""
        known = permutations(self._known(root), 1 if self.beside is not None else 2)
        return [route for route in map(Route, known) if self.find(route, "", root)]

    def _known(self, root: Path | None) -> Sequence[str]:
        return sorted({str(route) for route in self._named(root, "language")})

    def _lacks(self, route: Route, split: str) -> str:
        first, second = self._names(route)
        if len(route.languages) == 1:
            return f"no text of language `{first}` beside `{second}`"
        return f"no aligned text for the direction `{route}`"


@final
@dataclass(frozen=True)
class ByPair(_Named):
    """Files that templates name by two languages, which serve both directions.

    Those that have the order of the direction are before those that have the other; `{language}`
    is that of one side, where each has files of its own.
    """

    splits: SplitNames = field(default_factory=dict)

    def _ways(self, path: str, route: Route, split: str) -> Iterator[_Way]:
        split = of_split(self.splits, split) or split
        for names in permutations(route.direction) if len(route.languages) > 1 else ():
            for codes in product(*(codes_for(name, self.codes) for name in names)):
                fields = dict(zip(("first", "second"), codes, strict=True), split=split)
                each = codes if "{language}" in path else ("",)
                sides = [{**fields, "language": code} for code in each]
                yield dict(zip(names, codes, strict=True)), sides

    def routes(self, root: Path | None) -> Sequence[Route]:
        """Both directions of every pair that has a file."""
        pairs = (route.languages for route in self._named(root, "first", "second"))
        return [Route(names) for pair in pairs for names in permutations(pair)]

    def _lacks(self, route: Route, split: str) -> str:
        return f"no pairs for the direction `{Route(route.direction)}`, split `{split}`"


def has_ids(files: Files) -> bool:
    """Whether a text is joined on its ids, which choose their split; else its lines are counted."""
    return files[0].suffix == ".tsv"
