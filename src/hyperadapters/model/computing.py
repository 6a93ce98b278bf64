"""How a backbone computes its hidden states under a binding; `compiled.py` has another way."""

from collections.abc import Callable, Mapping

from torch import Tensor

from hyperadapters.backbones import Model, read
from hyperadapters.model.binding import Binding, bound

__all__ = ["Compute", "plain"]

Compute = Callable[[Model, Binding, Mapping[str, Tensor]], Tensor]
"""From a backbone, what is bound, and the inputs of a batch to the last hidden states."""


def plain(backbone: Model, binding: Binding, inputs: Mapping[str, Tensor]) -> Tensor:
    """Operator after operator, as `torch` does by itself."""
    with bound(binding):
        return read(backbone, inputs)
