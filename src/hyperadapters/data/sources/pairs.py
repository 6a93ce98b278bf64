"""Parallel text in files of one pair of languages each: JSON lines, columns, or a file per side."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

from hyperadapters.data.formats.text import read_lines, read_parts
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit, SplitNames
from hyperadapters.data.places import ByPair, InFiles
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Rule, Sample, Source
from hyperadapters.data.templates import Codes, check_places
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Example, Pair
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

    gives: ClassVar[type[Example]] = Pair
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
    def _place(self) -> ByPair:
        return ByPair((self.path,), self.codes, splits=self.splits)

    @property
    def _rule(self) -> Rule:
        return rule_of(self.path)

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Sample]:
        """Neither side empty, in the order of the direction; that in `anchor` is the mark."""
        side = side_of(route.direction, self.anchor)
        order = 1 if next(iter(text.codes)) == route.languages[0] else -1
        for both in self._texts(text):
            first, second = map(str.strip, both[::order])
            if first and second:
                yield Sample(Pair(first, second, route.direction), (first, second)[side])

    def _texts(self, text: InFiles) -> Iterator[_Sides]:
        """The texts of both sides, in the order of the files."""
        if len(text.sides) == 2:
            yield from read_parts(*text.sides)
            return
        first, second = text.codes.values()
        for file in text.sides[0]:
            for number, line in enumerate(read_lines(file), 1):
                if line.strip():
                    yield self._parsed(line, (first, second), f"{file}:{number}", file.suffix)

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
