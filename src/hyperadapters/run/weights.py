"""Weights that come into a model, and a checksum of those that stay as they are."""

import hashlib
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hyperadapters.backbones import head_parameters
from hyperadapters.errors import BundleError
from hyperadapters.model.adapted import AdaptedModel

__all__ = ["checksum", "fill"]


def fill(
    wanted: Mapping[str, Tensor],
    saved: Mapping[str, Tensor],
    *,
    where: str,
    cause: str,
    remedy: str | None = None,
) -> None:
    """Copies saved tensors into those of a model, by name; nothing may be missing, left over, of
    another shape or type, or not finite.

    Args:
        wanted: the model's own.
        saved: what was read.
        where, cause, remedy: what the message says where they do not fit.

    Raises:
        BundleError: they do not fit.
    """
    shapes, found = (
        {name: _told(tensor) for name, tensor in tensors.items()} for tensors in (wanted, saved)
    )
    wrong = sorted({name for name, _ in shapes.items() ^ found.items()})
    if wrong:
        raise BundleError(
            "the saved weights do not fit the model",
            where=where,
            expected=_each(wrong, shapes),
            found=_each(wrong, found),
            cause=cause,
            remedy=remedy,
        )
    broken = next((name for name in wanted if not torch.isfinite(saved[name]).all()), None)
    if broken is not None:
        raise BundleError(
            "the saved weights are not finite",
            where=where,
            expected="numbers",
            found=f"infinity, or no number, in `{broken}`",
            cause="they were changed, or training had failed when they were written",
            remedy=remedy,
        )
    with torch.no_grad():
        for name, tensor in wanted.items():
            tensor.copy_(saved[name])


_NAMED = 3
"""Tensors that a message names at most."""


def _each(names: Sequence[str], of: Mapping[str, str]) -> str:
    """How many tensors there are, and what those are that do not fit: `none` where one is missing,
    or where none should be.
    """
    told = [f"`{name}`: {of.get(name, 'none')}" for name in names[:_NAMED]]
    more = [f"and {len(names) - _NAMED:,} more that do not fit"] if len(names) > _NAMED else []
    return ", ".join([f"{len(of)} tensors", *told, *more])


def _told(tensor: Tensor) -> str:
    kind = "" if tensor.dtype == torch.float32 else f" {tensor.dtype}".replace("torch.", "")
    return f"{tuple(tensor.shape)}{kind}"


def checksum(model: AdaptedModel, weights: Mapping[str, Tensor]) -> str:
    """SHA-256 over the backbone's weights that were not trained, in the order of their names; not
    over a language-model head that no task uses, which may be drawn anew at every start.

    Args:
        model: its backbone is meant.
        weights: those that were trained, by name.
    """
    uses_head = any(not task.heads for task in model.tasks.values())
    unused = set() if uses_head else {id(p) for p in head_parameters(model.backbone)}
    saved = model.state_dict().keys() if uses_head else set()
    buffers = [(name, buffer) for name, buffer in model.named_buffers() if name in saved]
    frozen = {
        name: tensor
        for name, tensor in (*model.named_parameters(), *buffers)
        if name.startswith("backbone.") and name not in weights and id(tensor) not in unused
    }
    digest = hashlib.sha256()
    for name in sorted(frozen):
        digest.update(name.encode())
        digest.update(frozen[name].detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
