"""Texts and pairs of texts with a label each: tables, JSON, Parquet, and data sets of the hub."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, final

from hyperadapters.data.division import Divided, Division
from hyperadapters.data.formats.classes import class_in, degree_in
from hyperadapters.data.formats.rows import Cells, Rows, read_rows, said_in, text_or_none
from hyperadapters.data.formats.tables import Layout, read_columns
from hyperadapters.data.limits import Limit, SplitNames
from hyperadapters.data.places import ByLanguage
from hyperadapters.data.rules import rule_of
from hyperadapters.data.source import Found, Place, Rule, Sample, Source, by_place
from hyperadapters.data.sources.on_hub import OnHub
from hyperadapters.data.templates import Codes, filled
from hyperadapters.errors import ConfigError, DataError
from hyperadapters.examples import Example, Labelled, LabelledPair
from hyperadapters.routes import Route

__all__ = ["LabelledTexts"]


@final
@dataclass(frozen=True, kw_only=True)
class LabelledTexts(Source):
    """Texts, or pairs of them, with one label each, in columns with names: XNLI, GLUE, reviews.

    Exactly one of `path` and `dataset`. A label is a name; a number (`0`, `"1"`) needs one by
    `label_names`, unless a Parquet file or a data set of the hub carries the names itself. Lines
    with more or fewer cells than there are columns, rows without a label, and numbers without a
    name are errors with file and line. A row without any text is skipped, and `data` says how many
    are; one text of a pair may be empty, as in published test sets.

    Args:
        path: local files: a template with `{language}` and `{split}` (.tsv, .csv, .json, .jsonl,
            .parquet; anything else has columns with tabs). Without `{split}`, 5% of the rows are
            dev and 5% test, by the hash of the first text: all pairs of a premise are in one split.
        dataset: in place of files a name on the hub, `owner/name`; works offline from the cache of
            `datasets`.
        subset: its configuration, a template with `{language}`.
        revision: the commit or tag of the data set.
        texts: the column of the text, or the two of a pair.
        label: the column of the label.
        label_names: the names of numbers: a list in order from 0, or a mapping, `{1: bad, 2:
            good}`.
        degrees: whether labels are numbers, such as degrees of similarity, and stay as they are.
        label_until: the character at which a label ends, `:` for the coarse labels of TREC
            (`NUM:dist` is `NUM`); the whole cell without it.
        leave_out: labels whose rows are not read, such as `-`, where annotators did not agree.
        only: column -> what it must hold for a row to be read, a template with `{language}`: for
            files that have all languages in one.
        columns: the names of all columns, for tables whose first line does not name those that are
            read.
        separator: the character that stands between columns in place of a tab or, in `.csv` files,
            a comma; the last of `columns` then has the rest of the line.
        quotes: whether cells may stand in quotes; when absent, those of `.csv` files only. In other
            tables a quote is a quote.
        splits: our split -> its name in the path or the data set, where it has another one.
        divide: for data without a dev split, of which it then is a part: `{dev_of: train, examples:
            1000}`, or half of the test split, `{dev_of: test}`.
        codes: our language name -> what files or the data set call it; the usual codes are known.
        limit: most examples, for all splits or by split.

    Raises:
        ConfigError: both or none of `dataset` and `path`, no text or more than two, columns that
            lack one that is read, or a value that has no effect.
    """

    format: Literal["labelled"] = "labelled"
    path: str | None = None
    dataset: str | None = None
    subset: str | None = None
    revision: str | None = None
    texts: tuple[str, ...] = ("premise", "hypothesis")
    label: str = "label"
    label_names: tuple[str, ...] | Mapping[int, str] = ()
    degrees: bool = False
    label_until: str | None = None
    leave_out: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    separator: str | None = None
    quotes: bool | None = None
    splits: SplitNames = field(default_factory=lambda: {"dev": "validation"})
    divide: Division | None = None
    codes: Codes = field(default_factory=dict)
    limit: Limit = None

    def __post_init__(self) -> None:
        if (self.dataset is None) == (self.path is None):
            raise ConfigError(
                "a source of format `labelled` needs `path` or `dataset`",
                expected="exactly one of the two",
                found="both" if self.dataset else "none",
            )
        if len(self.texts) not in (1, 2):
            raise ConfigError(
                "a source of format `labelled` reads one text or two",
                expected="`texts: [text]`, or `texts: [premise, hypothesis]`",
                found=f"{len(self.texts)} columns",
            )
        self._check_effect()
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise ConfigError(
                "the `separator` of a source of format `labelled` is no separator",
                expected="one character, neither a quote nor the end of a line",
                found=repr(self.separator),
            )
        lost = [name for name in self._read if name not in self.columns]
        if self.columns and lost:
            raise ConfigError(
                f"`columns` of a source of format `labelled` lack `{lost[0]}`, which is read",
                expected="all columns of the table in their order",
                found=", ".join(self.columns),
            )

    def _check_effect(self) -> None:
        if self.degrees and self.label_names:
            raise ConfigError(
                "the `label_names` of a source of format `labelled` have no effect",
                expected="names of classes, or numbers that are `degrees`",
                remedy="leave one of the two out",
            )
        of_path = {"columns": self.columns, "separator": self.separator, "quotes": self.quotes}
        of_hub = {"subset": self.subset, "revision": self.revision}
        for name, value in (of_path if self.path is None else of_hub).items():
            if value:
                raise ConfigError(
                    f"the `{name}` of a source of format `labelled` has no effect",
                    expected=f"{', '.join(of_path)} with `path`; {', '.join(of_hub)} with "
                    "`dataset`",
                    remedy=f"leave `{name}` out",
                )

    @property
    def gives(self) -> type[Example]:
        """By the number of `texts`."""
        return Labelled if len(self.texts) == 1 else LabelledPair

    @property
    def tells_languages_apart(self) -> bool:
        """Whether the path, the subset or a column names the language."""
        named = (self.path or self.subset or "", *self.only.values())
        return any("{language}" in template for template in named)

    @property
    def _place(self) -> Place:
        whole = self._undivided
        return whole if self.divide is None else Divided(whole, self.divide.dev_of)

    @property
    def _undivided(self) -> Place:
        if self.path is not None:
            return ByLanguage((self.path,), self.codes, splits=self.splits)
        own = (self.subset, self.revision, self.splits, self.codes)
        return OnHub(str(self.dataset), *own, tuple(self.codes))

    @property
    def _rule(self) -> Rule:
        if self.divide is not None:
            return self.divide.rule
        return rule_of(self.path) if self.path is not None else by_place

    @property
    def _read(self) -> tuple[str, ...]:
        """The columns: those that choose rows, those of the texts, and that of the label."""
        return (*self.only, *self.texts, self.label)

    def has(self, route: Route, split: str, root: Path | None) -> bool:
        """Whether there are files, or a data set that has the language by its `codes`, if any."""
        known = not self.codes or str(route) in self.codes
        return super().has(route, split, root) if self.path is not None else known

    def _samples(self, text: Any, route: Route, split: str) -> Iterator[Found]:
        carried, rows = self._rows(text, f"language `{route}`, split `{split}`")
        names = self._names(carried)
        chosen = self._chosen(text, route)
        other = dict[Cells, None]()
        read = 0
        for where, cells in rows:
            if cells[: len(chosen)] != chosen:
                other.setdefault(cells[: len(chosen)])
                continue
            read += 1
            example = self._example(cells[len(chosen) :], names, where)
            if isinstance(example, DataError):
                yield example
            elif example.label not in self.leave_out:
                yield Sample(example, example.texts[0])
        if other and not read:
            raise self._none_chosen(str(text), chosen, other)

    def _rows(self, text: Any, what: str) -> Rows:
        if self.path is None:
            return read_rows(text, self._read, what)
        layout = Layout(self.columns, self.separator, self.quotes)
        return read_columns(text.sides[0], self._read, layout, what)

    def _names(self, carried: Any) -> Mapping[int, str]:
        given = self.label_names or carried
        return given if isinstance(given, Mapping) else dict(enumerate(given))

    def _chosen(self, text: Any, route: Route) -> Cells:
        """What the first columns of a row hold that is read."""
        code = (
            self.codes.get(str(route), str(route)) if self.path is None else text.codes[str(route)]
        )
        first = code if isinstance(code, str) else code[0]
        return tuple(filled(template, {"language": first}) for template in self.only.values())

    def _example(
        self, cells: Cells, names: Mapping[int, str], where: str
    ) -> Labelled | LabelledPair | DataError:
        *texts, label = cells
        said = [text_or_none(text, where) for text in texts]
        if not any(map(str.strip, said)):
            return DataError(
                "no text",
                where=where,
                expected=f"a text in {' or '.join(f'`{name}`' for name in self.texts)}",
                found=f"the label {label!r}",
            )
        kept = self._ending(label)
        written = said_in(kept) or ""
        own = written if written in self.leave_out else self._label(kept, names, where)
        if len(said) == 1:
            return Labelled(said[0], own, where)
        return LabelledPair(said[0], said[1], own, where)

    def _ending(self, cell: Any) -> Any:
        until = self.label_until
        return cell.partition(until)[0] if until and isinstance(cell, str) else cell

    def _label(self, cell: Any, names: Mapping[int, str], where: str) -> str:
        return degree_in(cell, where) if self.degrees else class_in(cell, names, where)

    def _none_chosen(self, where: str, chosen: Cells, other: Mapping[Cells, None]) -> DataError:
        held = zip(self.only, chosen, strict=True)
        return DataError(
            "no row is read",
            where=where,
            expected=", ".join(f"`{value}` in column `{name}`" for name, value in held),
            found=", ".join(" ".join(map(str, one)) for one in [*other][:8]),
            remedy="say what the file calls the language, `codes: {...}`",
        )
