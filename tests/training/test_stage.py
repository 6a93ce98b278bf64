"""One phase: its updates against a plain loop, its phases, its criterion, its patience."""

import io
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from torch import nn

import tiny_runs
from hyperadapters.context import Context, Row
from hyperadapters.errors import TrainingError
from hyperadapters.machine.ranks import accelerator_for
from hyperadapters.method import HEADS, Phase, Recipe
from hyperadapters.mixture.mixture import Draw
from hyperadapters.mixture.streams import mixture_of, streams_of
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Cycle
from hyperadapters.scoring.cells import score
from hyperadapters.training import train
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.objective import Objective
from hyperadapters.training.progress import Progress
from hyperadapters.training.stage import Stage


def assembled(folder: Path, method: str = "hypernetwork", **changes: Any) -> Assembly:
    architecture = {**tiny_runs.ARCHITECTURE, "dropout": 0.0}
    run = tiny_runs.values(folder, backbone={"architecture": architecture}, **changes)
    return tiny_runs.assembled(run, method)


def recipe(**changes: Any) -> dict[str, Any]:
    return {"steps": 6, "batch": 8, "length": 24, "learning_rate": 0.01, **changes}


def stage_of(assembly: Assembly, folder: Path) -> Stage:
    journal = Journal(folder / "metrics.jsonl", 0, accelerator_for("no"))
    return Stage(assembly, folder / "checkpoints", Progress(), journal, Display())


@pytest.mark.parametrize("absent", ["still", "drifting"])
@pytest.mark.parametrize("clip", [0.0, 0.5])  # 0.5 is so low that it sets every norm
def test_updates_are_those_of_a_plain_loop(tmp_path: Path, clip: float, absent: str) -> None:
    changes = recipe(
        accumulate=2, contexts_per_batch=2, clip=clip, smoothing=0.1, weight_decay=0.1, warmup=2
    )
    changes["absent"] = absent
    assembly, other = (assembled(tmp_path, recipe=changes) for _ in range(2))
    for one in (assembly, other):  # AdamW makes whole steps of the rounding of a gradient near zero
        one.model.double()
    stage = stage_of(assembly, tmp_path)
    for _ in range(4):
        stage.update()

    phase, model = other.method.phases[0], other.model
    model.enter(phase)
    mixture = mixture_of(streams_of(other, phase), phase.recipe, pad_id=0, seed="0/0", ranks=1)
    trained = [p for p in model.parameters() if p.requires_grad]
    adamw = torch.optim.AdamW(trained, lr=0.01, weight_decay=0.1)
    for rate in (0, 0.005, 0.01, 0.0075):
        adamw.param_groups[0]["lr"] = rate
        batches = [mixture.draw(), mixture.draw()]
        losses = []
        for batch in batches:
            logits = model(Context.of_examples(batch.observed), batch).logits
            losses += [
                model.tasks[name].loss(logits[name], share, smoothing=0.1)
                for name, share in batch.shares.items()
            ]
        mean = sum(one.total for one in losses) / sum(one.predictions for one in losses)
        adamw.zero_grad()
        if absent == "drifting":
            for parameter in trained:
                parameter.grad = torch.zeros_like(parameter)
        mean.backward()
        nn.utils.clip_grad_norm_(trained, clip or math.inf)
        adamw.step()
    for (name, parameter), (_, expected) in zip(
        assembly.model.named_parameters(), model.named_parameters(), strict=True
    ):
        torch.testing.assert_close(parameter, expected, rtol=1e-4, atol=1e-6, msg=name)


def test_only_what_the_phase_trains_moves(tmp_path: Path) -> None:
    assembly = assembled(tmp_path, "table", recipe=recipe())
    phase = replace(assembly.method.phases[0], trains=frozenset({"language", HEADS}))
    assembly = replace(assembly, method=replace(assembly.method, phases=(phase,)))
    before = {name: p.detach().clone() for name, p in assembly.model.named_parameters()}
    train(assembly, tmp_path)
    moved = {n for n, p in assembly.model.named_parameters() if not torch.equal(before[n], p)}
    assert moved
    assert all("adapters.language" in n or "heads" in n or "predictions" in n for n in moved)


def rows_of(stage: Stage) -> list[Row]:
    """Grows by the row of each batch that a stage draws."""
    rows, draw = [], stage.ahead.draw

    def noted() -> Draw:
        drawn = draw()
        rows.append(drawn.part.observed[0])
        return drawn

    stage.ahead.draw = noted
    return rows


def test_a_name_that_was_not_in_the_batch_does_not_move(tmp_path: Path) -> None:
    changes = recipe(weight_decay=0.5, decay="constant")
    stage = stage_of(assembled(tmp_path, "table", recipe=changes), tmp_path)
    rows, drawn = rows_of(stage), set()
    for _ in range(12):  # those that have a momentum must stay put too
        before = {n: p.detach().clone() for n, p in stage.trained.items() if "language=" in n}
        stage.update()
        row = rows[-1]
        for name, old in before.items():
            moved = not torch.equal(old, stage.trained[name])
            assert moved == (f"language={row['language']}." in name)
        drawn.add(row["language"])
    assert len(drawn) == 3


def test_a_name_that_was_seen_drifts_on_where_the_recipe_says_so(tmp_path: Path) -> None:
    changes = recipe(absent="drifting", decay="constant")
    stage = stage_of(assembled(tmp_path, "table", recipe=changes), tmp_path)
    rows, seen = rows_of(stage), set()
    for _ in range(12):
        before = {n: p.detach().clone() for n, p in stage.trained.items() if "language=" in n}
        stage.update()
        seen.add(rows[-1]["language"])
        for name, old in before.items():
            moved = not torch.equal(old, stage.trained[name])
            assert moved == any(f"language={language}." in name for language in seen)
    assert len(seen) == 3


@pytest.mark.parametrize(("divergence", "share"), [("uniform", 0.125), ("constant", 1.0)])
def test_divergence_is_added_per_prediction(tmp_path: Path, divergence: str, share: float) -> None:
    """All eight updates together count it once, or each of them all of it."""
    assembly = assembled(tmp_path, recipe=recipe(steps=8, divergence=divergence))
    batch = stage_of(assembly, tmp_path).mixture.draw()
    objective = Objective(assembly.model, assembly.method.phases[0].recipe)
    context = Context.of_examples(batch.observed)
    plain = objective(context, batch)
    forward = assembly.model.forward
    assembly.model.forward = lambda *given: forward(*given)._replace(divergence=torch.tensor(0.25))
    more = objective(context, batch)
    torch.testing.assert_close(more.total - plain.total, share * 0.25 * plain.predictions)
    assert more.predictions == plain.predictions


def test_batches_run_under_the_phases_schedule(tmp_path: Path) -> None:
    assembly = assembled(tmp_path, recipe=recipe(accumulate=2))
    cycle = Cycle([{"language": "en"}, {"language": "ta"}, {"language": "tr"}])
    phase = replace(assembly.method.phases[0], under=cycle)
    assembly = replace(assembly, method=replace(assembly.method, phases=(phase,)))
    stage = stage_of(assembly, tmp_path)
    seen = []
    stage.objective.register_forward_pre_hook(lambda _, given: seen.extend(given[0].rows))
    for _ in range(3):
        stage.update()
    assert [row["language"] for row in seen] == ["en", "ta", "tr"] * 2
    assert stage.progress.micro_batches == 6


def test_tokens_and_rate_are_written(tmp_path: Path) -> None:
    assembly = assembled(tmp_path, recipe=recipe(warmup=2, steps=4))
    train(assembly, tmp_path)
    phase = assembly.method.phases[0]
    mixture = mixture_of(streams_of(assembly, phase), phase.recipe, pad_id=0, seed="0/0", ranks=1)
    tokens = [int(mixture.draw().inputs["attention_mask"].sum()) for _ in range(4)]
    written = [line for line in tiny_runs.lines(tmp_path) if "loss" in line]
    assert [line["step"] for line in written] == [1, 2, 3, 4]
    assert [line["tokens"] for line in written] == [sum(tokens[: n + 1]) for n in range(4)]
    assert [line["learning_rate"] for line in written] == pytest.approx([0, 0.005, 0.01, 0.005])
    assert {line["phase"] for line in written} == {"train"}


def test_a_run_stopped_after_its_last_update_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Losses since the last line are written when it goes on, with the rate they were made at."""
    monkeypatch.setattr("hyperadapters.training.stage._LINES", 2)
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    changes = {"recipe": recipe(steps=3), "checkpoint_every": 3}
    train(assembled(whole, **changes), whole)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Stage, "_finish", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        train(assembled(stopped, **changes), stopped)
    train(assembled(stopped, **changes), stopped)
    assert tiny_runs.lines(stopped) == tiny_runs.lines(whole)
    assert [line["step"] for line in tiny_runs.lines(whole) if "loss" in line] == [2, 3]


def test_long_phases_write_fewer_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperadapters.training.stage._LINES", 3)
    assembly = assembled(tmp_path, recipe=recipe(steps=8))
    train(assembly, tmp_path)
    written = [line["step"] for line in tiny_runs.lines(tmp_path) if "loss" in line]
    assert written == [3, 6, 8]


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    pairs, select = {"fields": ["en"], "spans": ["en"]}, {"fields": ["en"]}
    assembly = assembled(
        tmp_path, train=pairs, select=select, recipe=recipe(steps=60, learning_rate=0.05)
    )
    train(assembly, tmp_path)
    losses = [line["loss"] for line in tiny_runs.lines(tmp_path) if "loss" in line]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_the_best_weights_come_back(tmp_path: Path) -> None:
    # The rate is so high that the loss on the dev split gets worse again.
    changes = recipe(steps=12, learning_rate=0.3, evaluate_every=2, criterion="loss")
    changes |= {"decay": "constant"}
    assembly = assembled(tmp_path, recipe=changes, select={"fields": ["en"]}, checkpoint_every=5)
    train(assembly, tmp_path)
    judged = [line for line in tiny_runs.lines(tmp_path) if "dev" in line]
    assert [line["step"] for line in judged] == [2, 4, 6, 8, 10, 12]
    best = [line for line in judged if line["best"]][-1]
    assert best["step"] < 12
    assert best["selection"] == min(line["selection"] for line in judged)
    task, row = assembly.tasks["fields"], Row(task="fields", language="en")
    corpus = assembly.corpus(assembly.cell("fields", "en"), "dev")
    encoded = [task.encode(assembly.tokenizer, one, 24) for one in corpus.examples]
    _, loss = score(assembly.model, task, row, encoded, pad_id=assembly.tokenizer.pad_token_id)
    assert float(loss.mean()) == pytest.approx(best["selection"], rel=1e-5)
    assert not list((tmp_path / "checkpoints").glob(f"best-0-{judged[-1]['step']}*"))


def test_the_last_weights_stay_if_the_recipe_says_so(tmp_path: Path) -> None:
    changes = recipe(steps=4, learning_rate=0.3, evaluate_every=1, criterion="last")
    assembly = assembled(tmp_path, recipe=changes)
    stage = stage_of(assembly, tmp_path)
    stage.train()
    last = {n: p.detach().clone() for n, p in stage.trained.items()}
    assert not list((tmp_path / "checkpoints").glob("best*"))
    assert all(line["best"] for line in tiny_runs.lines(tmp_path) if "dev" in line)
    other = assembled(tmp_path, recipe={**changes, "evaluate_every": 0})
    again = stage_of(other, tmp_path)
    for _ in range(4):
        again.update()
    assert all(torch.equal(last[name], p) for name, p in again.trained.items())


def test_patience_ends_a_phase_early(tmp_path: Path) -> None:
    changes = recipe(steps=30, learning_rate=1e-12, evaluate_every=3, patience=2)
    assembly = assembled(tmp_path, recipe=changes)
    train(assembly, tmp_path)
    judged = [line for line in tiny_runs.lines(tmp_path) if "dev" in line]
    assert [(line["step"], line["best"]) for line in judged] == [(3, True), (6, False), (9, False)]
    assert max(line["step"] for line in tiny_runs.lines(tmp_path)) == 9


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path) -> None:
    changes = recipe(steps=30, learning_rate=1e30, clip=0.0, decay="constant")
    assembly = assembled(tmp_path, recipe=changes, checkpoint_every=1)
    with pytest.raises(TrainingError, match="is not finite") as caught:
        train(assembly, tmp_path)
    message = str(caught.value)
    assert "phase `train`, update" in message and "a batch of language=" in message
    assert (tmp_path / "checkpoints" / "000-00000001").is_dir(), "its weights are no good"
    assert "lower the learning rate from the model as it began" in message
    assert '"learning_rate": 1e+29' in message


def test_a_phase_that_trains_nothing_is_an_error(tmp_path: Path) -> None:
    assembly = assembled(tmp_path)
    cells = assembly.method.phases[0].cells
    phase = Phase(trains=frozenset(), name="idle", cells=cells, recipe=Recipe(batch=8))
    assembly = replace(assembly, method=replace(assembly.method, phases=(phase,)))
    with pytest.raises(TrainingError, match="phase `idle` trains nothing"):
        stage_of(assembly, tmp_path)


def test_precision_is_the_recipes(tmp_path: Path) -> None:
    losses = {}
    for precision in ("no", "bf16"):
        folder = tmp_path / precision
        assembly = assembled(folder, recipe=recipe(steps=2, precision=precision))
        train(assembly, folder)
        losses[precision] = next(n["loss"] for n in tiny_runs.lines(folder) if "loss" in n)
        assert all(p.dtype == torch.float32 for p in assembly.model.parameters())
        assert "forward" not in vars(assembly.model)
    assert losses["no"] != losses["bf16"]
    assert losses["no"] == pytest.approx(losses["bf16"], rel=0.02)


def test_auto_is_told_and_computes_as_what_it_stands_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True}, raising=False)
    losses, console = {}, Console(file=io.StringIO(), width=100)
    for precision in ("bf16", "auto"):
        folder = tmp_path / precision
        train(
            assembled(folder, recipe=recipe(steps=2, precision=precision)), folder, console=console
        )
        losses[precision] = [n["loss"] for n in tiny_runs.lines(folder) if "loss" in n]
    assert losses["auto"] == losses["bf16"]
    assert console.file.getvalue().count("phase `train` computes in bf16") == 1
