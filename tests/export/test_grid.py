"""Many rows in one call, and what is said where one cannot be written."""

from pathlib import Path

import pytest

import exporting
from exporting import LORA
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.export import cells_of, export, format_of
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return exporting.assembled("bert", tmp_path_factory.mktemp("lora"), LORA)


def test_all_rows_are_all_pairs_of_names_that_the_weights_know(lora: Assembly) -> None:
    found = cells_of(lora, ["all"], ["all"])
    pairs = [(task, language) for task in ("ner", "pos") for language in ("en", "tr", "yo")]
    assert sorted((cell.task, str(cell.route)) for cell in found) == pairs
    assert cells_of(lora, ["ner"], ["yo", "yo"]) == [exporting.CELL]


def test_each_row_has_a_folder_and_none_is_half_there(lora: Assembly, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    cells = cells_of(lora, ["all"], ["all"])
    folders = export(lora, cells, tmp_path, format_of("peft", {}), lambda *step: told.append(step))
    assert {path.relative_to(tmp_path).as_posix() for path in folders} == {
        f"{task}/{language}" for task in ("ner", "pos") for language in ("en", "tr", "yo")
    }
    names = {"adapter_config.json", "adapter_model.safetensors", "hyperadapters.json"}
    assert {p.name for p in tmp_path.rglob("*") if p.is_file()} == names
    assert told[0][:2] == (0, 6) and told[-1] == (6, 6, "")


def test_what_is_there_is_not_overwritten(lora: Assembly, tmp_path: Path) -> None:
    (tmp_path / "ner" / "yo").mkdir(parents=True)
    (tmp_path / "ner" / "yo" / "mine.txt").write_text("mine")
    cells = cells_of(lora, ["ner"], ["all"])
    with pytest.raises(ConfigError, match=r"ner/yo` is not empty\n.*\n  found: mine.txt"):
        export(lora, cells, tmp_path, format_of("peft", {}))
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["mine.txt"]
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file` is not empty"):
        export(lora, cells[:1], tmp_path / "file", format_of("peft", {}))


def test_rows_that_would_share_a_folder_are_refused(lora: Assembly, tmp_path: Path) -> None:
    cells = [Cell("ner", route) for route in (Route.of("pt-BR", "en"), Route.of("pt-BR_en"))]
    with pytest.raises(ConfigError, match="two rows would come into the folder `.*/ner/pt-BR_en`"):
        export(lora, cells, tmp_path, format_of("peft", {}))
    assert not list(tmp_path.iterdir())


def test_unknown_names(lora: Assembly) -> None:
    with pytest.raises(UnknownName, match="unknown task `nre`(.|\n)*did you mean `ner`"):
        cells_of(lora, ["nre"], ["all"])
    with pytest.raises(UnknownName, match="`xx`"):
        cells_of(lora, ["ner"], ["xx"])
    with pytest.raises(UnknownName, match="unknown format `pfet`(.|\n)*did you mean `peft`"):
        format_of("pfet", {})
    with pytest.raises(ConfigError, match="the format `table` has no `--no-head`"):
        format_of("table", {"head": False})
    with pytest.raises(ConfigError, match="nothing to export"):
        export(lora, [], Path("nowhere"), format_of("table", {}))


def test_a_table_has_only_its_rows(tmp_path: Path) -> None:
    method = {**LORA, "weights": "pair"}
    pairs = exporting.assembled("bert", tmp_path, method)
    assert Cell("ner", Route.of("yo")) not in cells_of(pairs, ["all"], ["all"])
    assert len(cells_of(pairs, ["all"], ["all"])) == 4
    with pytest.raises(UnknownName, match="language=yo,task=ner"):
        cells_of(pairs, ["ner"], ["yo"])
