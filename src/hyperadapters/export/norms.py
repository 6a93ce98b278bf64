"""Trained norms as whole norms: what of the backbone they replace."""

from torch import Tensor

from hyperadapters.export.adaptation import Adaptation
from hyperadapters.forms import Norm

__all__ = ["norms_of"]


def norms_of(adaptation: Adaptation) -> dict[str, dict[str, Tensor]]:
    """By the name of a norm in the model that a row becomes, its scale and shift with what was
    trained.
    """
    found: dict[str, dict[str, Tensor]] = {}
    for _, site, piece in adaptation.of(Norm):
        module = adaptation.target.module(site)
        own = {name: tensor.detach() for name, tensor in module.named_parameters()}
        added = {"weight": piece.weights["scale"], "bias": piece.weights.get("shift")}
        norm = found.setdefault(adaptation.target.paths[site], own)
        for name, delta in added.items():
            if delta is not None:
                norm[name] = norm[name] + delta
    return found
