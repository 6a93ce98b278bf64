"""Runs on tiny backbones whose adapters, heads and norms bite, and what their rows answer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

import tiny
from hyperadapters.config import run_from
from hyperadapters.context import Context
from hyperadapters.export.adaptation import row_of
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.model.adapt import adapt
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly, assemble

LABELS = ["O", "B-PER", "I-PER"]
CELL = Cell("ner", Route.of("yo"))
"""A pair that no phase trains."""
LORA = {"name": "hyper-x-lora", "rank": 4, "code": 6, "hidden": 6, "embedding": 4}
BOTTLENECK = {"name": "hyper-x-base", "bottleneck": 5, "code": 6, "hidden": 6, "embedding": 4}


def tokenizer() -> PreTrainedTokenizerFast:
    """Forty words, those of most families' special tokens first."""
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *(f"w{number}" for number in range(35))]
    inner = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    marks = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>"}
    more = {"unk_token": "<unk>", "mask_token": "<mask>", "sep_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=inner, cls_token="<s>", **marks, **more)


def backbone(family: str, folder: Path) -> Path:
    """A folder of `save_pretrained`."""
    model = tiny.backbone(family, dtype=torch.float32)
    model.config.pad_token_id = 1
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def run(family: str, folder: Path, method: dict[str, Any] | str, **changes: Any) -> dict[str, Any]:
    """A run file: two tagging tasks in three languages, `ner` in Yoruba not among their pairs."""
    data = {"format": "cldr", "train": 4, "dev": 2, "test": 2}
    task = {"kind": "tagging", "data": data}
    source = folder / "backbone"
    return {
        "name": "exported",
        "output": str(folder / "run"),
        "backbone": {"path": str(source if source.is_dir() else backbone(family, source))},
        "method": method,
        "tasks": {"ner": {**task, "labels": LABELS}, "pos": {**task, "labels": ["X", "Y"]}},
        "train": {"ner": ["en", "tr"], "pos": ["en", "yo"]},
        "recipe": {"steps": 1, "batch": 2, "length": 16},
        **changes,
    }


def asking(
    family: str, folder: Path, method: dict[str, Any] | str, **how: Any
) -> tuple[Assembly, Cell]:
    """The same with a task that answers questions, and a pair of it that no phase trains."""
    data = {"format": "cldr", "content": "questions", "train": 4, "dev": 2, "test": 2}
    pos = {"kind": "tagging", "data": {**data, "content": "fields"}, "labels": ["X", "Y"]}
    tasks = {"qa": {"kind": "qa", "data": data}, "pos": pos}
    changes = {"tasks": tasks, "train": {"qa": ["en", "tr"], "pos": ["en", "yo"]}}
    return assembled(family, folder, method, **changes, **how), Cell("qa", Route.of("yo"))


def assembled(
    family: str, folder: Path, method: dict[str, Any] | str, *, scale: float = 0.25, **changes: Any
) -> Assembly:
    """A run whose adapters and heads are drawn from N(0, scale²)."""
    assembly = assemble(run_from(run(family, folder, method, **changes)))
    tiny.redraw(assembly.model, seed=1, scale=scale)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in assembly.model.heads.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    assembly.model.eval()
    return assembly


def made(family: str, folder: Path, *adapters: Adapter, silent: tuple[int, ...] = ()) -> Assembly:
    """A tiny backbone with adapters of a hand-made method that bite; a task of an encoder-decoder
    has the backbone's own head, and so both towers.
    """
    whole = assembled(family, folder, LORA | {"weights": "pair"})
    own = family in tiny.SEQ2SEQ
    tasks: dict[str, Any] = {"ner": tiny.Probe("ner")} if own else dict(whole.tasks)
    return with_adapters(whole, tasks, *adapters, silent=silent)


def with_adapters(
    whole: Assembly,
    tasks: dict[str, Any],
    *adapters: Adapter,
    silent: tuple[int, ...] = (),
    cell: Cell = CELL,
) -> Assembly:
    """The backbone of a run, and its heads if it has any, with other adapters that bite."""
    trains = frozenset(adapter.name for adapter in adapters)
    cells = (*whole.method.phases[-1].cells, cell)
    phase = Phase(trains=trains, cells=cells, leave_out={adapters[0].name: silent})
    method = Method("made", adapters, (phase,))
    model = adapt(whole.model.backbone, method, tasks=list(tasks.values()))
    if any(task.heads for task in tasks.values()):
        model.heads.update(whole.model.heads)
    tiny.redraw(model, seed=3, scale=0.3)
    return replace(whole, method=method, model=model.eval(), tasks=tasks)


def inputs(family: str, *, decoder: bool = False) -> dict[str, Tensor]:
    """Token ids of four examples, every second one padded at its end."""
    given = tiny.batch(family, 4).inputs
    return {name: ids for name, ids in given.items() if decoder or "decoder" not in name}


@torch.no_grad()
def answers(assembly: Assembly, given: dict[str, Tensor], cell: Cell = CELL) -> Tensor:
    """The logits of a cell's row."""
    examples = len(given["input_ids"])
    share = tiny.Share(torch.arange(examples), {})
    batch = tiny.Batch(given, {cell.task: share}, (cell.row,) * examples)
    context = Context.uniform(row_of(assembly, cell), examples)
    return assembly.model(context, batch).logits[cell.task]
