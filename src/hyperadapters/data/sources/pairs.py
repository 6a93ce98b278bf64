"""Parallel text in files of one pair of languages each: JSON lines, columns, or a file per side."""

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.data.formats.objects import read_json
from hyperadapters.data.formats.rows import text_or_none
from hyperadapters.data.formats.text import lines_in, read_parts
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit, SplitNames
from hyperadapters.data.places import ByPair, InFiles
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Found, Rule, Sample, Source, lacking
from hyperadapters.data.templates import Codes, check_places
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Example, Pair
from hyperadapters.routes import Route

__all__ = ["Pairs"]

_JSON = (".json", ".jsonl")
_Row = tuple[str, str, str]
"""Where a row is, and its two texts; empty where there is none."""


@final
@dataclass(frozen=True, kw_only=True)
class Pairs(Source):
    """Files of a pair of languages, which serve both of its directions.

    `{first}` and `{second}` in the template are the two languages in the file's own order. By what
    the files are: `.jsonl` and `.json` have an object per line, or one list of them, with a text
    under each code (inside `column`, if the object has it). Other files have the two texts in
    their first two columns, with a tab between; a template with `{language}` names a file per side,
    aligned by line. A row without one of the two texts is skipped, and `data` says how many are.

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

    def _samples(self, text: InFiles, route: Route, split: str) -> Iterator[Found]:
        """Neither side empty, in the order of the direction; that in `anchor` is the mark."""
        side = side_of(route.direction, self.anchor)
        order = 1 if next(iter(text.codes)) == route.languages[0] else -1
        for where, *both in self._texts(text):
            first, second = map(str.strip, both[::order])
            if first and second:
                yield Sample(Pair(first, second, route.direction), (first, second)[side])
            else:
                yield self._lacking(text.codes, both, where)

    def _lacking(self, codes: Mapping[str, str], both: Sequence[str], where: str) -> DataError:
        first, second = codes.values()
        return lacking(
            tuple(codes),
            both,
            where,
            expected=f'a text in `{first}` and one in `{second}`, in JSON {{"{self.column}": '
            f'{{"{first}": "...", "{second}": "..."}}}}',
            remedy="name the codes of the file, `codes: {...}`, or the key around them, `column`",
        )

    def _texts(self, text: InFiles) -> Iterator[_Row]:
        """Where each row is, and the texts of both sides, in the order of the files."""
        if len(text.sides) == 2:
            pairs = enumerate(read_parts(*text.sides), 1)
            yield from ((f"{text}, line {n}", *both) for n, both in pairs if any(both))
            return
        first, second = text.codes.values()
        for file in text.sides[0]:
            if file.suffix in _JSON:
                each = read_json(file)
                yield from (_of_json(row, (first, second), self.column, at) for at, row in each)
            else:
                yield from _of_columns(file, (first, second))


def _of_columns(file: Path, codes: tuple[str, str]) -> Iterator[_Row]:
    for number, line in enumerate(lines_in(file), 1):
        first, tab, rest = line.partition("\t")
        if line.strip() and not tab:
            raise DataError(
                "a line has one column",
                where=f"{file}:{number}",
                expected=f"a text in `{codes[0]}`, a tab, and the text in `{codes[1]}`",
                found=repr(line[:60]),
            )
        if line.strip():
            yield f"{file}:{number}", first, rest.partition("\t")[0]


def _of_json(row: Mapping[str, Any], codes: tuple[str, str], column: str, where: str) -> _Row:
    texts = row.get(column, row)
    if not isinstance(texts, Mapping):
        raise DataError(
            "a line holds no texts by code",
            where=where,
            expected=f'{{"{column}": {{"{codes[0]}": "...", "{codes[1]}": "..."}}}}',
            found=reprlib.repr(texts),
            remedy="the key around the texts is `column`",
        )
    first, second = (text_or_none(texts.get(code), where) for code in codes)
    return where, first, second
