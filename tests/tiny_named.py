"""Models whose tasks and languages have names, small enough to look at each."""

from itertools import product

import torch

import systems
import tiny
from hyperadapters.context import Row
from hyperadapters.method import Method
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks import Tagging

__all__ = ["NETWORKS", "model_of"]

LABELS = {"ner": ("O", "B"), "pos": ("X", "Y", "Z"), "new": ("O", "B")}
NETWORKS = (systems.HYPER_X, systems.HYPERFORMER, systems.HYPERFORMER_PLUS, systems.PSF)


def model_of(
    method: Method, tasks: str = "ner pos new", languages: str = "en tr yo"
) -> AdaptedModel:
    made = [Tagging(name, LABELS[name], METRICS["accuracy"]) for name in tasks.split()]
    rows = [Row(task=t, language=n) for t, n in product(tasks.split(), languages.split())]
    torch.manual_seed(0)
    return adapt(tiny.backbone("bert"), method, tasks=made, rows=rows).eval()
