"""Tables for a terminal: scores, signs, bold, legend."""

import io
from dataclasses import replace

from rich.console import Console

from hyperadapters.report.terminal import terminal
from hyperadapters.scoring.matrix import Matrix


def printed(matrices: list[Matrix], *, colour: bool = False, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict", write_through=True)
    console = Console(
        file=file,
        width=100,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
    )
    terminal(matrices, console)
    return raw.getvalue().decode(encoding)


def line(text: str, start: str) -> str:
    return next(one for one in text.splitlines() if one.strip("│┃| ").startswith(start))


def test_one_matrix(good: Matrix) -> None:
    text = printed([good])
    cell = good.cell("ner", "tr")
    assert cell is not None
    assert "good (hyper-x-base, seed 0)" in text
    assert f"{100 * cell.score:.1f} ●" in line(text, "tr")
    assert "○" in line(text, "az") and "◇" in line(text, "te")
    assert "● trained pair   ○ unseen pair   ◇ unseen language" in text
    mean = good.mean("pos", "all")
    assert mean is not None and f"{100 * mean:.1f}" in line(text, "mean, all")
    assert "best" not in text


def test_a_model_that_this_library_did_not_train_has_no_seed(good: Matrix) -> None:
    foreign = replace(good, run="theirs", method="not of this library", seeds=())
    assert "theirs (not of this library)" in printed([foreign])


def test_notes_of_few_cells(good: Matrix) -> None:
    noted = [replace(cell, note="a [note]") for cell in good.cells]
    few = [*noted[:8], *good.cells[8:]]
    assert printed([replace(good, cells=tuple(few))]).count(": a [note]") == 8
    assert len(noted) > 8 and "note" not in printed([replace(good, cells=tuple(noted))])


def test_side_by_side_with_the_best_in_bold(good: Matrix, poor: Matrix) -> None:
    text = printed([poor, good], colour=True)
    plain = printed([poor, good])
    assert "A  poor (hyper-x-base, seed 0)" in plain and "bold: best of the runs" in plain
    best, other = good.cell("ner", "az"), poor.cell("ner", "az")
    assert best is not None and other is not None
    assert f"\x1b[1m{100 * best.score:.1f}" in text
    assert f"\x1b[1m{100 * other.score:.1f}" not in text.split("mean")[0]


def test_without_unicode_the_signs_are_plain(good: Matrix) -> None:
    less = replace(good, cells=good.cells[:-1], groups={"seen": ("tr",)})
    text = printed([less], encoding="ascii")
    assert "# trained pair" in text and "o unseen pair" in text and "? unseen language" in text
    assert line(text, "te").rstrip("| ").endswith("-")


def test_names_are_not_markup(good: Matrix) -> None:
    cells = tuple(
        replace(cell, task=f"{cell.task}[red]", language=f"{cell.language}:smile:[/b]")
        for cell in good.cells
    )
    text = printed([replace(good, cells=cells, groups={})])
    assert "ner[red]" in text and line(text, "tr:smile:[/b]")
