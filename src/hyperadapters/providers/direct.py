"""An encoder that changes nothing: heads read the embeddings themselves."""

from dataclasses import dataclass
from typing import final

from torch import nn

from hyperadapters.errors import ConfigError
from hyperadapters.providers.encoder import Encoder

__all__ = ["Direct"]


@final
@dataclass(frozen=True)
class Direct(Encoder):
    """The combined embeddings are the code (HyperFormer without its task projector).

    Args:
        width: of the combined embeddings.

    Raises:
        ValueError: the width is less than 1.
    """

    width: int

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"a width is at least 1, not {self.width}")

    @property
    def code(self) -> int:
        """The width of the embeddings."""
        return self.width

    def build(self, source: int) -> nn.Module:
        """Nothing.

        Raises:
            ConfigError: the embeddings have another width.
        """
        if source != self.width:
            raise ConfigError(
                "embeddings that heads read themselves have another width than their code",
                expected=f"{self.width} features",
                found=f"{source}",
                remedy=f"let the code have a width of {source}, or put layers between them",
            )
        return nn.Identity()
