"""From the embeddings of a place and a row to the code that heads read: combine, then encode."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.context import Factor
from hyperadapters.slots import Initial, Normal, check_std

__all__ = ["Combine", "Concatenate", "Contrast", "Encoder", "Even", "Mlp", "Rectified", "Residual"]

Vectors = Mapping[Factor, Float[Tensor, "site row _"]]


class Combine(ABC):
    """How the vectors of several factors become one."""

    @abstractmethod
    def width(self, dimensions: Mapping[Factor, int]) -> int:
        """Features of the result."""

    @abstractmethod
    def __call__(self, vectors: Vectors) -> Float[Tensor, "site row source"]:
        """The combined vectors."""


@final
@dataclass(frozen=True)
class Concatenate(Combine):
    """One behind the other, in the order of the plan."""

    def width(self, dimensions: Mapping[Factor, int]) -> int:
        """The sum of all dimensions."""
        return sum(dimensions.values())

    def __call__(self, vectors: Vectors) -> Float[Tensor, "site row source"]:
        """[v₁; v₂; ...]."""
        return torch.cat(list(vectors.values()), dim=-1)


@final
@dataclass(frozen=True)
class Contrast(Combine):
    """[l; t; l - t; l ⊙ t] of two factors of equal dimension (PSF, Ponti et al. 2021)."""

    def width(self, dimensions: Mapping[Factor, int]) -> int:
        """Four times the common dimension."""
        return 4 * next(iter(dimensions.values()))

    def __call__(self, vectors: Vectors) -> Float[Tensor, "site row source"]:
        """The two vectors, their difference and their product."""
        first, second = vectors.values()
        return torch.cat([first, second, first - second, first * second], dim=-1)


class Encoder(ABC):
    """Plan of the network between the combined embeddings and the heads."""

    @property
    @abstractmethod
    def code(self) -> int:
        """Features of what it gives."""

    @abstractmethod
    def build(self, source: int) -> nn.Module:
        """The module that reads `source` features."""


def _started(layer: nn.Linear, initial: Initial | None) -> nn.Linear:
    """A layer whose weights start so, and its bias at zero; with None, as torch has it."""
    if initial is not None:
        with torch.no_grad():
            initial.draw(layer.weight)
            nn.init.zeros_(layer.bias)
    return layer


def _check_dropout(dropout: float) -> None:
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is in [0, 1), not {dropout}")


@dataclass(frozen=True)
class _Layers(Encoder, ABC):
    """Linear layers, the last of which gives the code."""

    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) < 1:
            raise ValueError(f"widths are at least 1, not {self.widths}")

    @property
    def code(self) -> int:
        """The last width."""
        return self.widths[-1]

    def _linear(self, source: int, initial: Initial | None) -> Iterator[nn.Linear]:
        """Each layer, as `_started` makes it."""
        for width_in, width_out in zip((source, *self.widths), self.widths, strict=False):
            yield _started(nn.Linear(width_in, width_out), initial)


@final
@dataclass(frozen=True)
class Mlp(_Layers):
    """Linear layers with ReLU between them, none after the last; optionally a layer norm at the
    end.

    Hyper-X: `Mlp((192, 192))`; HyperFormer++: `Mlp((128, 64), norm=True)`. Weights start as
    `initial` says and biases from 0; with None, from torch's own initial values.
    """

    norm: bool = False
    initial: Initial | None = Normal(0.02)

    def build(self, source: int) -> nn.Module:
        """The layers in a row."""
        layers = [
            part for layer in self._linear(source, self.initial) for part in (nn.ReLU(), layer)
        ]
        tail = [nn.LayerNorm(self.code, eps=1e-6)] if self.norm else []
        return nn.Sequential(*layers[1:], *tail)


@final
@dataclass(frozen=True)
class Rectified(_Layers):
    """Linear layers, each with ReLU and dropout behind it, the last one too.

    The generator of PSF (Ponti et al., 2021, and their code). Weights start from N(0, `std`²) and
    biases from 0.

    Args:
        widths: of the layers' outputs, at least one.
        dropout: in [0, 1).
        std: of the weights at the start.
    """

    dropout: float = 0.0
    std: float = 0.02

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_dropout(self.dropout)
        check_std(self.std)

    def build(self, source: int) -> nn.Module:
        """The layers in a row."""
        layers: list[nn.Module] = []
        for linear in self._linear(source, Normal(self.std)):
            layers += [linear, nn.ReLU(), nn.Dropout(self.dropout)]
        return nn.Sequential(*layers)


class _EvenLinear(nn.Linear):
    """pace · (W·x / features in + b): with features of size 1, Adam moves what it gives by the
    learning rate times `pace`, whatever its width.
    """

    def __init__(self, width_in: int, width_out: int, *, gain: float, pace: float) -> None:
        super().__init__(width_in, width_out)
        self._pace = pace
        nn.init.normal_(self.weight, 0.0, gain * sqrt(width_in) / pace)
        nn.init.zeros_(self.bias)

    def forward(self, read: Tensor) -> Tensor:
        weight = self.weight * (self._pace / self.in_features)
        return nn.functional.linear(read, weight, self.bias * self._pace)


class _EvenCode(nn.Module):
    """c / (√mean(c²) · features): its absolute values add up to about 0.8, whatever the width."""

    def forward(self, code: Tensor) -> Tensor:
        return nn.functional.rms_norm(code, code.shape[-1:], eps=1e-6) / code.shape[-1]


@final
@dataclass(frozen=True)
class Even(_Layers):
    """Linear layers with ReLU between them, as `Mlp`, scaled so that a learning rate means what it
    means to free adapters, whatever the widths are.

    Adam moves every weight by up to the rate η per update, and so what a plain linear head gives by
    up to η·Σ|c|, which grows with the width of its code c and as the code grows. Here codes are
    divided by their root mean square and their width: what a head gives moves by up to about
    0.8·η, and its bias by η. Inside, features move by up to `pace`·η, from initial values of size
    1. This is the parametrisation of maximal updates (Yang and Hu, 2021) for a network whose output
    are weights.

    Heads that read it should be `matched`: then what they give starts as free weights do.

    Args:
        widths: of the layers' outputs, at least one.
        pace: how many times faster than a free weight a feature may move, more than 0.

    Raises:
        ValueError: a width is less than 1, or the pace not above 0.
    """

    pace: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.pace > 0:
            raise ValueError(f"the pace of features is above 0, not {self.pace}")

    def build(self, source: int) -> nn.Module:
        """The layers in a row, and the division of the code."""
        layers: list[nn.Module] = []
        gain = 1.0
        for width_in, width_out in zip((source, *self.widths), self.widths, strict=False):
            layers += [_EvenLinear(width_in, width_out, gain=gain, pace=self.pace), nn.ReLU()]
            gain = sqrt(2.0)
        return nn.Sequential(*layers[:-1], _EvenCode())


class _Block(nn.Module):
    """h + W₂·dropout(ReLU(W₁·LN(h)))."""

    def __init__(self, width: int, dropout: float, initial: Initial | None) -> None:
        super().__init__()
        self.added = nn.Sequential(
            nn.LayerNorm(width),
            _started(nn.Linear(width, width), initial),
            nn.ReLU(),
            nn.Dropout(dropout),
            _started(nn.Linear(width, width), initial),
        )

    def forward(self, code: Tensor) -> Tensor:
        added: Tensor = self.added(code)
        return code + added


@final
@dataclass(frozen=True)
class Residual(Encoder):
    """ReLU(W·source), then pre-norm residual blocks h + W₂·ReLU(W₁·LN(h)).

    Hyper-adapters (Baziotis et al., 2022, section 3).

    Args:
        width: of the input layer and the blocks.
        blocks: how many.
        dropout: of the features inside a block, in [0, 1).
        entry_dropout: of the features behind the input layer's ReLU, in [0, 1).
        initial: how weights start, with biases at zero; torch's own initial values without.
    """

    width: int
    blocks: int = 2
    dropout: float = 0.0
    entry_dropout: float = 0.0
    initial: Initial | None = None

    def __post_init__(self) -> None:
        if self.width < 1 or self.blocks < 0:
            raise ValueError(f"no encoder of width {self.width} with {self.blocks} blocks")
        _check_dropout(self.dropout)
        _check_dropout(self.entry_dropout)
        if self.dropout and not self.blocks:
            raise ValueError("dropout acts inside blocks, and there are none")

    @property
    def code(self) -> int:
        """The width of the blocks."""
        return self.width

    def build(self, source: int) -> nn.Module:
        """Input layer and blocks."""
        entry = _started(nn.Linear(source, self.width), self.initial)
        active: list[nn.Module] = [nn.ReLU()]
        if self.entry_dropout:
            active = [nn.Sequential(nn.ReLU(), nn.Dropout(self.entry_dropout))]
        blocks = [_Block(self.width, self.dropout, self.initial) for _ in range(self.blocks)]
        return nn.Sequential(entry, *active, *blocks)
