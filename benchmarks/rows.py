"""`python -m benchmarks.rows`: sixteen adapters in one batch, beside LoRA of `peft`.

Inference at BERT-base size where every example has a row of its own: here a bottleneck of width 48
after each feed-forward sub-layer, in `peft` LoRA of rank 8 on query and value (`adapter_names`),
which computes a third of what the bottlenecks do. They run in turns in one process, in the same
precision; a line has the time here over the time there, as median, smallest and largest of all
rounds: operator after operator, and as one compiled graph.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from rich.console import Console

from benchmarks import machine
from benchmarks.cases import CASES, work_of
from benchmarks.compiled import PRECISIONS
from benchmarks.setting import BERT_BASE, Setting
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.machine.memory import keep_freed_memory
from hyperadapters.model.compiled import Compiled

__all__ = ["in_peft", "measure"]

_CASE = "inference, 16 rows of width 48"
_RANK = 8
_CPU = torch.device("cpu")


def in_peft(setting: Setting, rows: int) -> Callable[[], Any]:
    """A forward of the same batch under so many adapters of `peft`, whose B is not zero."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=_RANK, target_modules=["query", "value"], init_lora_weights=False)
    model = get_peft_model(setting.backbone(), config, adapter_name="row-0")
    for number in range(1, rows):
        model.add_adapter(f"row-{number}", config)
    model.eval()
    inputs = setting.batch().inputs
    names = [f"row-{number % rows}" for number in range(setting.examples)]
    return torch.no_grad()(lambda: model(**inputs, adapter_names=names))


def measure(
    setting: Setting, rounds: int, clock: Clock, precision: str, *, backend: str = "inductor"
) -> dict[str, Spread]:
    """Ours over theirs: operator after operator, and compiled."""
    (named,) = (case for case in CASES if case.name == _CASE)
    case = replace(named, rows=min(named.rows, setting.examples))
    systems, within = Systems(setting, _CPU, case.rows), PRECISIONS[precision]
    theirs = within(in_peft(setting, case.rows), _CPU, setting)
    ours = {
        "plain": work_of(case, systems),
        "compiled": work_of(case, systems, Compiled(backend=backend)),
    }
    pairs = {name: (within(work, _CPU, setting), theirs) for name, work in ours.items()}
    taken = interleaved(pairs, rounds, _CPU, clock=clock)
    return {name: spread([own / over for own, over in taken[name]]) for name in pairs}


def main() -> None:
    """Measures, prints, and saves where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    arguments = parser.parse_args()
    keep_freed_memory()
    found = {
        precision: measure(BERT_BASE, arguments.rounds, CLOCKS[arguments.clock], precision)
        for precision in PRECISIONS
    }
    console = Console(width=100)
    for precision, ratios in found.items():
        for name, ratio in ratios.items():
            scatter = f"{ratio.least:.3f}..{ratio.most:.3f}"
            console.print(f"{name}, precision {precision}: {ratio.median:.3f} ({scatter})")
    if arguments.save:
        values = {
            one: {name: ratio._asdict() for name, ratio in own.items()}
            for one, own in found.items()
        }
        machine.save({"machine": machine.facts(_CPU), "over peft": values}, arguments.save)


if __name__ == "__main__":
    main()
