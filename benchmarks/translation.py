"""Hyper-adapters beside language adapters on a translation Transformer: decoding and training."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from torch.profiler import ProfilerActivity, profile

from benchmarks.timing import CLOCKS, Clock, Spread, interleaved, spread
from hyperadapters.backbones.architectures import from_scratch
from hyperadapters.context import Context, Row
from hyperadapters.method import Method, Recipe
from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.model.adapt import adapt, remembering
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks import Batch, Share
from hyperadapters.tasks.translation import Translation
from hyperadapters.training.optimisation import divide_and_clip, optimiser

__all__ = [
    "BASE",
    "SMALL",
    "Compared",
    "Shape",
    "measure",
    "operators",
    "print_compared",
    "print_translation",
]

_TASK = Translation("translation")


@dataclass(frozen=True)
class Shape:
    """A translation Transformer, its adapters, and what it translates.

    Args:
        layers, width, heads, ffn: of each tower.
        vocabulary: token ids. The paper's 90,000 would add the same to both systems.
        bottleneck, hidden: widths of the adapters and inside the hypernetwork.
        tokens: of every source and target.
        sentences: in a batch that is decoded, with `beams`.
        batches: target tokens of the training steps.
    """

    layers: int = 6
    width: int = 512
    heads: int = 8
    ffn: int = 2048
    vocabulary: int = 8000
    bottleneck: int = 128
    hidden: int = 612
    tokens: int = 32
    sentences: int = 8
    beams: int = 5
    batches: tuple[int, ...] = (512, 4096)


BASE = Shape()
"""Transformer-base with hyper-adapters base and language adapters, as in the paper's table 1."""
SMALL = Shape(2, 8, 2, 12, 50, 3, 5, 6, 2, 2, (12,))
"""For tests: runs in milliseconds, measures nothing."""

DECODINGS = 4
"""Rounds of decoding for one of training, whose steps take as many times longer."""

AIMS = {"decoding, materialised": 1.05, "training step, 4,096 target tokens": 1.15}


class Compared(NamedTuple):
    """A ratio of hyper-adapters over language adapters, and the seconds of the former."""

    name: str
    seconds: Spread
    ratio: Spread
    aim: float | None


def measure(
    shape: Shape, rounds: int, device: torch.device, clock: Clock = CLOCKS["wall"]
) -> list[Compared]:
    """Every comparison, side by side in one run."""
    language, hyper = (_made(method, shape, device) for method in _methods(shape).values())
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {}
    for target_tokens in shape.batches:
        name = f"training step, {target_tokens:,} target tokens"
        pairs[name] = (_step(hyper, shape, target_tokens), _step(language, shape, target_tokens))
    taken = interleaved(pairs, rounds, device, clock=clock)
    decoded = {"decoding, materialised": (_decoding(hyper, shape), _decoding(language, shape))}
    with remembering(hyper):
        taken |= interleaved(decoded, DECODINGS * rounds, device, clock=clock)
    return [
        Compared(
            name,
            spread([own for own, _ in times]),
            spread([own / over for own, over in times]),
            AIMS.get(name),
        )
        for name, times in taken.items()
    ]


def operators(shape: Shape) -> Mapping[str, int]:
    """How many operators one decoding runs, by system."""
    device, found = torch.device("cpu"), {}
    for name, method in _methods(shape).items():
        model = _made(method, shape, device)
        run = _decoding(model, shape)
        with remembering(model):
            run()
            with profile(activities=[ProfilerActivity.CPU]) as profiler:
                run()
        counted = Counter({event.key: event.count for event in profiler.key_averages()})
        found[name] = sum(n for key, n in counted.items() if key.startswith("aten::"))
    return found


def print_translation(
    console: Console, compared: list[Compared], counts: Mapping[str, int]
) -> None:
    """The ratios, their aims, and the numbers of operators."""
    print_compared(console, "hyper-adapters over language adapters, medians", compared)
    named = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    console.print(f"operators of one decoding: {named}")


def print_compared(console: Console, title: str, compared: list[Compared]) -> None:
    """A line per ratio, with its aim."""
    table = Table(title=title, title_justify="left")
    for column in ("what", "seconds", "ratio", "least to most", "aim"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for one in compared:
        spreads = f"{one.ratio.least:.3f} to {one.ratio.most:.3f}"
        aim = "" if one.aim is None else f"≤ {one.aim}"
        table.add_row(
            one.name, f"{one.seconds.median:.3f}", f"{one.ratio.median:.3f}", spreads, aim
        )
    console.print(table)


def _methods(shape: Shape) -> Mapping[str, Method]:
    width = {"bottleneck": shape.bottleneck}
    return {
        "language adapters": METHODS["language-adapters-base"](**width),
        "hyper-adapters": METHODS["hyper-adapters-base-base"](hidden=shape.hidden, **width),
    }


def _rows() -> list[Row]:
    """The hundred directions of ML50."""
    return [route.row(_TASK.name) for route in SETTINGS["hyper-adapters-base-base"].routes]


def _made(method: Method, shape: Shape, device: torch.device) -> AdaptedModel:
    torch.manual_seed(0)
    sizes = {"layers": shape.layers, "width": shape.width, "heads": shape.heads, "ffn": shape.ffn}
    rest = {"type": "marian", "positions": shape.tokens + 2, "dropout": 0.0}
    backbone = from_scratch(sizes | rest, shape.vocabulary, 0, 1)
    model = adapt(backbone, method, tasks=[_TASK], rows=_rows()).to(device)
    model.enter(model.phases[-1])
    return model


def _step(model: AdaptedModel, shape: Shape, target_tokens: int) -> Callable[[], object]:
    """A training step, each time in the next direction."""
    device = next(model.parameters()).device
    batch = _batch(shape, target_tokens // shape.tokens, device)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    adamw = optimiser(trained, Recipe(learning_rate=1e-6))
    directions = cycle(_rows())

    def step() -> None:
        adamw.zero_grad(set_to_none=True)
        context = Context.uniform(next(directions), len(batch))
        logits = model(context, batch).logits[_TASK.name]
        loss = _TASK.loss(logits, batch.shares[_TASK.name])
        torch.autograd.backward(loss.total)
        divide_and_clip(trained, 1 / loss.predictions, Recipe().clip)
        adamw.step()

    return step


def _decoding(model: AdaptedModel, shape: Shape) -> Callable[[], object]:
    """Beam search to a fixed length, in one direction, as batches are usually decoded."""
    inputs = _batch(shape, shape.sentences, next(model.parameters()).device).inputs
    return torch.no_grad()(
        partial(
            model.eval().generate,
            Context.uniform(_rows()[0], shape.sentences),
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            num_beams=shape.beams,
            min_new_tokens=shape.tokens,
            max_new_tokens=shape.tokens,
            do_sample=False,
        )
    )


def _batch(shape: Shape, examples: int, device: torch.device) -> Batch:
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(2, shape.vocabulary, (3, examples, shape.tokens), generator=generator)
    inputs = {
        "input_ids": ids[0],
        "attention_mask": torch.ones_like(ids[0]),
        "decoder_input_ids": ids[1],
    }
    share = Share(torch.arange(examples), {"labels": ids[2]})
    return Batch(inputs, {_TASK.name: share}, tuple(_rows()[:1] * examples)).to(device)
