"""Any data set that the `datasets` library reads: of the hub, or local parquet, JSON and CSV."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, final

from hyperadapters.data.formats.rows import Cells, DataSet, made_of, read_rows, tagged_in, text_in
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit, SplitNames, of_split
from hyperadapters.data.places import ByLanguage
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Place, Rule, Sample, Source, by_place, sides
from hyperadapters.data.templates import Codes, codes_for, filled, told
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Example, Pair, Tagged, Text
from hyperadapters.routes import Route

__all__ = ["Hub"]


@final
@dataclass(frozen=True, kw_only=True)
class Hub(Source):
    """A data set of `datasets`, with a contract on its columns.

    Exactly one of `dataset` and `path`; columns are `words` and `labels` (tagging), or `text`, or
    `first` and `second`, or `translation` (parallel text).

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
        translation: the column that has a text under the code of each language.
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
        for name, without in unused.items():
            if without and getattr(self, name):
                raise ConfigError(
                    f"the `{name}` of a source of format `hub` has no effect",
                    expected="`subset` and `revision` with `dataset`, `label_names` with `words`",
                    remedy=f"leave `{name}` out",
                )
        named = [group for group in self._groups() if set(group) != {None}]
        if len(named) != 1 or None in named[0]:
            raise ConfigError(
                "the columns of a source of format `hub` are not clear",
                expected="`words` and `labels`, or `text`, or `first` and `second`, "
                "or `translation`",
                found=", ".join(f"`{one}`" for group in named for one in group if one) or "none",
            )

    def _groups(self) -> tuple[tuple[str | None, ...], ...]:
        parallel = (self.first, self.second), (self.translation,)
        return (self.words, self.labels), (self.text,), *parallel

    @property
    def gives(self) -> type[Example]:
        """By which columns are named."""
        return Tagged if self.words is not None else Text if self.text is not None else Pair

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the path, the subset or the columns name the language."""
        return "{language}" in (self.path or self.subset or "") or self.translation is not None

    @property
    def _place(self) -> Place:
        if self.path is not None:
            return ByLanguage((self.path,), self.codes, splits=self.splits)
        return _OnHub(self)

    @property
    def _rule(self) -> Rule:
        return rule_of(self.path) if self.path is not None else by_place

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether there are files, or a data set that has the language by its `codes`, if any."""
        known = not self.codes or str(route) in self.codes or self.gives is Pair
        return super().has(route, split, root) if self.path is not None else known

    def _samples(self, text: Any, route: Route, split: str) -> Iterator[Sample]:
        (columns,) = (tuple(filter(None, group)) for group in self._groups() if any(group))
        side = side_of(sides(route, self.beside), self.beside) if self.gives is Pair else 0
        with nullcontext(text) if self.path is None else made_of(text.sides[0]) as data_set:
            names, rows = read_rows(data_set, columns, f"language `{route}`, split `{split}`")
            for row, cells in rows:
                one = self._example(cells, route, self.label_names or names, row)
                if self.gives is not Pair or all(map(str.strip, one.texts)):
                    yield Sample(one, one.texts[side])

    def _example(self, cells: Cells, route: Route, names: Sequence[str], row: str) -> Example:
        """That of one row, beside the names of its labels, and where it is."""
        if self.words is not None:
            return tagged_in(cells, names, row)
        if self.text is not None:
            return Text(text_in(cells[0], row))
        languages = sides(route, self.beside)
        if self.first is not None:
            return Pair(*self._in_order(cells, languages, row), languages)
        first, second = (self._text_of(cells[0], name, row) for name in languages)
        return Pair(first, second, languages)

    def _in_order(self, cells: Cells, languages: tuple[str, str], row: str) -> tuple[str, str]:
        """The texts of two columns in the order of the direction."""
        if self.beside not in languages:
            raise DataError(
                f"`{Route(languages)}` is not a direction of this data set",
                where=row,
                expected=f"one from or into `{self.beside}`, which its column `{self.second}` has",
                remedy="name that language, `beside: ...`",
            )
        first, second = (text_in(cell, row) for cell in cells)
        return (second, first) if languages[0] == self.beside else (first, second)

    def _text_of(self, texts: Any, name: str, source: str) -> str:
        codes = codes_for(name, self.codes)
        found = [texts[code] for code in codes if code in texts] if isinstance(texts, dict) else []
        if found and isinstance(found[0], str):
            return found[0]
        raise DataError(
            f"no text in `{name}`",
            where=source,
            expected=f"under `{self.translation}` a text by code: {told(codes)}",
            found=repr(texts)[:80],
            remedy=f"name its code, `codes: {{{name}: ...}}`",
        )


@final
@dataclass(frozen=True)
class _OnHub(Place):
    """A data set of the hub, with a subset for each language or one for all."""

    source: Hub

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[DataSet]:
        """The data set; what it has is known when it is loaded."""
        own = self.source
        fields = {"language": codes_for(str(route), own.codes)[0]}
        names = (str(own.dataset), *([filled(own.subset, fields)] if own.subset else ()))
        split = of_split(own.splits, split) or split
        return [DataSet(names, {"split": split, "revision": own.revision}, "/".join(names))]

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages that `codes` names; unknown for pairs."""
        return () if self.source.gives is Pair else [Route.of(name) for name in self.source.codes]
