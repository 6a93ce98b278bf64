"""Places under a data root that several sources share, and what they find there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, product
from pathlib import Path
from typing import NamedTuple, final

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.limits import SplitNames, split_name
from hyperadapters.data.source import Place, sides
from hyperadapters.data.templates import Codes, codes_for, expand, filled, languages_of, rooted
from hyperadapters.errors import DataError, nearest
from hyperadapters.routes import Route

__all__ = ["ByLanguage", "Files", "InFiles", "SideBySide", "has_ids"]

Files = tuple[Path, ...]


class InFiles(NamedTuple):
    """A text in its files.

    Args:
        sides: the files of each side, in the order of their names; one side where each file holds
            all that is said.
        name: what the files call the language; for text from all over a root, what found them.
        split: that was asked for.
        certain: whether it has that split.
    """

    sides: tuple[Files, ...]
    name: str = ""
    split: str = ""
    certain: bool = True

    def __str__(self) -> str:
        return " | ".join(", ".join(map(str, files)) for files in self.sides)


@final
@dataclass(frozen=True)
class ByLanguage(Place[InFiles]):
    """Files that one template names by their language, split and treebank.

    A direction is named as it is written, such as `de-en`, or by `codes`.
    """

    path: str
    codes: Codes
    splits: SplitNames
    treebanks: Mapping[str, str] = field(default_factory=dict)

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[InFiles]:
        """The files of the split; where there are none, of the one that `splits` names for it."""
        name = str(route)
        if "{treebank}" in self.path and name not in self.treebanks:
            return ()
        treebank = self.treebanks.get(name, "")
        fields = (
            {"language": code, "split": one, "treebank": treebank}
            for one in filter(None, (split, split_name(self.splits, split)))
            for code in codes_for(name, self.codes)
        )
        files, found = expand(rooted(self.path, root), self.path, fields)
        return [InFiles((tuple(files),), found["language"], split)] if files else ()

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages with a file for any split; a name in a path counts as one language."""
        if "{treebank}" not in self.path:
            names = languages_of(rooted(self.path, root), self.path, self.codes)
            return [Route.of(name) for name in names]
        named = map(Route.of, self.treebanks)
        return [one for one in named if any(self.find(one, split, root) for split in SPLITS)]

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Which splits of the language there are, or which languages."""
        name, codes = str(route), codes_for(str(route), self.codes)
        own = [one for one in SPLITS if self.find(route, one, root)]
        if own:
            found, remedy = f"only {', '.join(own)}", f"`splits: {{{split}: {own[-1]}}}`"
        else:
            found, remedy = self._others(name, root)
        fields = {"language": codes[0], "split": split}
        fields |= {"treebank": self.treebanks[name]} if name in self.treebanks else {}
        return DataError(
            f"no file for language `{name}`, split `{split}`",
            where=str(rooted(self.path, root) / filled(self.path, **fields).removeprefix("/")),
            expected=f"{{language}} = {' or '.join(codes)}",
            found=found,
            cause="the split does not exist for this language" if own else None,
            remedy=remedy,
        )

    def _others(self, name: str, root: Path | None) -> tuple[str, str]:
        known = [str(route) for route in sorted(self.routes(root))]
        close = nearest(name, known)
        found = f"files for {', '.join(known[:15]) or 'no language'}"
        found += f", ... ({len(known)} in all)" if known[15:] else ""
        remedy = f"name what the files call it, `codes: {{{name}: ...}}`"
        remedy += ", or its folder, `treebanks: {...}`" if "{treebank}" in self.path else ""
        return found, remedy + (f"; did you mean `{close}`?" if close else "")


@final
@dataclass(frozen=True)
class SideBySide(Place[InFiles]):
    """Texts that have a file, or several, in each of their languages.

    Args:
        paths: templates of one side's files, with `{language}`; `{pair}` is both codes with a
            hyphen between, that of `beside` behind it.
        beside: the other language where one is asked for; where there is none, directions only.
        most: how many texts of a template are read, one for every two codes of its languages.
        lined: the splits that a text aligned by line has; None for all.
    """

    paths: tuple[str, ...]
    codes: Codes
    beside: str | None = None
    most: int | None = None
    lined: frozenset[str] | None = None

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[InFiles]:
        """The texts with both sides."""
        if len(route.languages) == 1 and self.beside is None:
            return ()
        names = self._names(route)
        has_lines = self.lined is None or split in self.lined
        return [
            InFiles(both, certain=has_lines or has_ids(both[0]))
            for path in self.paths
            for both in islice(self._both(names, path, root), self.most)
        ]

    def _names(self, route: Route) -> tuple[str, str]:
        return route.direction if self.beside is None else sides(route, self.beside)

    def _both(
        self, names: tuple[str, str], path: str, root: Path | None
    ) -> Iterator[tuple[Files, Files]]:
        base = rooted(path, root)
        for codes in product(*(codes_for(name, self.codes) for name in names)):
            for pair in self._pairs(names, codes) if "{pair}" in path else ("",):
                fields = ({"language": code, "pair": pair} for code in codes)
                first, second = (tuple(expand(base, path, [one])[0]) for one in fields)
                if first and second and first != second:
                    yield first, second

    def _pairs(self, names: tuple[str, str], codes: tuple[str, ...]) -> Iterator[str]:
        """What `{pair}` can stand for: either order, but never `beside` in front."""
        for (name, first), (_, second) in permutations(zip(names, codes, strict=True)):
            if name != self.beside:
                yield f"{first}-{second}"

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The directions between any two languages, or the languages beside the other."""
        each = self._languages(root)
        known = permutations(each, 2) if self.beside is None else ((one,) for one in each)
        return [route for route in map(Route, known) if self.find(route, "", root)]

    def _languages(self, root: Path | None) -> Sequence[str]:
        bases = [(rooted(path, root), path) for path in self.paths]
        return sorted({n for base, path in bases for n in languages_of(base, path, self.codes)})

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Which languages have text.

        Raises:
            ContextError: the route is one language, and nothing is beside it.
        """
        first, _ = self._names(route)
        alone = f"no text of language `{route}` beside `{self.beside}`"
        directed = f"no aligned text for the direction `{route}`"
        return DataError(
            alone if len(route.languages) == 1 else directed,
            where=str(rooted(self.paths[0], root)),
            expected=", ".join(filled(path, language=first) for path in self.paths),
            found=f"text for {', '.join(self._languages(root)) or 'no language'}",
            remedy=f"name the files' codes, `codes: {{{first}: ...}}`",
        )


def has_ids(files: Files) -> bool:
    """Whether a text is joined on its ids, which choose their split; else its lines are counted."""
    return files[0].suffix == ".tsv"
