"""Published figures from tidy CSV files, and tables that put ours beside them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hyperadapters.errors import DataError, UnknownName
from hyperadapters.scoring.matrix import Matrix

__all__ = ["COLUMNS", "Beside", "Figure", "PaperSetting", "Papers", "beside"]

_PRINTED = {"span_f1": "f1"}
"""What papers call a metric, where it is not its name here."""
_DIRECTIONS = {
    "from English": ("en-x", ("all", "supervised")),
    "into English": ("x-en", ("all", "supervised")),
    "zero-shot": ("direct", ("zero-shot",)),
    "through English": ("pivot", ("zero-shot",)),
}
"""How the files write the groups of directions that translation runs have, without a tier."""


@dataclass(frozen=True)
class Figure:
    """One printed number, as the columns of the CSV files have it; scores are on a 0–100 scale."""

    paper: str
    table: str
    setting: str
    method: str
    task: str
    language: str
    metric: str
    group: str
    value: float
    note: str


COLUMNS = (*[field.name for field in fields(Figure)][:-1], "std", "note")
_FIGURE = TypeAdapter(Figure)


@dataclass(frozen=True)
class Papers:
    """All the figures of a folder."""

    figures: tuple[Figure, ...]

    @classmethod
    def read(cls, folder: Path) -> "Papers":
        """Every `*.csv` of `folder`.

        Raises:
            DataError: no such folder, no file in it, or a file with other columns or no number.
        """
        files = sorted(folder.glob("*.csv"))
        if not files:
            raise DataError(
                "no published figures found",
                where=str(folder),
                expected=f"CSV files with the columns {', '.join(COLUMNS)}",
                remedy="give the folder that holds them",
            )
        return cls(tuple(figure for file in files for figure in _read(file)))

    def setting(self, paper: str, setting: str) -> "PaperSetting":
        """The figures of one training and evaluation condition of a paper.

        Those of its variants too: `160k-steps/encoder-linear` is one of `160k-steps`, and its
        methods are called `hyper-adapters, encoder-linear` there.

        Raises:
            UnknownName: a paper or setting that no file has.
        """
        own = [figure for figure in self.figures if figure.paper == paper]
        if not own:
            raise UnknownName("paper", paper, {figure.paper for figure in self.figures})
        settings = {figure.setting for figure in own}
        if setting not in settings:
            raise UnknownName(f"setting of `{paper}`", setting, settings - {""})
        return PaperSetting(paper, setting, tuple(_within(own, setting)))

    def of_methods(self, methods: Sequence[str], setting: str | None) -> "PaperSetting":
        """The figures of the paper that one of these methods comes from.

        Args:
            methods: their names begin with the paper's (`hyper-x-base`).
            setting: of the paper; may be None where it has one only.

        Raises:
            UnknownName: none of the methods has a paper here, or the setting is not the paper's.
        """
        papers = {figure.paper for figure in self.figures}
        found = [paper for name in methods for paper in sorted(papers) if name.startswith(paper)]
        if not found:
            raise UnknownName("paper of a method", ", ".join(methods), papers)
        settings = {f.setting for f in self.figures if f.paper == found[0]} - {""}
        return self.setting(found[0], setting or (settings.pop() if len(settings) == 1 else ""))


@dataclass(frozen=True)
class PaperSetting:
    """The figures of one condition of a paper, for looking up."""

    paper: str
    setting: str
    figures: tuple[Figure, ...]

    def methods(self, task: str, metric: str) -> tuple[str, ...]:
        """The methods with a figure for a task and metric (named as here), in printed order."""
        wanted = (task, _PRINTED.get(metric, metric))
        return tuple(dict.fromkeys(f.method for f in self.figures if (f.task, f.metric) == wanted))

    def language(self, method: str, task: str, metric: str, language: str) -> float | None:
        """The printed score in one language, 0–100; None where there is none."""
        found = self._find(method, task, metric)
        return _only([figure for figure in found if figure.language == language])

    def group(self, method: str, task: str, metric: str, group: str) -> float | None:
        """The printed mean over a group of languages, 0–100; None where there is none.

        Of directions the groups are `from English` and `into English`, alone or with a tier (`from
        English, low`), `zero-shot` and `through English`. Where tables disagree, the one that also
        prints the languages counts: it can be recomputed.
        """
        found = self._find(method, task, metric)
        detailed = {figure.table for figure in found if figure.language}
        head, _, tier = group.partition(", ")
        language, names = _DIRECTIONS.get(head, ("", (group,)))
        names = (tier.lower(),) if language and tier else names
        means = [f for f in found if f.language == language and f.group in names]
        return _only([figure for figure in means if figure.table in detailed] or means)

    def _find(self, method: str, task: str, metric: str) -> list[Figure]:
        wanted = (method, task, _PRINTED.get(metric, metric))
        return [f for f in self.figures if (f.method, f.task, f.metric) == wanted]


@dataclass(frozen=True)
class Beside:
    """One row of a table of ours beside a paper's.

    Args:
        label: a language, or the name of a group.
        is_mean: whether `label` is a group.
        ours: our scores × 100, one per matrix.
        paper: the paper's scores, one per method of the table.
    """

    label: str
    is_mean: bool
    ours: tuple[float | None, ...]
    paper: tuple[float | None, ...]


def beside(
    matrices: Sequence[Matrix], setting: PaperSetting, task: str, methods: Sequence[str]
) -> tuple[Beside, ...]:
    """Ours beside the paper's for one task: group means, then the languages that the paper has."""
    first = next(matrix for matrix in matrices if matrix.select(task))
    metric = first.select(task)[0].metric
    rows = []
    for group in first.group_names:
        means = [matrix.mean(task, group) for matrix in matrices]
        printed = tuple(setting.group(method, task, metric, group) for method in methods)
        rows.append(Beside(group, True, _hundred(means), printed))
    for language in first.languages:
        cells = [matrix.cell(task, language) for matrix in matrices]
        scores = [cell.score if cell else None for cell in cells]
        printed = tuple(setting.language(method, task, metric, language) for method in methods)
        rows.append(Beside(language, False, _hundred(scores), printed))
    return tuple(row for row in rows if any(value is not None for value in row.paper))


def _within(figures: Iterable[Figure], setting: str) -> Iterator[Figure]:
    """Those of a setting, and those of its variants under names that tell them apart."""
    for figure in figures:
        variant = figure.setting.removeprefix(f"{setting}/")
        if figure.setting == setting:
            yield figure
        elif setting and variant != figure.setting:
            yield replace(figure, method=f"{figure.method}, {variant}")


def _hundred(scores: Sequence[float | None]) -> tuple[float | None, ...]:
    return tuple(None if score is None else 100 * score for score in scores)


def _only(figures: Sequence[Figure]) -> float | None:
    return figures[-1].value if figures else None


def _read(file: Path) -> list[Figure]:
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(
                "these are not published figures",
                where=str(file),
                expected=",".join(COLUMNS),
                found=",".join(reader.fieldnames or ()),
            )
        return [_figure(row, f"{file}:{reader.line_num}") for row in reader]


def _figure(row: dict[str, str], where: str) -> Figure:
    try:
        return _FIGURE.validate_python({name: row[name] or "" for name in COLUMNS})
    except ValidationError as error:
        raise DataError(
            "a published figure is not a number",
            where=where,
            expected="a number in the column `value`",
            found=f"`{row['value']}`",
        ) from error
