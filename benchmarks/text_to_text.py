"""HyperFormer++ beside Adapters† on a T5, with full heads and with heads of few parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle

import torch
from rich.console import Console

from benchmarks.timing import CLOCKS, Clock, interleaved, spread
from benchmarks.translation import Compared, print_compared
from hyperadapters.backbones.architectures import from_scratch
from hyperadapters.context import Context, Row
from hyperadapters.method import Method, Recipe
from hyperadapters.methods import METHODS
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks import Batch, Share
from hyperadapters.tasks.text_to_text import TextToText
from hyperadapters.tasks.wordings import Named, Template
from hyperadapters.training.optimisation import divide_and_clip, optimiser

__all__ = ["SMALL", "TINY", "Shape", "measure", "parameters", "print_text_to_text"]

_TASKS = ("cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte")


@dataclass(frozen=True)
class Shape:
    """A T5, the width of its adapters, and a batch without padding.

    Args:
        layers, width, heads, ffn: of each tower.
        vocabulary: token ids.
        reduction: width over that of the adapters.
        examples, tokens, written: of a batch: its examples, and the tokens that each reads and
            writes.
    """

    layers: int = 6
    width: int = 512
    heads: int = 8
    ffn: int = 2048
    vocabulary: int = 32128
    reduction: int = 32
    examples: int = 32
    tokens: int = 128
    written: int = 16


SMALL = Shape()
"""T5-small."""
TINY = Shape(1, 8, 2, 12, 50, 2, 3, 5, 4)
"""For tests: runs in milliseconds, measures nothing."""

_OVER: Mapping[str, tuple[str, float | None]] = {
    "hyperformer++": ("adapters-dagger", 1.0),
    "hyperformer++ low rank": ("hyperformer++", 1.0),
    "hyperformer++ basis": ("hyperformer++", 1.0),
    "hyperformer": ("adapters-dagger", None),
    "full fine-tuning": ("adapters-dagger", None),
}
"""What a training step is divided by, and the largest ratio that is good."""


def measure(
    shape: Shape, rounds: int, device: torch.device, clock: Clock = CLOCKS["wall"]
) -> list[Compared]:
    """Every comparison, side by side in one run."""
    steps = {name: _step(model, shape) for name, model in _models(shape, device).items()}
    pairs = {name: (steps[name], steps[over]) for name, (over, _) in _OVER.items()}
    taken = interleaved(pairs, rounds, device, clock=clock)
    return [
        Compared(
            f"training step, {name} over {_OVER[name][0]}",
            spread([own for own, _ in times]),
            spread([own / over for own, over in times]),
            _OVER[name][1],
        )
        for name, times in taken.items()
    ]


def parameters(shape: Shape) -> Mapping[str, int]:
    """How many are trained, by system."""
    models = _models(shape, torch.device("cpu"))
    return {name: sum(p.numel() for p in _trained(model)) for name, model in models.items()}


def print_text_to_text(
    console: Console, compared: list[Compared], counts: Mapping[str, int]
) -> None:
    """The ratios, their aims, and how many parameters each system trains."""
    print_compared(console, "text to text on a T5, medians", compared)
    named = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    console.print(f"trained parameters: {named}")


def _methods(shape: Shape) -> Mapping[str, Method]:
    width = {"reduction": shape.reduction}
    plus = METHODS["hyperformer++-small"]
    return {
        "adapters-dagger": METHODS["adapters-dagger-small"](**width),
        "hyperformer": METHODS["hyperformer-small"](**width),
        "hyperformer++": plus(**width),
        "hyperformer++ low rank": plus(heads="low-rank", rank=4, **width),
        "hyperformer++ basis": plus(heads="basis", rank=3, **width),
        "full fine-tuning": METHODS["t5-small-multi"](),
    }


def _models(shape: Shape, device: torch.device) -> Mapping[str, AdaptedModel]:
    return {name: _made(method, shape, device) for name, method in _methods(shape).items()}


def _made(method: Method, shape: Shape, device: torch.device) -> AdaptedModel:
    torch.manual_seed(0)
    sizes = {"layers": shape.layers, "width": shape.width, "heads": shape.heads, "ffn": shape.ffn}
    rest = {"type": "t5", "positions": shape.tokens, "dropout": 0.0}
    backbone = from_scratch(sizes | rest, shape.vocabulary, 0, 1)
    tasks = [TextToText(name, Template("{text}"), Named({"0": "0", "1": "1"})) for name in _TASKS]
    rows = [Row(task=name, language="en") for name in _TASKS]
    model = adapt(backbone, method, tasks=tasks, rows=rows).to(device)
    model.enter(model.phases[-1])
    return model.train()


def _trained(model: AdaptedModel) -> list[torch.nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def _step(model: AdaptedModel, shape: Shape) -> Callable[[], object]:
    """A training step, each time on a batch of the next task, as the paper draws them."""
    device = next(model.parameters()).device
    trained, batches = _trained(model), cycle([_batch(shape, n).to(device) for n in _TASKS])
    adamw = optimiser(trained, Recipe(learning_rate=1e-6))

    def step() -> None:
        adamw.zero_grad(set_to_none=True)
        batch = next(batches)
        ((name, share),) = batch.shares.items()
        logits = model(Context.uniform(batch.observed[0], len(batch)), batch).logits[name]
        loss = model.tasks[name].loss(logits, share)
        torch.autograd.backward(loss.total)
        divide_and_clip(trained, 1 / loss.predictions, Recipe().clip)
        adamw.step()

    return step


def _batch(shape: Shape, task: str) -> Batch:
    generator = torch.Generator().manual_seed(_TASKS.index(task))
    source, target = (shape.examples, shape.tokens), (shape.examples, shape.written)
    ids = torch.randint(2, shape.vocabulary, source, generator=generator)
    begun, labels = torch.randint(2, shape.vocabulary, (2, *target), generator=generator)
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "decoder_input_ids": begun,
    }
    share = Share(torch.arange(shape.examples), {"labels": labels})
    return Batch(inputs, {task: share}, (Row(task=task, language="en"),) * shape.examples)
