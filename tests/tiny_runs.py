"""Real runs that take a second: a tiny encoder from scratch on built-in data, several methods.

As a script, alone or under a launcher, it trains a run per method: `tiny_runs.py FOLDER CHANGES`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import T5Config, T5ForConditionalGeneration

from hyperadapters.backbones import architectures
from hyperadapters.config import run_from
from hyperadapters.forms import Bottleneck
from hyperadapters.machine.ranks import process
from hyperadapters.method import HEADS, Adapter, Method, Phase
from hyperadapters.methods import hyper_x
from hyperadapters.model.adapt import adapt
from hyperadapters.providers import table
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.sites import Where
from hyperadapters.training import train
from hyperadapters.training.stage import Stage

TESTS = Path(__file__).parent
HYPERNETWORK = hyper_x("hyper-x", code=6, bottleneck=4, embedding=4, hidden=6)
TABLE = Method(
    "tables",
    (
        Adapter("language", Bottleneck(width=4), Where("ffn"), table("language")),
        Adapter("task", Bottleneck(width=4), Where("ffn"), table("task")),
    ),
    (Phase(trains=frozenset({"language", "task", HEADS})),),
)
METHODS = {"hypernetwork": HYPERNETWORK, "table": TABLE}

ARCHITECTURE = {
    "type": "bert",
    "layers": 2,
    "width": 16,
    "heads": 2,
    "ffn": 24,
    "positions": 32,
    "vocabulary": 300,
    "dropout": 0.1,
}

PLAIN = {
    "length": 24,
    "learning_rate": 0.01,
    "accumulate": 1,
    "contexts_per_batch": 1,
    "warmup": 0,
    "evaluate_every": 0,
    "patience": 0,
    "criterion": "score",
    "precision": "no",
}
"""The recipe of a phase that keeps its own, whatever a run says of all phases."""


def values(output: Path, **changes: Any) -> dict[str, Any]:
    """A run file: two tagging tasks and masked language modelling in three languages."""
    data = {"format": "cldr", "train": 24, "dev": 6, "test": 6}
    return {
        "name": "tiny",
        "output": str(output),
        "backbone": {"architecture": ARCHITECTURE},
        "method": "full-fine-tuning",
        "tasks": {
            "fields": {"kind": "tagging", "data": {**data, "content": "fields"}},
            "spans": {
                "kind": "tagging",
                "metric": "span_f1",
                "data": {**data, "content": "spans"},
            },
            "mlm": {"kind": "mlm", "data": {**data, "content": "text"}},
        },
        "train": {"fields": ["en", "tr"], "spans": ["en", "ta"], "mlm": ["en", "ta", "tr"]},
        "select": {"fields": ["en", "tr"], "spans": ["en"]},
        "recipe": {"steps": 6, "batch": 8, "length": 24, "learning_rate": 0.01},
        **changes,
    }


_REDUCED = {"language_reduction": 2, "task_reduction": 4}


def staged(
    output: Path, method: str, sizes: Mapping[str, int] = _REDUCED, **changes: Any
) -> dict[str, Any]:
    """A run file of a method that first learns languages from raw text, then a task in English."""
    whole = values(output)
    arguments = {**sizes, **changes.pop("arguments", {})}
    first = {**PLAIN, "train": {"mlm": ["en"]}, "steps": 2, "batch": 4, "order": "temperature"}
    return {
        **whole,
        "method": {"name": method, **arguments},
        "tasks": {name: whole["tasks"][name] for name in ("fields", "mlm")},
        "train": {"fields": ["en"], "mlm": ["en", "tr"]},
        "select": {"fields": ["en"]},
        "evaluate": {"fields": ["en", "tr"]},
        "phases": {"pretrain": first},
        "recipe": {"steps": 5, "batch": 4, "length": 24, "learning_rate": 0.01},
        **changes,
    }


_GOES_ON = {
    "recipe": {"steps": 5, "batch": 4, "length": 24, "learning_rate": 0.01, "evaluate_every": 2},
    "checkpoint_every": 2,
}
_TARGETS = ["tr", "ta"]
_STAGED: Mapping[str, dict[str, Any]] = {
    "mad-x": {"invertible_reduction": 4},
    "mad-x-v2": {},
    "bad-x": {"target": "tr"},
    "tlr-target": {"target": "tr"},
    "tlr-bilingual": {"target": "tr"},
    "tlr-task-multi": {"targets": ["tr"]},
    "tlr-all-multi": {"targets": _TARGETS},
    "tlr-leave-out-task": {"targets": _TARGETS, "left_out": ["ta"]},
    "tlr-leave-out-targ": {"targets": _TARGETS, "target": "ta"},
}


def _psf(output: Path) -> dict[str, Any]:
    recipe = {**_GOES_ON["recipe"], "steps": 10}
    first = {**PLAIN, "train": {"mlm": ["en"]}, "steps": 2, "batch": 4, "divergence": "uniform"}
    method = {"name": "psf", "embedding": 4, "rank": 2, "hidden": 6, "layers": 2}
    changes = {**_GOES_ON, "recipe": recipe, "phases": {"pretrain": first}}
    return values(output, method=method, **changes)


PUBLISHED: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "psf": _psf,
    "mad-x-hyper-x": partial(
        staged,
        method="mad-x-hyper-x",
        sizes={"language_width": 4, "task_width": 2},
        **_GOES_ON,
    ),
    **{
        name: partial(staged, method=name, arguments=arguments, **_GOES_ON)
        for name, arguments in _STAGED.items()
    },
}
"""Run files of published methods that can be stopped and go on, by method."""


def script(*arguments: str | Path, **environment: str) -> str:
    """Runs a script in a fresh interpreter that sees the tests and the library; its output."""
    paths = [os.environ.get("PYTHONPATH", ""), str(TESTS), str(TESTS.parent / "src")]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={**known, "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """Those of the last checkpoint."""
    newest = sorted((folder / "checkpoints").glob("0*"))[-1]
    return load_file(newest / "model.safetensors")


def assert_same_weights(one: Path, other: Path, tolerance: float) -> None:
    """Those of the last checkpoints, up to an absolute difference."""
    first, second = weights(one), weights(other)
    assert set(first) == set(second)
    for name, tensor in first.items():
        torch.testing.assert_close(second[name], tensor, rtol=0, atol=tolerance, msg=name)


class _Stops(Exception):
    """What ends a run from outside."""


def stop_after(updates: int, assembly: Assembly, folder: Path) -> None:
    """Trains for so many updates, over all phases, and stops."""
    update, left = Stage.update, updates

    def counted(stage: Stage) -> None:
        nonlocal left
        if not left:
            raise _Stops
        left -= 1
        update(stage)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(_Stops):
        patch.setattr(Stage, "update", counted)
        train(assembly, folder)


def translation(output: Path, **changes: Any) -> dict[str, Any]:
    """A run file: an untrained tiny Transformer with hyper-adapters, to and from English."""
    data = {"format": "cldr", "content": "pairs", "train": 30}
    shape = {"layers": 1, "width": 8, "heads": 2, "ffn": 8, "positions": 32, "vocabulary": 300}
    return {
        "name": "x",
        "output": str(output),
        "backbone": {"architecture": {"type": "marian", **shape, "dropout": 0.0}},
        "method": {"name": "hyper-adapters-base-tiny", "hidden": 6, "bottleneck": 3, "std": 3.0},
        "tasks": {"mt": {"kind": "translation", "beams": 2, "length": 6, "data": data}},
        "train": {"mt": ["de-en", "en-de", "fr-en", "en-fr"]},
        "recipe": {"length": 32},
        **changes,
    }


def t5(folder: Path) -> Path:
    """An untrained tiny T5 in a folder of `transformers`, with a tokenizer for `translation`."""
    tokenizer = assemble(run_from(translation(folder / "x", method="transformer-base"))).tokenizer
    shape = {"d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
    ids = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id}
    config = T5Config(
        vocab_size=len(tokenizer),
        dropout_rate=0.0,
        decoder_start_token_id=tokenizer.pad_token_id,
        **shape,
        **ids,
    )
    torch.manual_seed(0)
    with architectures.quiet():
        T5ForConditionalGeneration(config).save_pretrained(folder / "t5")
    architectures.save_tokenizer(tokenizer, folder / "t5")
    return folder / "t5"


def assembled(run: Mapping[str, Any], method: str | None = None) -> Assembly:
    """A run, built; under one of this file's methods instead of its own if one is named."""
    assembly = assemble(run_from(run))
    if method is None:
        return assembly
    cells, added = assembly.method.phases[-1], assembly.method.phases[:-1]
    phases = tuple(
        replace(phase, cells=cells.cells, select=cells.select, recipe=cells.recipe)
        for phase in METHODS[method].phases
    )
    chosen = replace(METHODS[method], phases=(*added, *phases))
    torch.manual_seed(assembly.run.seed)
    model = adapt(assembly.model.backbone, chosen, tasks=list(assembly.tasks.values()))
    return replace(assembly, method=chosen, model=model)


def lines(folder: Path) -> list[dict[str, Any]]:
    """The metrics file without its times."""
    text = (folder / "metrics.jsonl").read_text(encoding="utf-8")
    return [
        {key: value for key, value in json.loads(line).items() if key != "time"}
        for line in text.splitlines()
    ]


def write_scores(assembly: Assembly, folder: Path) -> None:
    """`results.json`, and `own-RANK.json` with the cells that this process scored."""
    own: list[str] = []
    matrix = evaluate(assembly, progress=lambda done, total, cell: own.append(cell))
    state = process()
    if state.is_main_process:
        (folder / "results.json").write_text(matrix.to_json(), encoding="utf-8")
    (folder / f"own-{state.process_index}.json").write_text(json.dumps(own), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(1)
    changes = json.loads(sys.argv[2])
    for name in METHODS:
        folder = Path(sys.argv[1]) / name
        assembly = assembled(values(folder, **changes), name)
        train(assembly, folder)
        write_scores(assembly, folder)
