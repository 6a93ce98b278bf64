"""Files that templates name: how they are found, and what is said where they are missing."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, islice
from pathlib import Path
from typing import Any, NamedTuple

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.languages import related
from hyperadapters.data.source import Place
from hyperadapters.data.templates import (
    Codes,
    Listings,
    codes_for,
    expand,
    filled,
    named,
    rooted,
    routes_in,
    told,
)
from hyperadapters.errors import DataError, nearest
from hyperadapters.machine.sealed import checksum_of
from hyperadapters.routes import Route

__all__ = ["Files", "InFiles", "NamedFiles", "Way"]

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


Way = tuple[Mapping[str, str], Sequence[Mapping[str, str]]]
"""The codes of languages, and the fields of a template for each side."""


@dataclass(frozen=True)
class NamedFiles(Place):
    """Files that templates name, and what they call our languages.

    Args:
        most: how many texts of a template are read, the best ones; None for all.
    """

    paths: tuple[str, ...]
    codes: Codes
    most: int | None = 1

    @abstractmethod
    def _ways(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[Way]:
        """What can stand for the fields of a template, the best first; at least one."""

    @abstractmethod
    def _lacks(self, route: Route, split: str) -> str:
        """What to say is not there."""

    def _asked(self, path: str, route: Route, split: str) -> tuple[Sequence[str], Sequence[str]]:
        """The languages of which other files may be there, and the template for each split; none
        where a file says two languages.
        """
        return (), ()

    @cached_property
    def _listings(self) -> Listings:
        """One listing of a folder serves every language."""
        return Listings()

    def _codes(
        self, name: str, path: str, root: Path | None, field: str = "language"
    ) -> Sequence[str]:
        """What files call a language, the best first; at least one."""
        return self._listings.codes(root, path, field, codes_for(name, self.codes))

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

    def files(self, texts: Sequence[InFiles]) -> Sequence[Path]:
        """All files, each once."""
        return list(dict.fromkeys(file for text in texts for side in text.sides for file in side))

    def contents(self, texts: Sequence[InFiles]) -> list[Any]:
        """Of each text its template, its codes, and of each side the names and checksums of its
        files.
        """
        return [
            [
                text.path,
                list(text.codes.items()),
                [[(file.name, checksum_of(file)) for file in side] for side in text.sides],
            ]
            for text in texts
        ]

    def _found(self, path: str, route: Route, split: str, root: Path | None) -> Iterator[InFiles]:
        for codes, fields in self._ways(path, route, split, root):
            files = tuple(expand(root, path, side) for side in fields)
            if all(files) and len(set(files)) == len(files):
                yield InFiles(files, path, codes)

    def overlooked(
        self, texts: Sequence[InFiles], route: Route, split: str, root: Path | None
    ) -> tuple[str, ...]:
        """Files whose code looks like a language and is none of those that were read; not of a
        language whose `codes` are given.
        """
        read = {(text.path, code) for text in texts for code in text.codes.values()}
        return tuple(
            file
            for path in self.paths
            for file, code in self._alike(path, route, split, root)
            if (path, code) not in read
        )

    def _alike(
        self,
        path: str,
        route: Route,
        split: str,
        root: Path | None,
        names: Collection[str] | None = None,
    ) -> Iterator[tuple[str, str]]:
        """Files of a template, and the code of each, that look like a language of the route."""
        every, narrowed = self._asked(path, route, split)
        own = [name for name in every if names is None or name in names]
        own = [name for name in own if name not in self.codes]
        for one in narrowed if own else ():
            base, template = rooted(one, root)
            for file, fields in named(template, self._listings.files(root, one)).items():
                if any(related(fields["language"], name) for name in own):
                    yield str(base / file), fields["language"]

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Where the files would be, and which splits of the language there are, or which languages.

        Raises:
            ContextError: the route is one language, where texts have two.
        """
        what = self._lacks(route, split)
        absent = [self._absent(path, route, split, root) for path in self.paths]
        names = list(dict.fromkeys(name for own, _ in absent for name in own))
        own = [one for one in SPLITS if self.find(route, one, root)]
        found, remedy = self._others(names, root)
        if own:
            found = f"only {', '.join(own)}"
            remedy = f"say its name in the path, `splits: {{{split}: ...}}`, or read another, "
            remedy += f"`splits: {{{split}: {own[-1]}}}`"
        alike = [f for path in self.paths for f, _ in self._alike(path, route, split, root, names)]
        found += f"; {', '.join(alike)}, which is called alike" if alike else ""
        called = (f"`{name}` called {told(codes_for(name, self.codes))}" for name in names)
        return DataError(
            what,
            where=", ".join(dict.fromkeys(file for _, files in absent for file in files)),
            expected="; ".join(called),
            found=found,
            cause="the split does not exist for this language" if own else None,
            remedy=remedy,
        )

    def _absent(
        self, path: str, route: Route, split: str, root: Path | None
    ) -> tuple[Sequence[str], Sequence[str]]:
        """The languages whose side of a text is not there, and where it would be, in the way that
        lacks the fewest; all of them where the sides are one file.
        """
        base, template = rooted(path, root)
        ways = [*self._ways(path, route, split, root)] or [({str(route): ""}, [{}])]
        lacks = [[not expand(root, path, side) for side in sides] for _, sides in ways]
        best = min(range(len(ways)), key=lambda place: sum(lacks[place]))
        (codes, fields), lacking = ways[best], lacks[best]
        lacking = lacking if any(lacking) else [True] * len(fields)
        files = [str(base / filled(template, side)) for side in compress(fields, lacking)]
        return list(compress(codes, lacking) if len(fields) > 1 else codes), files

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
