"""Parallel text in files of one pair of languages each: JSON lines, columns, or a file per side."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product
from pathlib import Path
from typing import Literal, NamedTuple, final

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.formats.text import read_aligned, read_lines
from hyperadapters.data.held_out import side_of
from hyperadapters.data.languages import language_of
from hyperadapters.data.limits import Limit, SplitNames, split_name
from hyperadapters.data.places import Files
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Parts, Place, Sample, Source, listed
from hyperadapters.data.templates import (
    Codes,
    check_places,
    codes_for,
    expand,
    filled,
    named_in,
    rooted,
)
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Pair
from hyperadapters.routes import Route

__all__ = ["Pairs"]

_JSON = (".json", ".jsonl")
_Sides = tuple[str, str]


@final
@dataclass(frozen=True, kw_only=True)
class Pairs(Source):
    """Files of a pair of languages, which serve both of its directions.

    `{first}` and `{second}` in the template are the two languages in the file's own order. By what
    the files are: `.jsonl` and `.json` have an object per line with a text under each code (inside
    `column`, if the object has it); other files have the two texts in their first two columns, with
    a tab between; a template with `{language}` names a file per side, aligned by line.

    Args:
        path: such as `{first}-{second}/{split}.jsonl`. Without `{split}`, 5% are dev and 5% test,
            by the hash of the sentence in `anchor`: the same sentence is in the same split in every
            pair that has this language; other pairs of the same text have splits of their own.
            A task leaves out of training whatever it scores in any of its directions.
        anchor: the language whose side chooses the split; the first by alphabet where a pair
            is without it.
        column: where an object of JSON has its texts by code.
        codes: our language name -> what files call it; the usual codes are known.
        splits: our split -> its name in the path.
        limit: most pairs, for all splits or by split.

    Raises:
        ConfigError: the template does not name both languages, or no split where `splits` do.
    """

    format: Literal["pairs"] = "pairs"
    path: str
    anchor: str = "en"
    column: str = "translation"
    codes: Codes = field(default_factory=dict)
    splits: SplitNames = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        if not all(mark in self.path for mark in ("{first}", "{second}")):
            raise ConfigError(
                "the `path` of pairs does not say which languages a file has",
                expected="a template with `{first}` and `{second}`",
                found=f"`{self.path}`",
                remedy="name the file by its languages, such as `{first}-{second}.tsv`",
            )
        check_places(self.path, splits=self.splits)

    @property
    def parts(self) -> Parts["_InFiles"]:
        """Files of a pair, in either order; the side in `anchor` is what chooses the split."""
        return Parts(
            place=_ByPair(self.path, self.codes, self.splits),
            gives=Pair,
            reader=self._pairs,
            rule=rule_of(self.path),
            limit=self.limit,
        )

    def _pairs(self, text: "_InFiles", route: Route) -> Iterator[Sample]:
        """Neither side empty, in the order of the direction."""
        side = side_of(route.direction, self.anchor)
        for first, second in self._texts(text):
            both = (second, first) if text.swapped else (first, second)
            pair = Pair(both[0].strip(), both[1].strip(), route.direction)
            if pair.first and pair.second:
                yield Sample(pair, pair.texts[side])

    def _texts(self, text: "_InFiles") -> Iterator[_Sides]:
        """The texts of both sides, in the order of the files."""
        if len(text.sides) == 2:
            yield from _line_by_line(*text.sides)
            return
        for file in text.sides[0]:
            for number, line in enumerate(read_lines(file), 1):
                if line.strip():
                    yield self._parsed(line, text.codes, f"{file}:{number}", file.suffix)

    def _parsed(self, line: str, codes: _Sides, where: str, suffix: str) -> _Sides:
        if suffix in _JSON:
            return _of_json(line, codes, self.column, where)
        first, tab, rest = line.partition("\t")
        if not tab:
            raise DataError(
                "a line has one column",
                where=where,
                expected=f"a text in `{codes[0]}`, a tab, and the text in `{codes[1]}`",
                found=repr(line[:60]),
            )
        return first, rest.partition("\t")[0]


def _line_by_line(lefts: Files, rights: Files) -> Iterator[_Sides]:
    if len(lefts) != len(rights):
        raise DataError(
            "the sides of a pair differ in their files",
            where=f"{lefts[0]} | {rights[0]}",
            expected="as many files for both sides",
            found=f"{len(lefts)} and {len(rights)}",
        )
    for first, second in zip(lefts, rights, strict=True):
        yield from read_aligned(first, second)


def _of_json(line: str, codes: _Sides, column: str, where: str) -> _Sides:
    try:
        value = json.loads(line)
        texts = value.get(column, value)
        first, second = (texts[code] for code in codes)
        if not (isinstance(first, str) and isinstance(second, str)):
            raise TypeError("a side is not text")
        return first, second
    except (ValueError, AttributeError, TypeError, KeyError) as fault:
        raise DataError(
            "a line holds no pair",
            where=where,
            expected=f'{{"{column}": {{"{codes[0]}": "...", "{codes[1]}": "..."}}}}',
            found=repr(line[:60]),
            cause=f"{type(fault).__name__}: {fault}",
            remedy="one JSON object per line; the key around the texts is `column`",
        ) from fault


class _InFiles(NamedTuple):
    """The files with both sides, or those of each side.

    Args:
        codes: what they call the languages, in their own order.
        swapped: whether that is not the order of the direction.
    """

    sides: tuple[Files, ...]
    codes: _Sides
    swapped: bool
    certain: bool = True

    def __str__(self) -> str:
        return ", ".join(str(file) for files in self.sides for file in files)


@final
@dataclass(frozen=True)
class _ByPair(Place[_InFiles]):
    """Files that a template names by two languages, in either order."""

    path: str
    codes: Codes
    splits: SplitNames

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[_InFiles]:
        """The files of a direction; those that have its order before those that have the other."""
        if len(route.languages) < 2:
            return ()
        base, split = rooted(self.path, root), split_name(self.splits, split) or split
        for names in permutations(route.direction):
            for first, second in product(*(codes_for(name, self.codes) for name in names)):
                fields = {"first": first, "second": second, "split": split}
                each = (first, second) if "{language}" in self.path else ("",)
                files = [expand(base, self.path, [{**fields, "language": one}])[0] for one in each]
                if all(files):
                    swapped = names != route.direction
                    return [_InFiles(tuple(map(tuple, files)), (first, second), swapped)]
        return ()

    def routes(self, root: Path | None) -> Sequence[Route]:
        """Both directions of every pair that has a file."""
        ours = {code: name for name in self.codes for code in codes_for(name, self.codes)}
        each = named_in(rooted(self.path, root), self.path)
        pairs = ((one["first"], one["second"]) for one in each if {"first", "second"} <= {*one})
        named = ([ours.get(code) or language_of(code) for code in codes] for codes in pairs)
        return [Route(names) for both in named for names in permutations(both)]

    def missing(self, route: Route, split: str, root: Path | None) -> DataError:
        """Which splits of the pair there are, or which directions.

        Raises:
            ContextError: the route is one language.
        """
        first, second = route.direction
        own = [name for name in SPLITS if self.find(route, name, root)]
        wanted = filled(self.path, first=first, second=second, split=split)
        return DataError(
            f"no pairs for the direction `{route}`, split `{split}`",
            where=str(rooted(self.path, root) / wanted.removeprefix("/")),
            expected="a file of this pair, in either order",
            found=f"only {', '.join(own)}"
            if own
            else f"files for {listed(self.routes(root), 'no pair')}",
            remedy=f"name the split in the path, `splits: {{{split}: ...}}`"
            if own
            else f"name the files' codes, `codes: {{{first}: ...}}`",
        )
