"""Any data set that the `datasets` library reads: from the hub by name, or from local parquet, JSON
or CSV files.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, final

from hyperadapters.data.formats.rows import Cells, DataSet, made_of, read_rows, tagged_in, text_in
from hyperadapters.data.held_out import side_of
from hyperadapters.data.limits import Limit, SplitNames, split_name
from hyperadapters.data.places import ByLanguage, InFiles
from hyperadapters.data.rules import by_place, rule_of
from hyperadapters.data.source import Parts, Place, Reader, Sample, Source, sides
from hyperadapters.data.templates import Codes, codes_for, filled
from hyperadapters.errors import ConfigError, DataError, HyperadaptersError, UnknownName
from hyperadapters.examples import Example, Pair, Tagged, Text
from hyperadapters.routes import Route

__all__ = ["Hub"]


class _Contract(NamedTuple):
    """What a row must hold.

    Args:
        example: the example of its cells, beside the names of its labels, and where it is.
    """

    gives: type[Example]
    columns: tuple[str, ...]
    example: Callable[[Cells, Route, Sequence[str], str], Example]


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
        unused = (("subset", "revision") if self.path else ()) + (
            () if self.words else ("label_names",)
        )
        for name in unused:
            if getattr(self, name):
                raise ConfigError(
                    f"the `{name}` of a source of format `hub` has no effect",
                    expected="`subset` and `revision` with `dataset`, `label_names` with `words`",
                    remedy=f"leave `{name}` out",
                )
        complete = [group for group in self._groups() if None not in group]
        given = [column for group in self._groups() for column in group if column is not None]
        if len(complete) != 1 or given != list(complete[0]):
            raise ConfigError(
                "the columns of a source of format `hub` are not clear",
                expected="`words` and `labels`, or `text`, or `first` and `second`, "
                "or `translation`",
                found=", ".join(f"`{column}`" for column in given) or "none",
            )

    def _groups(self) -> tuple[tuple[str | None, ...], ...]:
        parallel = (self.first, self.second), (self.translation,)
        return (self.words, self.labels), (self.text,), *parallel

    @property
    def parts(self) -> Parts[Any]:
        """A data set for each language and split, or one that is divided by hash."""
        named = "{language}" in (self.path or self.subset or "")
        gives, apart = self._contract.gives, named or self.translation is not None
        place: Place[Any] = _OnHub(self, gives is Pair)
        reader: Reader[Any] = self._samples
        if self.path is not None:
            place, reader = ByLanguage(self.path, self.codes, self.splits), self._of_files
        rule = rule_of(self.path) if self.path is not None else by_place
        return Parts(
            place=place, gives=gives, reader=reader, rule=rule, limit=self.limit, apart=apart
        )

    @property
    def _contract(self) -> _Contract:
        if self.words is not None:
            return _Contract(Tagged, (self.words, str(self.labels)), _tagged)
        if self.text is not None:
            return _Contract(Text, (self.text,), _plain)
        if self.first is not None:
            return _Contract(Pair, (self.first, str(self.second)), self._pair)
        return _Contract(Pair, (str(self.translation),), self._translated)

    def _of_files(self, text: InFiles, route: Route) -> Iterator[Sample]:
        with made_of(text.sides[0], text.split) as data_set:
            yield from self._samples(data_set, route)

    def _samples(self, text: DataSet, route: Route) -> Iterator[Sample]:
        gives, columns, example_of = self._contract
        names, rows = read_rows(text, columns, str(route))
        side = side_of(sides(route, self.beside), self.beside) if gives is Pair else 0
        for where, cells in rows:
            one = example_of(cells, route, self.label_names or names, where)
            if gives is not Pair or all(map(str.strip, one.texts)):
                yield Sample(one, one.texts[side])

    def _pair(self, texts: Cells, route: Route, names: Sequence[str], row: str) -> Pair:
        """Both sides in the order of the direction."""
        languages = sides(route, self.beside)
        if self.beside not in languages:
            raise DataError(
                f"`{route}` is not a direction of this data set",
                where=row,
                expected=f"one from or into `{self.beside}`, which its column `{self.second}` has",
                remedy="name that language, `beside: ...`",
            )
        first, second = (text_in(text, row) for text in texts)
        both = (second, first) if languages[0] == self.beside else (first, second)
        return Pair(*both, languages)

    def _translated(self, cells: Cells, route: Route, names: Sequence[str], row: str) -> Pair:
        """Both sides in the order of the direction, by the codes of their languages."""
        languages = sides(route, self.beside)
        first, second = (self._text_of(cells[0], name, row) for name in languages)
        return Pair(first, second, languages)

    def _text_of(self, texts: Any, name: str, source: str) -> str:
        codes = codes_for(name, self.codes)
        found = [texts[code] for code in codes if code in texts] if isinstance(texts, dict) else []
        if found and isinstance(found[0], str):
            return found[0]
        raise DataError(
            f"no text in `{name}`",
            where=source,
            expected=f"under `{self.translation}` a text by code: {' or '.join(codes)}",
            found=repr(texts)[:80],
            remedy=f"name its code, `codes: {{{name}: ...}}`",
        )


@final
@dataclass(frozen=True)
class _OnHub(Place[DataSet]):
    """A data set of the hub, with a subset for each language or one for all.

    Args:
        paired: whether it is of pairs, and `codes` may name only one of two languages.
    """

    source: Hub
    paired: bool

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[DataSet]:
        """The data set; certain where `codes` names the language, or none."""
        own, name = self.source, str(route)
        code = codes_for(name, own.codes)[0]
        subset = (filled(own.subset, language=code),) if own.subset else ()
        names = (str(own.dataset), *subset)
        options = {"split": split_name(own.splits, split) or split, "revision": own.revision}
        certain = not own.codes or name in own.codes or self.paired
        return [DataSet(names, options, split, "/".join(names), certain)]

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages that `codes` names; unknown for pairs."""
        return () if self.paired else [Route.of(name) for name in self.source.codes]

    def missing(self, route: Route, split: str, root: Path | None) -> HyperadaptersError:
        """Never asked for: what a data set has is known when it is loaded."""
        return UnknownName("language", str(route), self.source.codes)


def _tagged(cells: Cells, route: Route, names: Sequence[str], row: str) -> Tagged:
    return tagged_in(cells, names, row)


def _plain(cells: Cells, route: Route, names: Sequence[str], row: str) -> Text:
    return Text(text_in(cells[0], row))
