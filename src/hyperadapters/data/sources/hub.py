"""Any data set that the `datasets` library reads: of the hub, or local parquet, JSON and CSV."""

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, final

from hyperadapters.data.formats.questions import Skip, asked_in
from hyperadapters.data.formats.rows import (
    Cells,
    read_files,
    read_rows,
    tagged_in,
    text_in,
    text_or_none,
)
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit, SplitNames
from hyperadapters.data.places import ByLanguage
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Found, Place, Rule, Sample, Source, by_place, lacking, sides
from hyperadapters.data.sources.on_hub import OnHub
from hyperadapters.data.templates import Codes, codes_for, told
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Asked, Example, Pair, Tagged, Text
from hyperadapters.routes import Route

__all__ = ["Hub"]


@final
@dataclass(frozen=True, kw_only=True)
class Hub(Source):
    """A data set of `datasets`, with a contract on its columns.

    Exactly one of `dataset` and `path`; columns are `words` and `labels` (tagging), or `text`, or
    `first` and `second`, or `translation` (parallel text), or `question`, `context` and `answers`.

    Args:
        dataset: a name on the hub, `owner/name`; works offline from the cache of `datasets`.
        subset: its configuration, a template with `{language}`.
        revision: the commit or tag of the data set.
        path: local files in place of the hub: a template with `{language}` and `{split}`
            (.parquet, .json, .jsonl, .csv). Without `{split}`, 5% of the rows are dev and 5% test,
            by the hash of the sentence, of parallel text of that in `beside`.
        words: the column of word lists.
        labels: the column of their labels, as strings or as numbers.
        label_names: names of numbered labels, where the data set does not carry them.
        text: the column of plain text.
        first, second: the columns of parallel text, the second in the language `beside`.
        translation: the column that has a text under the code of each language. A row of parallel
            text without one of the two is skipped, and `data` says how many are.
        question, context: the columns of questions and of the texts that answer them.
        answers: the column of the answers, with a `text` and its `answer_start` for each.
        skip: questions that are left out and counted, in place of an error: `unanswered` and
            `misplaced`, as of the format `squad`.
        beside: the language of `second`, and where rows are divided among splits by their hash the
            one whose side chooses.
        splits: our split -> its name there.
        codes: our language name -> what the data set calls it, also for directions: `{en-de:
            de-en}` reads the subset of the other one; `"pt-BR:en"` where a name has a hyphen.
        limit: most examples, for all splits or by split.

    Raises:
        ConfigError: both or none of `dataset` and `path`, other columns than one of these, or a
            value that has no effect beside the others.
    """

    format: Literal["hub"] = "hub"
    dataset: str | None = None
    subset: str | None = None
    revision: str | None = None
    path: str | None = None
    words: str | None = None
    labels: str | None = None
    label_names: tuple[str, ...] = ()
    text: str | None = None
    first: str | None = None
    second: str | None = None
    translation: str | None = None
    question: str | None = None
    context: str | None = None
    answers: str | None = None
    skip: tuple[Skip, ...] = ()
    beside: str = "en"
    splits: SplitNames = field(default_factory=lambda: {"dev": "validation"})
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        if (self.dataset is None) == (self.path is None):
            raise ConfigError(
                "a source of format `hub` needs `dataset` or `path`",
                expected="exactly one of the two",
                found="both" if self.dataset else "none",
            )
        unused = {"subset": self.path, "revision": self.path, "label_names": not self.words}
        unused |= {"skip": not self.answers}
        for name, without in unused.items():
            if without and getattr(self, name):
                raise ConfigError(
                    f"the `{name}` of a source of format `hub` has no effect",
                    expected="`subset` and `revision` with `dataset`, `label_names` with `words`, "
                    "`skip` with `answers`",
                    remedy=f"leave `{name}` out",
                )
        named = [group for group in self._groups() if set(group) != {None}]
        if len(named) != 1 or None in named[0]:
            raise ConfigError(
                "the columns of a source of format `hub` are not clear",
                expected="`words` and `labels`, or `text`, or `first` and `second`, "
                "or `translation`, or `question`, `context` and `answers`",
                found=", ".join(f"`{one}`" for group in named for one in group if one) or "none",
            )

    def _groups(self) -> tuple[tuple[str | None, ...], ...]:
        parallel = (self.first, self.second), (self.translation,)
        asked = (self.question, self.context, self.answers)
        return (self.words, self.labels), (self.text,), *parallel, asked

    @property
    def gives(self) -> type[Example]:
        """By which columns are named."""
        kinds = {self.words: Tagged, self.text: Text, self.question: Asked}
        return next((kind for column, kind in kinds.items() if column is not None), Pair)

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the path, the subset or the columns name the language."""
        return "{language}" in (self.path or self.subset or "") or self.translation is not None

    @property
    def _place(self) -> Place:
        if self.path is not None:
            return ByLanguage((self.path,), self.codes, splits=self.splits)
        known = () if self.gives is Pair else tuple(self.codes)
        own = (self.subset, self.revision, self.splits, self.codes)
        return OnHub(str(self.dataset), *own, known)

    @property
    def _rule(self) -> Rule:
        return rule_of(self.path) if self.path is not None else by_place

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether there are files, or a data set that has the language by its `codes`, if any."""
        known = not self.codes or str(route) in self.codes or self.gives is Pair
        return super().has(route, split, root) if self.path is not None else known

    def _samples(self, text: Any, route: Route, split: str) -> Iterator[Found]:
        (columns,) = (tuple(filter(None, group)) for group in self._groups() if any(group))
        side = side_of(sides(route, self.beside), self.beside) if self.gives is Pair else 0
        what = f"language `{route}`, split `{split}`"
        if self.path is None:
            names, rows = read_rows(text, columns, what)
        else:
            names, rows = read_files(text.sides[0], columns, what)
        for row, cells in rows:
            one = self._example(cells, route, self.label_names or names, row)
            yield one if isinstance(one, DataError) else Sample(one, one.texts[side])

    def _example(
        self, cells: Cells, route: Route, names: Sequence[str], row: str
    ) -> Example | DataError:
        """That of one row, beside the names of its labels, and where it is."""
        if self.words is not None:
            return tagged_in(cells, names, row)
        if self.text is not None:
            return Text(text_in(cells[0], row))
        if self.question is not None:
            return asked_in(cells, row, self.skip)
        languages = sides(route, self.beside)
        by_code = self.first is None
        both = (self._by_code if by_code else self._in_order)(cells, languages, row)
        if all(map(str.strip, both)):
            return Pair(*both, languages)
        return lacking(languages, both, row, **(self._asked(languages, cells) if by_code else {}))

    def _asked(self, languages: tuple[str, str], cells: Cells) -> dict[str, str]:
        """What to say of codes that no row has."""
        codes = (f"`{name}`: {told(codes_for(name, self.codes))}" for name in languages)
        return {
            "expected": f"under `{self.translation}` a text by code, of {', '.join(codes)}",
            "found": reprlib.repr(cells[0]),
            "remedy": f"name the codes, `codes: {{{languages[0]}: ...}}`",
        }

    def _in_order(self, cells: Cells, languages: tuple[str, str], row: str) -> tuple[str, str]:
        """The texts of two columns in the order of the direction; empty where there is none."""
        if self.beside not in languages:
            raise DataError(
                f"`{Route(languages)}` is not a direction of this data set",
                where=row,
                expected=f"one from or into `{self.beside}`, which its column `{self.second}` has",
                remedy="name that language, `beside: ...`",
            )
        first, second = (text_or_none(cell, row) for cell in cells)
        return (second, first) if languages[0] == self.beside else (first, second)

    def _by_code(self, cells: Cells, languages: tuple[str, str], row: str) -> tuple[str, str]:
        """The texts under the codes of two languages; empty where there is none."""
        texts = {} if cells[0] is None else cells[0]
        if not isinstance(texts, dict):
            raise lacking(languages, ("", ""), row, **self._asked(languages, cells))
        first, second = (self._under(texts, name, row) for name in languages)
        return first, second

    def _under(self, texts: Mapping[str, Any], name: str, row: str) -> str:
        found = (text_or_none(texts.get(code), row) for code in codes_for(name, self.codes))
        return next(filter(None, found), "")
