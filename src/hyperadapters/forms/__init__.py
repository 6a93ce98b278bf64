"""What is computed: pure functions of hidden states and weights, and the weights they need."""

from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.biaffine import Biaffine, paired
from hyperadapters.forms.bottleneck import Activation, Bottleneck, bottleneck
from hyperadapters.forms.coupling import Coupling
from hyperadapters.forms.linear import Dense, Linear
from hyperadapters.forms.lora import LoRA
from hyperadapters.forms.norm import Norm
from hyperadapters.forms.normalised import Normalised

__all__ = [
    "Activation",
    "Biaffine",
    "Bottleneck",
    "Coupling",
    "Dense",
    "Form",
    "Linear",
    "LoRA",
    "Norm",
    "Normalised",
    "Weights",
    "bottleneck",
    "paired",
]
