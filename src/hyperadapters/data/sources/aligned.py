"""Parallel text of many languages, aligned by line or by id, its splits the same in all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.text import read_identified, read_parts
from hyperadapters.data.limits import Limit, Lines
from hyperadapters.data.places import InFiles, SideBySide, has_ids
from hyperadapters.data.rules import by_hash, by_line
from hyperadapters.data.source import Found, Rule, Sample, Source, lacking
from hyperadapters.data.templates import Codes
from hyperadapters.errors import ConfigError
from hyperadapters.examples import Example, Pair
from hyperadapters.routes import Route

__all__ = ["Aligned"]


@final
@dataclass(frozen=True, kw_only=True)
class Aligned(Source):
    """One file per language; a line, or an id, says the same in every language.

    A line is in the same split in all languages, so a sentence that is tested is out of training in
    every language. Languages are listed in pairs: `de-en` is from German into English.

    Args:
        paths: templates with `{language}`; every one that has both sides of a direction gives
            pairs. `.tsv` files are `id TAB text`, others one text per line; several files of
            a language are the parts of one text, in the order of their names.
        lines: split -> its first and last line, 1-based, where files are aligned by line; a text
            that ends before has so many less. Without it, and for ids, 5% are dev and 5% test by
            the hash of the line's number or id.
        codes: our language name -> what files call it; the usual codes are known.
        limit: most pairs, for all splits or by split.

    Raises:
        ConfigError: two splits share a line, a split is no range of lines, or no file is aligned
            by line.
    """

    gives: ClassVar[type[Example]] = Pair
    format: Literal["aligned"] = "aligned"
    paths: tuple[str, ...]
    lines: Lines | None = None
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        if self.lines is not None and all(path.endswith(".tsv") for path in self.paths):
            raise ConfigError(
                "the `lines` of splits choose nothing",
                expected="a path of files that are aligned by line",
                found=", ".join(self.paths),
                cause="in `.tsv` files texts have ids, and splits go by these",
                remedy="leave `lines` out",
            )
        for name, (first, last) in (self.lines or {}).items():
            if not 1 <= first <= last:
                raise ConfigError(
                    f"the `lines` of `{name}` are not a range",
                    expected="[first, last], counted from 1, the last not before the first",
                    found=str([first, last]),
                )
        ranges = sorted((self.lines or {}).values())
        if any(one[1] >= next_[0] for one, next_ in pairwise(ranges)):
            raise ConfigError(
                "the `lines` of splits overlap",
                expected="a first and a last line for each, no line in two splits",
                found=", ".join(f"{name} {list(own)}" for name, own in (self.lines or {}).items()),
            )

    @property
    def _place(self) -> SideBySide:
        return SideBySide(self.paths, self.codes)

    @property
    def _rule(self) -> Rule:
        return by_hash if self.lines is None else partial(by_line, lines=self.lines)

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether there is a text of a direction, of which the split has lines or ids."""
        texts = self._place.find(route, split, root)
        lined = self.lines is None or split in self.lines
        return any(lined or has_ids(text.sides[0]) for text in texts)

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Found]:
        """Neither side empty, marked by their id or the number of their line."""
        for mark, line, *both in _texts(text):
            first, second = map(str.strip, both)
            if first and second:
                yield Sample(Pair(first, second, route.direction), mark, line)
            elif first or second:
                yield lacking(route.direction, (first, second), f"{text}, line {mark}")


def _texts(text: InFiles) -> Iterator[tuple[str, int | None, str, str]]:
    """Both sides of each text, behind its mark and its line if that counts."""
    if has_ids(text.sides[0]):
        left, right = (read_identified(*files) for files in text.sides)
        return ((name, None, left[name], right[name]) for name in left if name in right)
    return ((str(n), n, *both) for n, both in enumerate(read_parts(*text.sides), 1))
