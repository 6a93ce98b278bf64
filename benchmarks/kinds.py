"""A training step of one batch that mixes four kinds of tasks, beside batches of one kind each."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.setting import Setting
from benchmarks.systems import hyper_x_of
from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.context import Context, Row
from hyperadapters.method import Recipe
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.tasks import (
    Batch,
    Classification,
    Encoded,
    Parsing,
    QuestionAnswering,
    Tagging,
    collate,
)
from hyperadapters.tasks.base import Task
from hyperadapters.training.objective import Objective
from hyperadapters.training.optimisation import optimiser

__all__ = ["AIM", "KINDS", "Mixed", "batches", "measure", "objective", "print_kinds"]

_ACCURACY = METRICS["accuracy"]
_RELATIONS, _CLASSES = 37, 3
KINDS: Mapping[str, Task] = {
    "tagging": Tagging("tag", tuple(map(str, range(7))), _ACCURACY),
    "parsing": Parsing("dep", tuple(map(str, range(_RELATIONS))), METRICS["las"]),
    "classification": Classification("nli", tuple(map(str, range(_CLASSES))), _ACCURACY),
    "questions": QuestionAnswering("qa"),
}
"""One task of each kind, with as many labels as named entities, Universal Dependencies and natural
language inference have."""
AIM = 1.1
"""The largest ratio that is good."""


class Mixed(NamedTuple):
    """A step of a mixed batch: its seconds, its ratio over the mean of steps of one kind each, and
    the seconds of these.
    """

    name: str
    seconds: Spread
    ratio: Spread
    parts: Mapping[str, float]


def batches(setting: Setting, rows: int) -> tuple[Batch, Sequence[Batch]]:
    """A batch of equal parts of every kind, each under a row of its own; and for each kind a batch
    as large, of it alone.

    Args:
        setting: how many examples and tokens a batch has.
        rows: distinct rows of a batch of one kind.
    """
    names = list(KINDS)
    block, apart = setting.examples // len(names), setting.examples // rows
    every = range(setting.examples)
    mixed = [_drawn(names[place // block], place // block, place, setting) for place in every]
    alone = [[_drawn(kind, place // apart, place, setting) for place in every] for kind in names]
    return collate(mixed, 0), [collate(drawn, 0) for drawn in alone]


def _drawn(kind: str, row: int, seed: int, setting: Setting) -> tuple[Task, Row, Encoded]:
    """An example without padding: random tokens, each of which is a word, behind a first one."""
    task, random = KINDS[kind], Random(seed)
    words = setting.tokens - 1
    ids = [random.randrange(1, setting.vocabulary) for _ in range(setting.tokens)]
    first = list(range(1, setting.tokens))
    half = words // 2
    targets: Mapping[str, Mapping[str, Sequence[int]]] = {
        "tagging": {
            "labels": [-100, *(random.randrange(7) for _ in first)],
            "first": first,
            "gold": [0] * words,
        },
        "parsing": {
            "places": list(range(setting.tokens)),
            "first": first,
            "heads": [place - 1 for place in first],
            "gold": [random.randrange(_RELATIONS) for _ in first],
        },
        "classification": {"labels": [random.randrange(_CLASSES)]},
        "questions": {
            "begins": [-1] * (setting.tokens - half) + list(range(half)),
            "ends": [-1] * (setting.tokens - half) + list(range(1, half + 1)),
            "outside": [0],
            "labels": [setting.tokens - half, setting.tokens - 1],
        },
    }
    return task, Row(task=task.name, language=f"language-{row}"), Encoded(ids, targets[kind])


def objective(setting: Setting, device: torch.device) -> Objective:
    """The loss of Hyper-X Base over all four tasks, in as many languages."""
    rows = [
        Row(task=task.name, language=f"language-{place}")
        for task in KINDS.values()
        for place in range(len(KINDS))
    ]
    torch.manual_seed(1)
    model = adapt(setting.backbone(), hyper_x_of(setting), tasks=list(KINDS.values()), rows=rows)
    model.to(device).enter(model.phases[-1])
    return Objective(model, Recipe())


def measure(
    setting: Setting, rounds: int, device: torch.device, clock: Clock = CLOCKS["wall"]
) -> list[Mixed]:
    """The mixed step over the mean of the four others, which run right before it."""
    loss = objective(setting, device)
    trained = [parameter for parameter in loss.parameters() if parameter.requires_grad]
    adamw = optimiser(trained, Recipe(learning_rate=1e-6))

    def step(batch: Batch) -> Callable[[], object]:
        batch = batch.to(device)
        context = Context.of_examples(batch.observed)

        def run() -> None:
            adamw.zero_grad(set_to_none=True)
            torch.autograd.backward(loss(context, batch).mean())
            adamw.step()

        return run

    found = []
    for rows in (1, len(KINDS)):
        mixed, alone = batches(setting, rows)
        together = step(mixed)
        pairs = {kind: (together, step(one)) for kind, one in zip(KINDS, alone, strict=True)}
        taken = interleaved(pairs, rounds, device, clock=clock)
        found.append(_compared(rows, taken))
    return found


def _compared(rows: int, taken: Mapping[str, Sequence[tuple[float, float]]]) -> Mixed:
    each = zip(*taken.values(), strict=True)  # one round after the other
    ratios = [sum(own for own, _ in times) / sum(over for _, over in times) for times in each]
    return Mixed(
        f"beside batches of one kind and {rows} row{'s' if rows > 1 else ''}",
        spread([own for times in taken.values() for own, _ in times]),
        spread(ratios),
        {kind: spread([over for _, over in times]).median for kind, times in taken.items()},
    )


def print_kinds(console: Console, measured: Sequence[Mixed]) -> None:
    """The ratios, and the seconds of each kind alone."""
    table = Table(title="a step of four kinds over the mean of theirs", title_justify="left")
    for column in ("what", "ms", "ratio", "least..most", "aim", *KINDS):
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=True)
    for one in measured:
        spreads = f"{one.ratio.least:.3f}..{one.ratio.most:.3f}"
        parts = (f"{seconds * 1e3:,.0f}" for seconds in one.parts.values())
        own = (f"{one.seconds.median * 1e3:,.0f}", f"{one.ratio.median:.3f}")
        table.add_row(one.name, *own, spreads, f"{AIM:.2f}", *parts)
    console.print(table)
