"""An encoder without a head for masked language modelling: the head is trained first, alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import BertModel

import tiny_runs
from hyperadapters.backbones import head_parameters
from hyperadapters.config import run_from
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.training import train
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.stage import Stage
from hyperadapters.training.starting import begin

SIZES = {"code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A backbone as `BertModel` saves it: an encoder and nothing else."""
    folder = tmp_path_factory.mktemp("headless")
    bundle.save(assemble(run_from(tiny_runs.values(folder))), folder / "model")
    whole, bare = folder / "model" / "backbone", folder / "bare"
    BertModel.from_pretrained(whole, add_pooling_layer=False).save_pretrained(bare)
    for file in whole.glob("tokenizer*"):
        shutil.copy(file, bare)
    return {"path": str(bare)}


def run(folder: Path, headless: dict[str, Any]) -> Assembly:
    """Hyper-X with MLM beside a task, after a phase for the head: as in `real-text-mlm`."""
    first = {"train": {"mlm": ["en", "ta", "tr"]}, "trains": ["heads"], "steps": 30}
    changes = {
        "backbone": headless,
        "method": {"name": "hyper-x-base", **SIZES},
        "phases": {"mlm-head": first},
        "train": {"fields": ["en"], "mlm": ["en", "tr"]},
        "select": {"fields": ["en"]},
        "evaluate": {"fields": ["en"], "mlm": ["en", "tr"]},
    }
    values = tiny_runs.values(folder, **changes)
    values["tasks"].pop("spans")
    return assemble(run_from(values))


def head_of(assembly: Assembly) -> dict[str, Tensor]:
    """The parameters of the head for MLM, by their names in the model."""
    own = {id(parameter) for parameter in head_parameters(assembly.model.backbone)}
    return {n: p for n, p in assembly.model.named_parameters() if id(p) in own}


def test_only_the_head_moves_in_its_phase_and_it_learns(
    headless: dict[str, Any], tmp_path: Path
) -> None:
    made = run(tmp_path, headless)
    before = {name: tensor.clone() for name, tensor in made.model.named_parameters()}
    head = set(head_of(made))
    assert {name.rpartition("cls.")[2] for name in head} >= {
        "predictions.bias",
        "predictions.transform.dense.weight",
    }
    guessed = evaluate(made, cells=[made.cell("mlm", "en")]).cells[0].score
    journal = Journal(tmp_path / "metrics.jsonl", 0, accelerator_for("no"))
    stage = Stage(made, tmp_path / "checkpoints", Progress(), journal, Display())
    for _ in range(30):
        stage.update()
    moved = {n for n, p in made.model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == head
    assert evaluate(made, cells=[made.cell("mlm", "en")]).cells[0].score < 0.9 * guessed


@pytest.fixture(scope="module")
def trained(headless: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A whole run; its folder is its output."""
    folder = tmp_path_factory.mktemp("trained")
    made = run(folder, headless)
    train(made, folder)
    return made


def test_the_head_that_was_trained_is_part_of_the_run(trained: Assembly) -> None:
    again = bundle.load(trained.run.folder / "model")
    for name, tensor in head_of(trained).items():
        assert torch.equal(head_of(again)[name], tensor), name
    cells = [[cell.score for cell in evaluate(one).cells] for one in (trained, again)]
    assert cells[0] == pytest.approx(cells[1], rel=1e-5)
    assert {cell.standing for cell in evaluate(trained).cells} == {"trained pair"}


def test_few_sentences_of_a_new_pair_go_on_from_the_run(
    trained: Assembly, headless: dict[str, Any], tmp_path: Path
) -> None:
    """As in `real-text-few-shot`: a language that the run knows from MLM alone, and its task."""
    changes = {
        "backbone": headless,
        "method": {"name": "hyper-x-base", **SIZES},
        "train": {"fields": ["tr"]},
        "evaluate": {"fields": ["tr"]},
        "select": {},
        "phases": {"train": {"start_from": {"run": str(trained.run.folder), "phase": "train"}}},
        "recipe": {"steps": 2, "batch": 5, "length": 24, "criterion": "last"},
    }
    values = tiny_runs.values(tmp_path, **changes)
    values["tasks"] = {"fields": values["tasks"]["fields"]}
    few = assemble(run_from(values))
    begin(few)
    before, own = trained.model.kept(), few.model.kept()
    names = {name for name in own if name.startswith("adapters.")}
    assert {"language=tr", "task=fields"} <= {name.rpartition(".")[2] for name in names}
    assert all(torch.equal(own[name], before[name]) for name in names)
    assert (
        evaluate(few).cells[0].score
        == evaluate(trained, cells=[trained.cell("fields", "tr")]).cells[0].score
    )
    train(few, tmp_path)
    assert [cell.standing for cell in evaluate(few).cells] == ["trained pair"]
