"""What a task sees of an adapted model during one forward."""

from collections.abc import Sequence
from typing import final

from jaxtyping import Float, Int
from torch import Tensor

from hyperadapters.backbones import Model, project, transform
from hyperadapters.model.binding import Binding
from hyperadapters.sites import Site

__all__ = ["BoundView"]


@final
class BoundView:
    """Heads, and the backbone's own language-model head, under the rows of one forward.

    Args:
        backbone: a `transformers` model with its language-model head.
        binding: what acts.
        entries: sites where something acts on what enters the tower whose states are read, in the
            order of computation.
    """

    def __init__(self, backbone: Model, binding: Binding, entries: Sequence[Site]) -> None:
        self._backbone = backbone
        self._binding = binding
        self._entries = entries

    def head(
        self,
        task: str,
        part: str,
        hidden: Float[Tensor, "example place _"],
        examples: Int[Tensor, " example"],
    ) -> Float[Tensor, "example place _"]:
        """One part of a task's head on vectors of some examples of the batch, each with the weights
        of its row.
        """
        (act,) = self._binding.acts[Site.of_head(task, part)]
        whole = len(examples) == len(act.layouts.row_of)  # distinct and ascending: all as they are
        return (act if whole else act.taken(examples)).update(hidden)

    def unembed(
        self, hidden: Float[Tensor, "vector d_model"], examples: Int[Tensor, " vector"]
    ) -> Float[Tensor, "vector token_id"]:
        """Scores over the vocabulary. What acts where the tower begins is undone before the output
        embedding, the last one first.
        """
        hidden = transform(self._backbone, hidden)
        acts = [act for site in self._entries for act in self._binding.acts.get(site, ())]
        for act in reversed(acts if len(hidden) else ()):
            hidden = act.taken(examples).undo(hidden.unsqueeze(1)).squeeze(1)
        return project(self._backbone, hidden)
