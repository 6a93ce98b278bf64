"""A whole run: it resumes exactly, and is the same in one process and in two."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from rich.console import Console
from safetensors.torch import load_file

import tiny_runs
from hyperadapters.config import load_run, method_of, run_from
from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.machine.ranks import random_states
from hyperadapters.machine.whole import remove
from hyperadapters.machine.written import LIST, written
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.training import stage, train


def changes(**recipe: Any) -> dict[str, Any]:
    return {
        "recipe": {"steps": 7, "batch": 8, "length": 24, "learning_rate": 0.02, **recipe},
        "checkpoint_every": 2,
        "phases": {
            "pretrain": {**tiny_runs.PLAIN, "train": {"mlm": ["en"]}, "steps": 3, "batch": 4}
        },
    }


def interrupted(
    folder: Path, run: dict[str, Any], updates: int, method: str | None = "hypernetwork"
) -> None:
    """Trains for so many updates, over all phases, and stops."""
    tiny_runs.stop_after(updates, tiny_runs.assembled(run, method), folder)


@pytest.mark.parametrize("absent", ["still", "drifting"])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(tmp_path: Path, absent: str) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run = tiny_runs.values(whole, **changes(evaluate_every=3, accumulate=2, absent=absent))
    train(tiny_runs.assembled(run, "hypernetwork"), whole)
    for updates in (1, 4, 4):  # in phase one; in phase two; after its second checkpoint
        interrupted(broken, run, updates)
    train(tiny_runs.assembled(run, "hypernetwork"), broken)
    assert tiny_runs.lines(broken) == tiny_runs.lines(whole)
    tiny_runs.assert_same_weights(whole, broken, 0.0)


@pytest.mark.parametrize("method", ["psf", "mad-x-v2", "tlr-task-multi"])
def test_a_published_method_goes_on_as_if_it_had_not_been_stopped(
    tmp_path: Path, method: str
) -> None:
    """In every phase, before and after a checkpoint of it; all of them are killed, below."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run = tiny_runs.PUBLISHED[method](whole)
    expected = tiny_runs.assembled(run)
    train(expected, whole)
    updates = (1, 3) if method == "psf" else (1, 3, 4, 2)
    for number in updates:
        interrupted(broken, run, number, None)
    made = tiny_runs.assembled(run)
    train(made, broken)
    assert tiny_runs.lines(broken) == tiny_runs.lines(whole)
    tiny_runs.assert_same_weights(whole, broken, 0.0)
    for name, tensor in expected.model.kept().items():
        assert torch.equal(tensor, made.model.kept()[name]), name


def test_a_run_goes_on_with_another_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batches are the same; with dropout, only what it draws differs."""

    def of_two(accelerator: Accelerator) -> dict[str, torch.Tensor]:
        return {name: state.repeat(2, 1) for name, state in random_states(accelerator).items()}

    for dropout in (0.0, 0.5):
        whole, broken = tmp_path / f"whole-{dropout}", tmp_path / f"broken-{dropout}"
        shape = {"architecture": {**tiny_runs.ARCHITECTURE, "dropout": dropout}}
        run = {**tiny_runs.values(whole, **changes(evaluate_every=3)), "backbone": shape}
        train(tiny_runs.assembled(run, "hypernetwork"), whole)
        with monkeypatch.context() as patch:
            patch.setattr(stage, "random_states", of_two)
            interrupted(broken, run, 6)
        told = io.StringIO()
        console = Console(file=told, width=200)
        train(tiny_runs.assembled(run, "hypernetwork"), broken, console=console)
        assert "goes on with other processes than before" in told.getvalue()
        assert (tiny_runs.lines(broken) == tiny_runs.lines(whole)) == (dropout == 0.0)


def test_a_run_leaves_its_file_its_model_and_two_checkpoints(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    assert method_of(load_run(tmp_path / "run.yaml")) == method_of(run_from(run))
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == [
        "001-00000006",
        "002-00000000",
        LIST,
        "phase-pretrain.safetensors",
    ]
    wrote = {"run.yaml", "tokenizer", "metrics.jsonl", "checkpoints", "model"}
    assert set(written(tmp_path)) == wrote
    assert {path.name for path in tmp_path.iterdir()} == {*wrote, ".lock", LIST}
    assert (tmp_path / "model").is_dir()
    assert [path.name for path in tmp_path.glob(".*")] == [".lock"]


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    first, metrics = tiny_runs.weights(tmp_path), (tmp_path / "metrics.jsonl").read_bytes()
    assembly = tiny_runs.assembled(run, "hypernetwork")
    train(assembly, tmp_path)
    assert (tmp_path / "metrics.jsonl").read_bytes() == metrics
    assert all(torch.equal(first[name], tensor) for name, tensor in assembly.model.kept().items())


def test_phases_follow_each_other(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    steps = [(line["phase"], line["step"]) for line in tiny_runs.lines(tmp_path) if "loss" in line]
    pretrained = [("pretrain", step) for step in range(1, 4)]
    assert steps == pretrained + [("train", step) for step in range(1, 8)]


@pytest.mark.parametrize(
    "name",
    [
        *("model", "metrics.jsonl", "results.json", "report.html", "facts.json", "embeddings.json"),
        *("checkpoints/best-of.txt", "run.yaml", "tokenizer/words.txt", LIST, ".lock"),
    ],
)
def test_files_that_no_run_wrote_are_kept(name: str, tmp_path: Path) -> None:
    """They are found before anything is trained."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(BundleError, match="would be replaced|not the list|not the lock"):
        train(tiny_runs.assembled(tiny_runs.values(tmp_path, **changes())), tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {Path(name).parts[0], ".lock"}


def test_files_of_others_beside_those_of_a_run_are_kept(tmp_path: Path) -> None:
    """Before it begins, and while it has stopped."""
    (tmp_path / "notes.txt").write_text("mine")
    run = tiny_runs.values(tmp_path, **changes(evaluate_every=2))
    interrupted(tmp_path, run, 4)
    mine = ["notes.txt", "checkpoints/best-of.txt", "checkpoints/.notes", "checkpoints/2024-12"]
    for name in mine[1:]:
        (tmp_path / name).write_text("mine")
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    assert all((tmp_path / name).read_text() == "mine" for name in mine)
    (tmp_path / "model" / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"model/notes.txt` would be lost"):
        train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    assert (tmp_path / "model" / "notes.txt").read_text() == "mine"


def test_a_checkpoint_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    """It would be read, or removed; and training anew beside it would hide it."""
    run = tiny_runs.values(tmp_path, **changes())
    interrupted(tmp_path, run, 6)
    (tmp_path / "checkpoints" / LIST).unlink()
    with pytest.raises(
        BundleError, match=r"001-0000000\d` would be replaced(.|\n)*copy the list too"
    ):
        train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)


def test_a_run_file_in_its_own_output_is_not_replaced(tmp_path: Path) -> None:
    own = json.dumps(tiny_runs.values(tmp_path, **changes()))
    (tmp_path / "run.yaml").write_text(f"# my comment\n{own}")
    assembly = assemble(load_run(tmp_path / "run.yaml"))
    with pytest.raises(BundleError, match=r"run.yaml` would be replaced(.|\n)*`output`"):
        train(assembly, tmp_path)
    assert (tmp_path / "run.yaml").read_text() == f"# my comment\n{own}"


def test_the_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    train(tiny_runs.assembled(tiny_runs.values(tmp_path, **changes()), "hypernetwork"), tmp_path)
    other = tiny_runs.values(tmp_path, **changes(learning_rate=0.5))
    with pytest.raises(BundleError, match="holds another run") as caught:
        train(tiny_runs.assembled(other, "hypernetwork"), tmp_path)
    assert f"give the run another `output`, or delete `{tmp_path}`" in str(caught.value)
    (tmp_path / "run.yaml").unlink()
    with pytest.raises(BundleError, match="holds another run") as caught:
        train(tiny_runs.assembled(other, "hypernetwork"), tmp_path)
    assert "002-00000000" in str(caught.value)


def test_what_a_later_phase_lacks_is_known_before_the_first_is_trained(tmp_path: Path) -> None:
    undecided = ({"criterion": "loss"}, {"patience": 2, "evaluate_every": 1})
    nothing = [{**changes(**recipe), "select": {}} for recipe in undecided]
    for more in (*nothing, changes(precision="fp16")):
        run = tiny_runs.values(tmp_path, **more)
        with pytest.raises(TrainingError):
            train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_one_process_at_a_time_trains_a_run(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    code = (
        "import time; from filelock import FileLock; "
        f"lock = FileLock({str(tmp_path / '.lock')!r}); lock.acquire(); "
        "print(flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None and other.stdout.readline()
        with pytest.raises(BundleError, match="another process trains in"):
            train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    finally:
        other.kill()
        other.wait()
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)  # the lock went with its process


def test_other_examples_under_the_same_names_are_noticed(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    interrupted(tmp_path, run, 5)
    assembly = tiny_runs.assembled(run, "hypernetwork")
    corpus = assembly.corpus(assembly.cell("fields", "tr"), "train")
    first, *others = corpus.examples
    swapped = replace(corpus, examples=(*others, first))
    library = Library(assembly.run, corpora={(Cell("fields", Route.of("tr")), "train"): swapped})
    with pytest.raises(BundleError, match="the data of the run have changed"):
        train(replace(assembly, library=library), tmp_path)


def test_a_cut_off_checkpoint_stops_the_run(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    interrupted(tmp_path, run, 9)
    newest = sorted((tmp_path / "checkpoints").glob("0*"))[-1]
    os.truncate(newest / "optimiser.safetensors", 100)
    with pytest.raises(BundleError, match=f"checkpoint `{newest}` is damaged") as caught:
        train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    assert f"delete `{newest}` to go on from `001-00000004`" in str(caught.value)
    remove(newest)
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)


@pytest.mark.parametrize("both", [False, True])
def test_damaged_best_weights_are_found_at_the_start_and_the_remedy_works(
    tmp_path: Path, both: bool
) -> None:
    """The run goes on from a checkpoint that names others, or starts again; it ends as unbroken."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    more = changes(evaluate_every=5 if both else 2, steps=9, criterion="loss")
    train(tiny_runs.assembled(tiny_runs.values(whole, **more), "hypernetwork"), whole)
    run = tiny_runs.values(broken, **more)
    interrupted(broken, run, 3 + 8)
    newest = sorted((broken / "checkpoints").glob("001-*"))[-1]
    best = broken / "checkpoints" / json.loads((newest / "state.json").read_text())["best_file"]
    content = bytearray(best.read_bytes())
    content[-1] ^= 1
    best.write_bytes(content)
    with pytest.raises(BundleError, match=f"checkpoint `{newest}` is damaged") as caught:
        train(tiny_runs.assembled(run, "hypernetwork"), broken)
    message = str(caught.value)
    assert f"where: {best}" in message
    told = re.findall(r"remedy: delete (.*) to (?:go on|start)", message)[0]
    for path in re.findall("`(.*?)`", told):
        remove(Path(path))
    train(tiny_runs.assembled(run, "hypernetwork"), broken)
    assert tiny_runs.lines(broken) == tiny_runs.lines(whole)
    tiny_runs.assert_same_weights(whole, broken, 0.0)


def test_a_damaged_tokenizer_of_a_run_is_found_at_the_start(tmp_path: Path) -> None:
    run = tiny_runs.values(tmp_path, **changes())
    interrupted(tmp_path, run, 2)
    file = tmp_path / "tokenizer" / "tokenizer.json"
    file.write_text(file.read_text(encoding="utf-8").replace("[MASK]", "[MUSK]"), encoding="utf-8")
    with pytest.raises(BundleError, match="the tokenizer of the run is damaged") as caught:
        tiny_runs.assembled(run, "hypernetwork")
    assert f"where: {file}" in str(caught.value)
    assert f"delete `{tmp_path}` to start the run again" in str(caught.value)


LAUNCH = (
    *("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"),
    *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
    *("--main_process_port", "29518"),
)


@pytest.mark.parametrize("absent", ["still", "drifting"])
def test_two_processes_are_one(tmp_path: Path, absent: str) -> None:
    """For a hypernetwork, and for tables whose keys differ between the ranks."""
    run = {
        "backbone": {"architecture": {**tiny_runs.ARCHITECTURE, "dropout": 0.0}},
        "recipe": {
            "steps": 12,
            "batch": 16,
            "accumulate": 2,
            "contexts_per_batch": 4,
            "length": 24,
            "learning_rate": 0.01,
            "weight_decay": 0.3,
            "absent": absent,
            "evaluate_every": 5,
            "criterion": "loss",
        },
        "checkpoint_every": 5,
        "evaluate": {"fields": ["en", "tr", "ta"], "spans": ["en", "ta"]},
    }
    matrices = {}
    for method in tiny_runs.METHODS:
        one, two = tmp_path / "one" / method, tmp_path / "two" / method
        assembly = tiny_runs.assembled(tiny_runs.values(one, **run), method)
        train(assembly, one)
        matrices[method] = evaluate(assembly)
    tiny_runs.script(*LAUNCH, tiny_runs.TESTS / "tiny_runs.py", tmp_path / "two", json.dumps(run))
    for method in tiny_runs.METHODS:
        one, two = tmp_path / "one" / method, tmp_path / "two" / method
        saved = sorted((two / "checkpoints").glob("000-*"))[-1]
        assert len(load_file(saved / "random.safetensors")["cpu"]) == 2
        close(tiny_runs.lines(one), tiny_runs.lines(two))
        tiny_runs.assert_same_weights(one, two, 1e-5)
        together = Matrix.from_json((two / "results.json").read_text(encoding="utf-8"), "two")
        for cell, other in zip(matrices[method].cells, together.cells, strict=True):
            assert (cell.task, cell.language) == (other.task, other.language)
            assert cell.score == pytest.approx(other.score, abs=0.02)
        shares = [json.loads((two / f"own-{rank}.json").read_text()) for rank in range(2)]
        assert shares == [["fields/en", "fields/ta", "spans/ta"], ["fields/tr", "spans/en"]]


def close(one: Sequence[dict[str, Any]], two: Sequence[dict[str, Any]]) -> None:
    """Equal lines, numbers to 1e-5."""
    assert len(one) == len(two)
    for first, second in zip(one, two, strict=True):
        rounded = 2e-4 if "generated" in first else 1e-5  # those have four digits
        assert _flat(first) == pytest.approx(_flat(second), abs=rounded)


def _flat(line: dict[str, Any]) -> dict[str, Any]:
    """A line without mappings in it: what they hold stands under their names and its own."""
    found: dict[str, Any] = {}
    for name, value in line.items():
        inner = _flat(value) if isinstance(value, dict) else None
        found |= {name: value} if inner is None else {f"{name}/{k}": v for k, v in inner.items()}
    return found


def test_trackers_follow_over_all_phases(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = tiny_runs.values(tmp_path, **changes(evaluate_every=3), trackers=["tensorboard"])
    train(tiny_runs.assembled(run, "hypernetwork"), tmp_path)
    (events,) = (tmp_path / "trackers").rglob("events*")
    read = EventAccumulator(str(events))
    read.Reload()
    losses = [line["loss"] for line in tiny_runs.lines(tmp_path) if "loss" in line]
    scalars = read.Scalars("loss")
    assert [one.step for one in scalars] == list(range(1, 11))
    assert [one.value for one in scalars] == pytest.approx(losses)
    assert [one.step for one in read.Scalars("selection")] == [6, 9, 10]


def test_a_precision_that_the_launcher_asks_for_in_vain_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    run, told = tiny_runs.values(tmp_path, **changes(steps=1, warmup=4, patience=2)), io.StringIO()
    train(tiny_runs.assembled(run), tmp_path, console=Console(file=told, width=200))
    assert "precision `no`, as its recipe says, not `bf16`" in told.getvalue()
    assert "ends in its warm-up: 1 updates of 4" in told.getvalue()
    assert "comes to 25% of its peak" in told.getvalue()
    assert "has `patience` and does not stop early" in told.getvalue()


@pytest.mark.parametrize("method", ["hyperformer-small", "hyperformer++-small"])
def test_a_t5_with_written_adapters_learns_to_translate_and_goes_on_after_a_stop(
    tmp_path: Path, method: str
) -> None:
    """Two tasks whose adapters one method writes; the T5 beneath stays as it was."""
    sizes = {"reduction": 4, "embedding": 8, "hidden": 8, "code": 8}
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    data = {"format": "cldr", "content": "pairs", "train": 30, "dev": 4, "test": 4}
    task = {"kind": "translation", "beams": 1, "length": 6, "data": data}
    rates = {"steps": 10, "learning_rate": 0.05, "batch": 16, "length": 32, "evaluate_every": 5}
    run = tiny_runs.translation(
        whole,
        backbone={"path": str(tiny_runs.t5(tmp_path))},
        method={"name": method, **sizes},
        tasks={"into": task, "from": task},
        train={"into": ["de-en", "fr-en"], "from": ["en-de", "en-fr"]},
        recipe=rates,
        checkpoint_every=4,
    )
    made = tiny_runs.assembled(run)
    before = {name: p.detach().clone() for name, p in made.model.backbone.named_parameters()}
    train(made, whole)
    interrupted(broken, run, 5, None)
    train(tiny_runs.assembled(run), broken)
    assert tiny_runs.lines(broken) == tiny_runs.lines(whole)
    losses = [line["loss"] for line in tiny_runs.lines(whole) if "loss" in line]
    assert sum(losses[-3:]) / 3 < losses[0] - 0.5
    after = dict(made.model.backbone.named_parameters())
    assert all(torch.equal(after[name], values) for name, values in before.items())
    assert {cell.task for cell in evaluate(made).cells} == {"into", "from"}
