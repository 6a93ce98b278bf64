"""Whether a machine's memory holds a run: counted on the device `meta`, before it is built."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from hyperadapters.backbones import Model
from hyperadapters.errors import ConfigError
from hyperadapters.machine.memory import memory_of
from hyperadapters.method import HEADS, Method, Phase, Recipe
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks import Task

__all__ = ["Need", "check_memory", "countable", "need_of"]

_NUMBER = 4
"""Bytes of a number in float32."""
_TRAINED = 3 * _NUMBER
"""Bytes more for a weight that is trained: its gradient, and the two moments of Adam."""
_TOKEN = 2 * _NUMBER
"""Bytes at least that backward needs of a token, per feature of the model."""
_TOKENS = 2
"""Tokens of an example at least."""


class Need(NamedTuple):
    """What a phase is certain to need.

    Args:
        phase: its name.
        weights: numbers of the whole model.
        trained: of them, those that the phase trains.
        kept: bytes that backward needs of a micro-batch.
    """

    phase: str
    weights: int
    trained: int
    kept: int

    @property
    def bytes(self) -> int:
        """In all."""
        return _NUMBER * self.weights + _TRAINED * self.trained + self.kept

    def __str__(self) -> str:
        return (
            f"{_sized(self.bytes)} in phase `{self.phase}`: {_sized(_NUMBER * self.weights)} for "
            f"{self.weights:,} weights, {_sized(_TRAINED * self.trained)} for the gradients and "
            f"moments of {self.trained:,} of them, {_sized(self.kept)} for a micro-batch"
        )


def check_memory(
    method: Method,
    tasks: Sequence[Task],
    backbone: Callable[[], Model],
    *,
    device: torch.device,
    ranks: int = 1,
) -> None:
    """Nothing if the memory of a machine may hold a run, as far as that is certain beforehand.

    Args:
        method: whose phases have their cells.
        tasks: whose heads it has.
        backbone: makes it, on the default device of the moment.
        device: where it is trained.
        ranks: processes that share its batches.

    Raises:
        ConfigError: some phase needs more than there is.
    """
    with countable(), torch.device("meta"):
        model = adapt(backbone(), method, tasks=tasks)
    there = memory_of(device)
    largest = max((need_of(model, phase, ranks) for phase in _done(method)), key=lambda n: n.bytes)
    if there is not None and largest.bytes > there:
        raise ConfigError(
            "the run is larger than the memory of this machine",
            expected=f"at most {_sized(there)}, which `{device.type}` has in all",
            found=f"at least {largest}",
            remedy="make `backbone.architecture`, the sizes of the `method`, or the batch of the "
            "phase smaller",
        )


def need_of(model: AdaptedModel, phase: Phase, ranks: int = 1) -> Need:
    """What a phase of a model, which may be without weights, is certain to need."""
    every = {id(p): p.numel() for p in model.parameters()}
    trained = {id(p): p.numel() for part in phase.trains for p in model.parameters_of(part)}
    width = int(model.backbone.config.hidden_size)
    tokens = _tokens(phase.recipe, ranks) if phase.trains - {HEADS} else 0
    return Need(phase.name, sum(every.values()), sum(trained.values()), _TOKEN * width * tokens)


def _tokens(recipe: Recipe, ranks: int) -> int:
    """Of a micro-batch at least, in one process."""
    every = recipe.batch_tokens or _TOKENS * recipe.batch
    return every // (recipe.accumulate * ranks)


def _done(method: Method) -> Sequence[Phase]:
    """The phases that are trained: from the last on that starts with another run's."""
    started = [number for number, phase in enumerate(method.phases) if phase.start_from]
    return method.phases[started[-1] if started else 0 :]


@contextmanager
def countable() -> Iterator[None]:
    """What `torch` says of a tensor with more numbers than 64 bits count, as a ConfigError."""
    try:
        yield
    except (RuntimeError, TypeError, OverflowError) as error:
        if "overflow" not in str(error).lower():
            raise
        raise ConfigError(
            "the run has a tensor that is too large to be counted",
            found=(str(error).splitlines() or [""])[0],
            remedy="make `backbone.architecture`, or the sizes of the `method`, smaller",
        ) from error


def _sized(number: int) -> str:
    """Bytes as people read them."""
    size, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:,.0f} {unit}"
