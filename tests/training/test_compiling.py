"""Which objective a recipe asks for, and that what is compiled trains as what is not."""

from functools import partial
from pathlib import Path

import pytest
import torch

import systems
import tiny
import tiny_runs
from hyperadapters.context import Row
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.method import Recipe
from hyperadapters.mixture.streams import _rounded
from hyperadapters.model.computing import plain
from hyperadapters.training import compiling
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress
from hyperadapters.training.stage import Stage

MODEL = tiny.adapted(systems.HYPER_X, [Row(task="ner", language="en")])


def test_lengths_are_padded_to_eighths_of_the_longest() -> None:
    assert list(map(_rounded(24), (1, 3, 4, 22, 24))) == [3, 3, 6, 24, 24]
    assert len({_rounded(100)(length) for length in range(1, 101)}) == 8
    assert list(map(_rounded(100), (92, 100, 130))) == [100, 100, 130]


@pytest.mark.parametrize(
    ("contexts", "ranks", "blocks"), [(1, 1, 1), (4, 1, 4), (4, 2, 2), (3, 2, 3), (2, 4, 1)]
)
def test_the_blocks_of_a_rank_are_runs_of_one_row(
    monkeypatch: pytest.MonkeyPatch, contexts: int, ranks: int, blocks: int
) -> None:
    asked = []
    monkeypatch.setattr(
        compiling, "Compiled", lambda *, blocks, tell: asked.append(blocks) or plain
    )
    recipe = Recipe(contexts_per_batch=contexts, compile=True)
    compiling.objective_of(MODEL, recipe, ranks, print)
    assert asked == [blocks]


def test_updates_of_padded_batches_are_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything but the graphs themselves, which `tests/model/graphs.py` compares."""
    used: list[object] = []

    def computed(*given: object, blocks: int, tell: object = None) -> object:
        used.append(blocks)
        return plain

    monkeypatch.setattr(compiling, "Compiled", partial(computed))
    weights = []
    for compile_ in (False, True):
        recipe = {"steps": 3, "batch": 8, "length": 24, "learning_rate": 0.01, "accumulate": 2}
        recipe |= {"contexts_per_batch": 2, "compile": compile_}
        architecture = {**tiny_runs.ARCHITECTURE, "dropout": 0.0}
        run = tiny_runs.values(tmp_path, backbone={"architecture": architecture}, recipe=recipe)
        assembly = tiny_runs.assembled(run, "hypernetwork")
        assembly.model.double()
        journal = Journal(tmp_path / "metrics.jsonl", 0, accelerator_for("no"))
        stage = Stage(assembly, tmp_path / "checkpoints", Progress(), journal, Display())
        widths = {stage.mixture.draw().inputs["input_ids"].shape[1] for _ in range(12)}
        assert all(width % 3 == 0 for width in widths) == compile_
        stage.update()
        weights.append({n: p.detach().clone() for n, p in assembly.model.named_parameters()})
    assert used == [2]
    for name, expected in weights[0].items():
        torch.testing.assert_close(weights[1][name], expected, rtol=1e-6, atol=1e-9, msg=name)
