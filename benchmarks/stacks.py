"""`python -m benchmarks.stacks`: a step of a task adapter on a language adapter, beside `adapters`.

Its environment is that of `make test-interop`: the same torch and `transformers`.

Each side has a process of its own, which waits while the other works; they take turns, step by
step. The table has the medians over all steps, the ratio of each step here over the step there that
ran right before or after it, how many operators a step runs, and the most memory that a process
held beyond its libraries.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile

from benchmarks.memory import resident
from benchmarks.setting import BERT_BASE, TINY, Setting
from benchmarks.timing import CLOCKS, seconds, spread
from hyperadapters.context import Context, Row
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.method import Recipe
from hyperadapters.methods import mad_x_hyper_x
from hyperadapters.model.adapt import adapt
from hyperadapters.tasks import Batch
from hyperadapters.training.optimisation import optimiser

AIM = 0.95
STEPS = 20
_WARM = 3
_REDUCTIONS = (2, 16)
"""d_model / width of the language's and of the task's adapter, as in MAD-X."""
_SETTINGS = {"bert-base": BERT_BASE, "tiny": TINY}
_CPU = torch.device("cpu")

Loss = Callable[[], Tensor]
Side = Callable[[Setting, Batch], tuple[list[nn.Parameter], Loss]]
"""From the sizes and a batch to what is trained, and the loss that a step brings down."""


def ours(setting: Setting, batch: Batch) -> tuple[list[nn.Parameter], Loss]:
    """MAD-X's phase of tasks: frozen language adapters, trained task adapters and head."""
    language, task = (setting.width // reduction for reduction in _REDUCTIONS)
    method = mad_x_hyper_x(language_width=language, task_width=task)
    tagging, row = setting.task(), Row(task="tag", language="tr")
    model = adapt(setting.backbone(), method, tasks=[tagging], rows=[row]).train()
    model.enter(model.phases[-1])
    context = Context.uniform(row, setting.examples)

    def loss() -> Tensor:
        logits = model(context, batch).logits[tagging.name]
        return tagging.loss(logits, batch.shares[tagging.name]).mean()

    return [one for one in model.parameters() if one.requires_grad], loss


def theirs(setting: Setting, batch: Batch) -> tuple[list[nn.Parameter], Loss]:
    """The same in `adapters`: a stack of two, and a linear head on its states."""
    import adapters as library

    model = library.BertAdapterModel(setting.backbone().config).train()
    for name, reduction in zip(("language", "task"), _REDUCTIONS, strict=True):
        model.add_adapter(name, config=library.SeqBnConfig(reduction_factor=reduction))
    model.train_adapter("task")
    model.set_active_adapters(library.Stack("language", "task"))
    head = nn.Linear(setting.width, setting.labels)
    labels = batch.shares["tag"].targets["labels"].flatten()
    base = model.base_model

    def loss() -> Tensor:
        logits = head(base(**batch.inputs).last_hidden_state)
        return functional.cross_entropy(logits.flatten(0, 1), labels)

    adapters = [one for one in base.parameters() if one.requires_grad]
    return [*adapters, *head.parameters()], loss


SIDES: Mapping[str, Side] = {"here": ours, "adapters": theirs}


def step_of(side: Side, setting: Setting) -> tuple[int, Callable[[], None]]:
    """How many numbers a side trains, and its step: forward, backward, fused AdamW."""
    torch.manual_seed(0)
    trained, loss = side(setting, setting.batch())
    adamw = optimiser(trained, Recipe(learning_rate=1e-6))

    def step() -> None:
        adamw.zero_grad(set_to_none=True)
        torch.autograd.backward(loss())
        adamw.step()

    return sum(one.numel() for one in trained), step


def operators(step: Callable[[], None]) -> int:
    """How many operators of torch one step runs."""
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step()
    return sum(e.count for e in profiler.key_averages() if e.key.startswith("aten::"))


def serve(side: str, setting: str, clock: str) -> None:
    """What a process of one side does: a step for each line that it is told, then what it is."""
    keep_freed_memory()
    before = resident()
    trained, step = step_of(SIDES[side], _SETTINGS[setting])
    print(trained, flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            facts = {"memory": resident() - before, "operators": operators(step)}
            print(json.dumps(facts), flush=True)
            return
        print(seconds(step, _CPU, CLOCKS[clock]), flush=True)


def compare(setting: str, steps: int, clock: str) -> dict[str, Any]:
    """Times of both sides, in turns, and the facts of each.

    Raises:
        SystemExit: the sides do not train the same numbers of weights.
    """
    processes = {side: _started(side, setting, clock) for side in SIDES}
    trained = {side: int(_answer(process)) for side, process in processes.items()}
    if len(set(trained.values())) > 1:
        raise SystemExit(f"not the same is trained: {trained}")
    taken: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(_WARM + steps):
        for side in sorted(SIDES, reverse=bool(number % 2)):
            taken[side].append(float(_told(processes[side], "step")))
    facts = {side: json.loads(_told(process, "end")) for side, process in processes.items()}
    return {
        side: {"seconds": taken[side][_WARM:], "trained": trained[side], **facts[side]}
        for side in SIDES
    }


def _started(side: str, setting: str, clock: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.stacks", "--side", side]
    return subprocess.Popen(
        [*command, "--setting", setting, "--clock", clock],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return _answer(process)


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("one of the two processes ended: its message is above")
    return line


def print_compared(console: Console, found: Mapping[str, Any]) -> None:
    """A line per side, and the ratios."""
    table = Table(
        "side", "ms", "least..most", "operators", "MiB", title="a training step of a stack"
    )
    for side, one in found.items():
        own = spread([1e3 * taken for taken in one["seconds"]])
        spreads = f"{own.least:,.0f}..{own.most:,.0f}"
        table.add_row(
            side,
            f"{own.median:,.0f}",
            spreads,
            f"{one['operators']:,}",
            f"{one['memory'] / 2**20:,.0f}",
        )
    console.print(table)
    pairs = zip(found["here"]["seconds"], found["adapters"]["seconds"], strict=True)
    ratios = [own / other for own, other in pairs]
    console.print(
        f"here over there: {statistics.median(ratios):.3f} "
        f"({min(ratios):.3f}..{max(ratios):.3f}), aim {AIM}"
    )


def main() -> None:
    """Measures, prints, and saves where asked to; or is one of the two sides."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stacks", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="of each side")
    parser.add_argument("--setting", choices=_SETTINGS, default="bert-base")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--save", metavar="FILE", help="write the times here, as JSON")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        serve(arguments.side, arguments.setting, arguments.clock)
        return
    found = compare(arguments.setting, arguments.steps, arguments.clock)
    print_compared(Console(width=100), found)
    if arguments.save:
        with open(arguments.save, "w", encoding="utf-8") as file:
            file.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
