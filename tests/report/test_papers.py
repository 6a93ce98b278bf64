"""Published figures: read, looked up, put beside ours."""

from pathlib import Path

import pytest

from hyperadapters.errors import DataError, UnknownName
from hyperadapters.report.papers import COLUMNS, Papers, beside
from hyperadapters.scoring.matrix import Matrix

HEADER = ",".join(COLUMNS)
ROWS = """\
hyper-x,2,mixed,hyper-x-base,ner,,f1,seen,54.4,,
hyper-x,2,mixed,hyper-x-base,,,params-millions,,76,,
hyper-x,6,mixed,hyper-x-base,ner,tr,f1,seen,72.5,,partition a
hyper-x,6,mixed,hyper-x-base,ner,,f1,seen,54.5,,
hyper-x,6,mixed,psf,ner,tr,f1,seen,70.0,,partition a
hyper-x,6,mixed,psf,ner,xx,f1,seen,10.0,,partition a
hyper-x,6,english,psf,ner,tr,f1,seen,1.0,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "table.csv").write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    return tmp_path


def test_look_up(folder: Path) -> None:
    setting = Papers.read(folder).setting("hyper-x", "mixed")
    assert setting.methods("ner", "span_f1") == ("hyper-x-base", "psf")
    assert setting.language("psf", "ner", "span_f1", "tr") == 70.0
    assert setting.language("psf", "pos", "accuracy", "tr") is None
    assert setting.group("psf", "ner", "span_f1", "seen") is None


def test_the_table_with_languages_wins(folder: Path) -> None:
    setting = Papers.read(folder).setting("hyper-x", "mixed")
    assert setting.group("hyper-x-base", "ner", "span_f1", "seen") == 54.5


def test_means_over_directions_and_their_tiers(tmp_path: Path) -> None:
    rows = [
        "hyper-adapters,1,transformer-base,transformer,translation,en-x,bleu,all,16.8,,",
        "hyper-adapters,1,transformer-base,transformer,translation,en-x,bleu,low,16.6,,",
        "hyper-adapters,1,transformer-base,transformer,translation,x-en,bleu,all,23.9,,",
    ]
    (tmp_path / "table.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    setting = Papers.read(tmp_path).setting("hyper-adapters", "transformer-base")
    found = {
        group: setting.group("transformer", "translation", "bleu", group)
        for group in ("from English", "from English, Low", "into English", "into English, Low")
    }
    assert list(found.values()) == [16.8, 16.6, 23.9, None]


def test_variants_of_a_setting_stand_beside_it_under_their_own_names(tmp_path: Path) -> None:
    rows = [
        "hyper-adapters,6,160k,transformer,translation,en-x,bleu,supervised,16.2,,",
        "hyper-adapters,6,160k,transformer,translation,direct,bleu,zero-shot,12.3,,",
        "hyper-adapters,6,160k,transformer,translation,pivot,bleu,zero-shot,16.5,,",
        "hyper-adapters,6,160k/st-t/dropout-0.1,base,translation,direct,bleu,zero-shot,11.4,,",
        "hyper-adapters,6,160k-other,base,translation,direct,bleu,zero-shot,1.0,,",
    ]
    (tmp_path / "table.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    setting = Papers.read(tmp_path).setting("hyper-adapters", "160k")
    methods = ("transformer", "base, st-t/dropout-0.1")
    assert setting.methods("translation", "bleu") == methods
    groups = ("from English", "zero-shot", "through English", "zero-shot, Low")
    found = [[setting.group(m, "translation", "bleu", group) for group in groups] for m in methods]
    assert found == [[16.2, 12.3, 16.5, None], [None, 11.4, None, None]]


def test_beside(folder: Path, good: Matrix, poor: Matrix) -> None:
    setting = Papers.read(folder).setting("hyper-x", "mixed")
    seen, turkish = beside([good, poor], setting, "ner", ("psf", "hyper-x-base"))
    assert (seen.label, seen.is_mean, seen.paper) == ("seen", True, (None, 54.5))
    assert (turkish.label, turkish.is_mean, turkish.paper) == ("tr", False, (70.0, 72.5))
    cell = poor.cell("ner", "tr")
    assert cell is not None and turkish.ours[1] == pytest.approx(100 * cell.score)
    assert beside([good], setting, "pos", ("psf",)) == ()


def test_unknown_paper_or_setting(folder: Path) -> None:
    papers = Papers.read(folder)
    with pytest.raises(UnknownName, match="unknown paper `hyper-y`"):
        papers.setting("hyper-y", "mixed")
    with pytest.raises(UnknownName, match="did you mean `mixed`"):
        papers.setting("hyper-x", "mixd")


def test_the_paper_of_a_method(folder: Path) -> None:
    papers = Papers.read(folder)
    assert papers.of_methods(["full-fine-tuning", "hyper-x-small"], "mixed").setting == "mixed"
    with pytest.raises(UnknownName, match="unknown paper of a method `full-fine-tuning`"):
        papers.of_methods(["full-fine-tuning"], None)
    with pytest.raises(UnknownName, match=r"unknown setting of `hyper-x` ``\n.*english, mixed"):
        papers.of_methods(["hyper-x-small"], None)


def test_bad_folders_and_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no published figures found"):
        Papers.read(tmp_path / "nowhere")
    file = tmp_path / "table.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="these are not published figures"):
        Papers.read(tmp_path)
    file.write_text(f"{HEADER}\nhyper-x,2,mixed,psf,ner,,f1,seen,many,,\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"is not a number\n  where: .*table.csv:2"):
        Papers.read(tmp_path)


@pytest.mark.realdata
def test_every_file_of_the_papers_can_be_read(data_root: Path) -> None:
    folder = data_root.parent / "papers"
    if not folder.is_dir():
        pytest.skip(f"no published figures: `{folder}` does not exist")
    papers = Papers.read(folder)
    assert len(papers.figures) == 3104
    setting = papers.setting("hyper-x", "english-single-task")
    assert setting.group("hyper-x-base", "ner", "span_f1", "seen") == 54.5
    assert setting.language("mad-x", "pos", "accuracy", "en") == 96.8
