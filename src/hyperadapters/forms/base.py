"""What every form is: slots for weights, and a pure function of hidden states and weights."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from hyperadapters.errors import ConfigError
from hyperadapters.slots import Slot

__all__ = ["Form", "Weights"]

Weights = Mapping[str, Float[Tensor, "row ..."]]
"""The weights of a form at one site, one slot per name, rows first."""


class Form(ABC):
    """What is computed at a site. Frozen, without parameters; all-zero weights are the identity
    (heads apart).

    Attributes:
        adds: whether its weights stand beside those of the backbone; else they are changes of
            weights that the backbone has, and a model with them is no larger.
    """

    adds: ClassVar[bool] = True

    @abstractmethod
    def slots(self, width_in: int, width_out: int, *, bias: bool = True) -> Mapping[str, Slot]:
        """The weights this form needs at a site.

        Args:
            width_in: features of what the module at the site reads.
            width_out: features of what it gives.
            bias: whether that module has an additive parameter (a T5 norm has none).
        """

    @abstractmethod
    def apply(
        self, hidden: Float[Tensor, "row token width_in"], weights: Weights
    ) -> Float[Tensor, "row token width_out"]:
        """What is added to the module's output (for a head: the output itself).

        `row` is the number of rows of the batch; the tokens of all examples of a row follow each
        other.
        """

    def inverse(
        self, hidden: Float[Tensor, "row token d_model"], weights: Weights
    ) -> Float[Tensor, "row token d_model"]:
        """The x of which x + apply(x, weights) is `hidden`, for forms that have one.

        What acts where a tower begins is undone before the backbone's own output layer, whose
        matrix is that of the embeddings (MAD-X, Pfeiffer et al., 2020, section 3.3).

        Raises:
            ConfigError: this form has none.
        """
        raise ConfigError(
            f"the form `{type(self).__name__}` has no inverse",
            expected="at `embeddings` a form that has one, where the backbone's own language-model "
            "head is used",
            remedy="put this adapter at another position, or leave out the tasks that the "
            "backbone's own head serves",
        )

    def settled(self, weights: Weights) -> tuple["Form", Weights]:
        """A form and weights that compute the same, with what depends on the weights alone done.

        Called once per forward and once per `generate`, where `apply` is called per decoding step.
        Which form it is does not depend on the numbers: it is asked of weights that have none, too.
        """
        return self, weights
