"""The page: complete, self-contained, escaped; its parts appear when there is something to say."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hyperadapters.errors import DataError
from hyperadapters.report.page import RunReport, html, read_run
from hyperadapters.report.papers import Figure, PaperSetting
from hyperadapters.scoring.matrix import Matrix

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Checker(HTMLParser):
    """Collects tags and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def test_the_page_is_well_formed_and_fetches_nothing(
    good_run: RunReport, poor_run: RunReport
) -> None:
    page = html([poor_run, good_run])
    seen = checked(page).seen
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in seen}
    assert not [attrs for _, attrs in seen if "src" in attrs or "href" in attrs]
    assert not re.search(r"https?://|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_one_run(good_run: RunReport) -> None:
    page = html([good_run])
    for heading in ("Means", "Every cell", "Learning curves", "Language embeddings", "Parameters"):
        assert f"<h2>{heading}</h2>" in page
    assert "<h2>Differences</h2>" not in page
    assert "25.0% of the backbone" in page
    assert "steps: 200" in page
    cell = good_run.matrix.cell("ner", "te")
    assert cell is not None
    tip = f"ner in Telugu (te)\n{100 * cell.score:.1f} span f1\nunseen language, 30 sentences"
    tips = [attrs for _, attrs in checked(page).seen if attrs.get("data-tip") == tip]
    assert tips[0]["class"] is not None and "foreign" in tips[0]["class"]


def test_languages_without_a_family_in_the_run_file_have_the_known_one(good_run: RunReport) -> None:
    bare = html([replace(good_run, families={})])
    assert "Turkic" in bare and "family unknown" not in bare
    own = html([replace(good_run, families={"tr": "Anatolian"})])
    assert "Anatolian" in own


def test_several_runs_are_compared(good_run: RunReport, poor_run: RunReport) -> None:
    page = html([poor_run, good_run])
    assert "<h2>Differences</h2>" in page
    # Seven pairs: `en` is trained by both, `tr` by one; all but `tr` and `en` of two tasks count.
    assert "good: of 6 cells that neither run trained on, better in 6, worse in 0" in page
    assert "2 runs side by side" in page
    assert re.search(r"<b>\+\d\d\.\d</b><small[^>]*>", page)
    assert "Run file" in page and "What differs" not in page


def test_what_differs_between_run_files(good_run: RunReport, poor_run: RunReport) -> None:
    other = replace(poor_run, values={"name": "poor", "recipe": {"steps": 300}})
    page = html([good_run, other])
    assert "What differs" in page and "<code>recipe.steps</code>" in page
    assert "<code>name</code>" not in page


def test_a_paper_beside_ours(good_run: RunReport) -> None:
    figures = tuple(
        Figure("hyper-x", "6", "mixed", method, "ner", language, "f1", "seen", value, "")
        for method, language, value in (
            ("psf", "tr", 70.0), ("hyper-x-base", "tr", 72.5), ("hyper-x-base", "", 54.5),
        )
    )  # fmt: skip
    page = html([good_run], PaperSetting("hyper-x", "mixed", figures))
    checked(page)
    assert "<h2>Beside the paper</h2>" in page and "72.5" in page and "54.5" in page
    assert page.index('class="theirs ran"') < page.index(">psf<")
    assert "Beside the paper" not in html([good_run], PaperSetting("hyper-x", "none", ()))


def test_a_bare_matrix_is_enough(good: Matrix) -> None:
    page = html([RunReport(good)])
    checked(page)
    assert "Learning curves" not in page and "Parameters" not in page


def test_names_are_escaped(good_run: RunReport) -> None:
    matrix = replace(good_run.matrix, run='<script>"x"&')
    page = html([replace(good_run, matrix=matrix), good_run])
    checked(page)
    assert "<script" not in page and "&lt;script&gt;" in page


def test_runs_that_miss_cells_or_tasks(good_run: RunReport, poor_run: RunReport) -> None:
    cells = tuple(cell for cell in poor_run.matrix.cells if cell.task == "ner")[1:]
    less = replace(poor_run, matrix=replace(poor_run.matrix, cells=cells))
    for runs in ([less, good_run], [good_run, less]):
        page = html(runs)
        checked(page)
        assert "none" in page and "–" in page


def test_no_run_is_an_error() -> None:
    with pytest.raises(DataError, match="no run to report on"):
        html([])


def test_a_folder_makes_a_report(tmp_path: Path, good: Matrix) -> None:
    (tmp_path / "results.json").write_text(good.to_json(), encoding="utf-8")
    (tmp_path / "run.yaml").write_text("name: good\n", encoding="utf-8")
    assert "<h1>good</h1>" in html([read_run(tmp_path)])
