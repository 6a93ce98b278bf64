"""Parallel text in files of one pair of languages each: JSON lines, columns, or a file per side."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Literal, final

from hyperadapters.context import direction
from hyperadapters.data.corpora import SPLITS, Corpus
from hyperadapters.data.files import (
    Codes,
    check_places,
    codes_for,
    expand,
    filled,
    named_in,
    rooted,
)
from hyperadapters.data.formats.text import read_aligned, read_lines
from hyperadapters.data.held_out import key, side_of, split_of
from hyperadapters.data.languages import language_of
from hyperadapters.data.sources import STRICT, Source
from hyperadapters.data.splits import Limit, SplitNames, limited, split_name
from hyperadapters.errors import ConfigError, ContextError, DataError
from hyperadapters.examples import Pair

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

    __pydantic_config__: ClassVar[Mapping[str, Any]] = STRICT

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

    def read(self, task: str, language: str, split: str, root: Path | None) -> Corpus:
        """The pairs of a direction, neither side empty, in the order of the files."""
        names = direction(language)
        files, found = self._files(names, split, root)
        if not files:
            raise self._missing(language, split, root)
        codes = (found["first"], found["second"])
        swapped = codes[0] not in codes_for(names[0], self.codes)
        both = [(b, a) if swapped else (a, b) for a, b in self._texts(files, codes)]
        pairs = [Pair(a.strip(), b.strip(), names) for a, b in both if a.strip() and b.strip()]
        if "{split}" not in self.path:
            side = side_of(names, self.anchor)
            pairs = [one for one in pairs if split_of(key((one.first, one.second)[side])) == split]
        source = ", ".join(str(file) for side in files for file in side)
        return Corpus(task, language, split, limited(pairs, self.limit, split), source)

    def languages(self, root: Path | None) -> tuple[str, ...]:
        """Both directions of every pair that has a file."""
        ours = {code: name for name in self.codes for code in codes_for(name, self.codes)}
        found = set()
        for fields in named_in(rooted(self.path, root), self.path):
            if "first" in fields and "second" in fields:
                names = [
                    ours.get(fields[side]) or language_of(fields[side])
                    for side in ("first", "second")
                ]
                found |= {"-".join(names), "-".join(reversed(names))}
        return tuple(sorted(found))

    def has(self, language: str, split: str, root: Path | None) -> bool:
        """Whether there is a file of the pair, in either order."""
        try:
            names = direction(language)
        except ContextError:
            return False
        return split in SPLITS and bool(self._files(names, split, root)[0])

    def _files(
        self, names: _Sides, split: str, root: Path | None
    ) -> tuple[list[list[Path]], Mapping[str, str]]:
        """The files with both sides, or those of each side; and what stands for the fields."""
        split = split_name(self.splits, split) or split
        known = [codes_for(name, self.codes) for name in names]
        orders = [*product(*known), *product(*reversed(known))]
        base = rooted(self.path, root)
        for first, second in orders:
            fields = {"first": first, "second": second, "split": split}
            sides = (first, second) if "{language}" in self.path else ("",)
            found = [expand(base, self.path, [{**fields, "language": side}])[0] for side in sides]
            if all(found):
                return found, fields
        return [], {}

    def _missing(self, language: str, split: str, root: Path | None) -> DataError:
        first, second = direction(language)
        own = [name for name in SPLITS if self.has(language, name, root)]
        wanted = filled(self.path, first=first, second=second, split=split)
        return DataError(
            f"no pairs for the direction `{language}`, split `{split}`",
            where=str(rooted(self.path, root) / wanted.removeprefix("/")),
            expected="a file of this pair, in either order",
            found=f"only {', '.join(own)}"
            if own
            else f"files for {', '.join(self.languages(root)) or 'no pair'}",
            remedy=f"name the split in the path, `splits: {{{split}: ...}}`"
            if own
            else f"name the files' codes, `codes: {{{first}: ...}}`",
        )

    def _texts(self, files: list[list[Path]], codes: _Sides) -> Iterator[_Sides]:
        """The texts of both sides, in the order of the file."""
        if "{language}" in self.path:
            lefts, rights = files
            if len(lefts) != len(rights):
                raise DataError(
                    "the sides of a pair differ in their files",
                    where=f"{lefts[0]} | {rights[0]}",
                    expected="as many files for both sides",
                    found=f"{len(lefts)} and {len(rights)}",
                )
            for first, second in zip(lefts, rights, strict=True):
                yield from read_aligned(first, second)
            return
        for file in files[0]:
            for number, line in enumerate(read_lines(file), 1):
                if line.strip():
                    yield self._parsed(line, codes, f"{file}:{number}", file.suffix)

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
