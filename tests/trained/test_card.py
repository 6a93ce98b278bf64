"""The model card: what the hub reads of it, and what a reader does."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from hyperadapters.trained import Trained, load


def test_a_card_tells_rows_and_figures(run: Path, saved: Path, tmp_path: Path) -> None:
    text = (saved / "README.md").read_text()
    card = ModelCard(text)
    assert card.data.library_name == "hyperadapters" and card.data.license == "mit"
    assert card.data.language == ["en", "tr", "ta"] and card.data.base_model is None
    assert card.data.tags == ["hyperadapters", "hyper-x-base", "tagging", "mlm"]
    assert card.data.metrics == ["span_f1"]
    assert "| `spans` | tagging | en, ta | tr |\n" in text
    assert "| `fields` | tagging | en, tr | ta |\n" in text
    assert "| `spans` | tr | span_f1 | " in text and "| 6 | unseen pair |" in text
    assert '"format": "cldr", "content": "spans", "train": 24' in text
    assert load(run / "model").card() == load(run).card()
    shutil.copytree(run / "model", tmp_path / "model")
    assert "not scored" in load(tmp_path).card()
    branch = load(run).card("ada/tiny", revision="small")
    assert 'ha.load("ada/tiny", revision="small")' in branch


def test_the_three_lines_of_a_card_answer(
    run: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = load(run).card(str(saved))
    (lines,) = (block.partition("```")[0] for block in text.split("```py\n")[1:])
    assert len([line for line in lines.splitlines() if line]) == 3
    exec(lines, {})
    assert capsys.readouterr().out.startswith("[[('Ada', ")


def test_a_card_names_the_backbone_and_the_data_of_the_hub(run: Path) -> None:
    trained = load(run)
    backbone = trained.assembly.run.backbone.model_copy(
        update={"path": None, "name": "bert-base-cased"}
    )
    tasks = dict(trained.assembly.run.tasks)
    values = tasks["spans"].model_dump(mode="json", exclude_none=True)
    hub = {"format": "hub", "dataset": "ada/spans", "words": "words", "labels": "tags"}
    tasks["spans"] = type(tasks["spans"]).model_validate({**values, "data": hub})
    told = trained.assembly.run.model_copy(update={"backbone": backbone, "tasks": tasks})
    data = ModelCard(Trained(replace(trained.assembly, run=told)).card()).data
    assert data.base_model == "bert-base-cased" and data.base_model_relation == "adapter"
    assert data.datasets == ["ada/spans"]
