"""Parallel text of many languages, aligned by line or by id, its splits the same in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.context import direction
from hyperadapters.data.corpora import Corpus
from hyperadapters.data.files import Codes, codes_for, expand, filled, languages_of, rooted
from hyperadapters.data.formats.text import read_identified, read_parts
from hyperadapters.data.held_out import key, split_of
from hyperadapters.data.sources import STRICT, Source
from hyperadapters.data.splits import Limit, limited
from hyperadapters.errors import ConfigError, ContextError, DataError
from hyperadapters.examples import Pair

__all__ = ["Aligned"]

Paths = Sequence[Path]


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

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

    format: Literal["aligned"] = "aligned"
    paths: tuple[str, ...]
    lines: Mapping[Literal["train", "dev", "test"], tuple[int, int]] | None = None
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

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """The pairs of a direction, neither side empty, in the order of the files."""
        names = direction(language)
        sides = self._sides(names, root)
        if not sides:
            raise DataError(
                f"no aligned text for the direction `{language}`",
                where=str(rooted(self.paths[0], root)),
                expected=", ".join(filled(path, language=names[0]) for path in self.paths),
                found=f"text for {', '.join(self._each(root)) or 'no language'}",
                remedy=f"name the files' codes, `codes: {{{names[0]}: ...}}`",
            )
        pairs = [
            Pair(first, second, names)
            for files in sides
            for first, second in self._pairs(*files, split)
        ]
        source = ", ".join(" | ".join(", ".join(map(str, own)) for own in files) for files in sides)
        return Corpus(task, language, split, limited(pairs, self.limit, split), source)

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Every direction between two languages that have a file."""
        each = self._each(root)
        return tuple(
            f"{first}-{second}"
            for first in each
            for second in each
            if first != second and self._sides((first, second), root)
        )

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether both sides of the direction have a file: verses, or one with lines for it."""
        try:
            names = direction(language)
        except ContextError:
            return False
        by_hash = self.lines is None or split in self.lines
        return any(by_hash or _verses(firsts) for firsts, _ in self._sides(names, root))

    def _each(self, root: Path | None) -> tuple[str, ...]:
        found = {
            name
            for path in self.paths
            for name in languages_of(rooted(path, root), path, self.codes)
            if "-" not in name
        }
        return tuple(sorted(found))

    def _sides(self, names: tuple[str, str], root: Path | None) -> list[tuple[Paths, Paths]]:
        """Per template that has both sides: their files."""
        found: list[tuple[Paths, Paths]] = []
        for path in self.paths:
            base = rooted(path, root)
            first, second = (
                expand(base, path, [{"language": code} for code in codes_for(name, self.codes)])[0]
                for name in names
            )
            found += [(first, second)] if first and second and first != second else []
        return found

    def _pairs(self, firsts: Paths, seconds: Paths, split: str) -> list[tuple[str, str]]:
        if _verses(firsts):
            left, right = read_identified(*firsts), read_identified(*seconds)
            both = [(name, left[name], right[name]) for name in left if name in right]
            chosen = [(a, b) for name, a, b in both if split_of(key(name)) == split]
        else:
            chosen = self._chosen(read_parts(firsts, seconds), split)
        return [(a.strip(), b.strip()) for a, b in chosen if a.strip() and b.strip()]

    def _chosen(self, both: list[tuple[str, str]], split: str) -> list[tuple[str, str]]:
        if self.lines is None:
            return [pair for n, pair in enumerate(both, 1) if split_of(key(str(n))) == split]
        spans = (span for name, span in self.lines.items() if name == split)
        first, last = next(spans, (1, 0))
        return both[first - 1 : last]


def _verses(files: Paths) -> bool:
    """Whether a text is joined on its ids, which choose their split; lines are counted."""
    return files[0].suffix == ".tsv"
