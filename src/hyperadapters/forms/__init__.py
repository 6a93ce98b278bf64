"""What is computed: pure functions of hidden states and weights, and the weights they need."""

from hyperadapters.forms.base import Form, Weights
from hyperadapters.forms.bottleneck import Bottleneck, bottleneck
from hyperadapters.forms.linear import Linear
from hyperadapters.forms.lora import LoRA
from hyperadapters.forms.norm import Norm
from hyperadapters.forms.normalised import Normalised

__all__ = ["Bottleneck", "Form", "Linear", "LoRA", "Norm", "Normalised", "Weights", "bottleneck"]
