"""What is computed: pure functions of hidden states and weights, and the weights they need."""

from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.bottleneck import Activation, Bottleneck, bottleneck
from hyperadapters.forms.coupling import Coupling
from hyperadapters.forms.linear import Linear
from hyperadapters.forms.lora import LoRA
from hyperadapters.forms.norm import Norm

__all__ = [
    "Activation",
    "Bottleneck",
    "Coupling",
    "Form",
    "Linear",
    "LoRA",
    "Norm",
    "Weights",
    "bottleneck",
]
