"""Files under a data root, as sources find them: by a language, side by side, or by a pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product
from pathlib import Path
from typing import final

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.limits import SplitNames, of_split
from hyperadapters.data.named_files import Files, InFiles, NamedFiles, Way
from hyperadapters.data.source import sides
from hyperadapters.data.templates import filled
from hyperadapters.routes import Route

__all__ = ["ByLanguage", "ByPair", "Files", "InFiles", "SideBySide", "has_ids"]


@final
@dataclass(frozen=True)
class ByLanguage(NamedFiles):
    """Files that templates name by their language, split and treebank.

    A direction is named as it is written, such as `de-en`, or by `codes`. Where a split has no
    files, those are read of the one that `splits` names for it.
    """

    splits: SplitNames = field(default_factory=dict)
    treebanks: Mapping[str, str] = field(default_factory=dict)

    def _ways(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[Way]:
        name = str(route)
        if "{treebank}" in path and name not in self.treebanks:
            return
        other = {"treebank": self.treebanks.get(name, "")}
        for one in self._splits(split):
            for code in self._codes(name, path, root):
                yield {name: code}, [{"language": code, "split": one, **other}]

    def _splits(self, split: str) -> Sequence[str]:
        return tuple(filter(None, (split, of_split(self.splits, split))))

    def _asked(self, path: str, route: Route, split: str) -> tuple[Sequence[str], Sequence[str]]:
        if "{treebank}" in path or "{language}" not in path:
            return (), ()
        return (str(route),), [filled(path, {"split": one}) for one in self._splits(split)]

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
class SideBySide(NamedFiles):
    """Texts that have a file, or several, in each of their languages.

    In templates `{language}` is that of one side, and `{pair}` both codes with a hyphen between,
    that of `beside` behind it.

    Args:
        beside: the other language where one is asked for; where there is none, directions only.
    """

    beside: str | None = None

    def _names(self, route: Route) -> tuple[str, str]:
        return route.direction if self.beside is None else sides(route, self.beside)

    def _ways(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[Way]:
        if len(route.languages) == 1 and self.beside is None:
            return
        names = self._names(route)
        for codes in product(*(self._codes(name, path, root) for name in names)):
            for pair in self._pairs(names, codes) if "{pair}" in path else ("",):
                fields = [{"language": code, "pair": pair} for code in codes]
                yield dict(zip(names, codes, strict=True)), fields

    def _asked(self, path: str, route: Route, split: str) -> tuple[Sequence[str], Sequence[str]]:
        return ((), ()) if "{pair}" in path else (self._names(route), (path,))

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
class ByPair(NamedFiles):
    """Files that templates name by two languages, which serve both directions.

    Those that have the order of the direction are before those that have the other; `{language}`
    is that of one side, where each has files of its own.
    """

    splits: SplitNames = field(default_factory=dict)

    def _ways(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[Way]:
        split = of_split(self.splits, split) or split
        for names in permutations(route.direction) if len(route.languages) > 1 else ():
            places = zip(names, ("first", "second"), strict=True)
            for codes in product(*(self._codes(name, path, root, side) for name, side in places)):
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
