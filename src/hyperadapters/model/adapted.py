"""A backbone with adapters: every provider once per forward, the backbone once, a head per task."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hyperadapters.backbones import (
    Model,
    TokenSearch,
    generate,
    places_of,
    recompute_layers,
    search,
    tower_of,
)
from hyperadapters.context import Context, Factor, Row
from hyperadapters.errors import BackboneError, ContextError
from hyperadapters.forms import Form
from hyperadapters.method import Part, Phase
from hyperadapters.model.binding import (
    Act,
    Binding,
    Piece,
    asked_rows,
    bound,
    check_recomputing,
    keep,
    layouts_of,
    rebind,
    with_base,
)
from hyperadapters.model.computing import Compute, plain
from hyperadapters.model.hooks import Hooks
from hyperadapters.model.parts import Parts
from hyperadapters.model.view import BoundView
from hyperadapters.providers import Provider, written
from hyperadapters.sites import Site
from hyperadapters.tasks import Batch, Share, Task

__all__ = ["AdaptedModel", "Attached", "Outputs"]


class Outputs(NamedTuple):
    """What a forward gives: each task's logits on its own examples, and the divergence."""

    logits: Mapping[str, Tensor]
    divergence: Float[Tensor, ""]


class Attached(NamedTuple):
    """What acts at some sites of one model.

    Args:
        forms: what is computed at each site.
        provider: whose weights; it has slots for the same sites.
    """

    forms: Mapping[Site, Form]
    provider: Provider


class AdaptedModel(nn.Module):
    """A backbone, its adapters in stacking order, and the heads of its tasks.

    Outside this model's own `forward`, `generate` and `search` the backbone computes as if nothing
    were attached.

    Args:
        backbone: a `transformers` model with its language-model head.
        adapters: by name; the sites of one are hooked, or heads that it takes over.
        heads: per task, what no adapter takes over of its head.
        tasks: the tasks; one without heads has the backbone's own.
        phases: the method's phases; the last one's rules hold until `enter` is called.

    Raises:
        BackboneError: an adapter is wired around a norm that another one trains.
    """

    def __init__(
        self,
        backbone: Model,
        *,
        adapters: Mapping[str, Attached],
        heads: Mapping[str, Attached],
        tasks: Sequence[Task],
        phases: Sequence[Phase],
    ) -> None:
        super().__init__()
        free = {str(Row(task=name)): head for name, head in heads.items()}
        self.backbone = backbone
        self.tasks = {task.name: task for task in tasks}
        self.phases = tuple(phases)
        self.forms = {name: own.forms for name, own in adapters.items()}
        self.adapters = nn.ModuleDict({name: own.provider for name, own in adapters.items()})
        self.heads = nn.ModuleDict({key: head.provider for key, head in free.items()})
        self._head_forms = {key: head.forms for key, head in free.items()}
        self._parts = Parts(backbone, self.adapters, self.heads, self.tasks)
        hooked = [site for own in adapters.values() for site in own.forms if site.tower != "head"]
        self._hooks = Hooks(places_of(backbone), hooked)
        self._phase = self.phases[-1]

    def forward(self, context: Context, batch: Batch, compute: Compute = plain) -> Outputs:
        """Every provider once, the backbone once, every task's head on its own examples.

        Args:
            context: one row per example of the batch.
            batch: inputs and the shares of its tasks.
            compute: how the backbone computes; a `Compiled` makes whole graphs of it.

        Raises:
            ContextError: context and batch differ in their number of examples, or a head that is
                asked for has no weights.
            UnknownName: a row names something that was never trained.
        """
        examples = len(next(iter(batch.inputs.values())))
        if examples != len(context):
            raise layouts_of(context, repeats=False).refusal(examples)
        if self.training:
            check_recomputing(self.backbone)
        self._refuse_base_heads(context, batch)
        sites = {site for task in batch.shares for site in self._sites_of(task)}
        binding, divergence = self._bind(context, sites, repeats=False)
        hidden = compute(self.backbone, binding, batch.inputs)
        with bound(binding):
            tower = tower_of(self.backbone, batch.inputs)
            entries = [site for site in self._hooks.entries if site.tower == tower]
            view = BoundView(self.backbone, binding, entries)
            logits = {
                name: self.tasks[name].logits(view, _own(hidden, share), share)
                for name, share in batch.shares.items()
            }
        return Outputs(logits, divergence)

    @torch.no_grad()
    def generate(self, context: Context, **inputs: Any) -> Tensor:
        """The backbone's own `generate` under a context, each example under its own row; providers
        run once.

        Args:
            context: one row per example, before beams and return sequences.
            inputs: what `transformers` takes: `input_ids`, `num_beams`, ...

        Returns:
            Token ids, (example · return sequence, token): what is written, without what a decoder
            alone has read, which may be padded on either side.

        Raises:
            BackboneError: an adapter acts on what enters the decoder.
        """
        with bound(self._writing(context)):
            return generate(self.backbone, **inputs)

    @torch.no_grad()
    def search(self, context: Context, way: TokenSearch, **inputs: Any) -> Tensor:
        """What `generate` would find, (example, token); each example leaves the batch when it is
        done.

        Args:
            context: one row per example.
            way: greedy, or with beams.
            inputs: what `transformers` takes: `input_ids`, `max_new_tokens`, ...

        Raises:
            BackboneError: an adapter acts on what enters the decoder.
        """
        with bound(self._writing(context)):
            return search(self.backbone, way, keep, **inputs)

    @torch.no_grad()
    def written(self, row: Row, task: str) -> dict[str, dict[Site, Piece]]:
        """What acts for one row, by adapter in stacking order, and the head of a task behind it:
        at each site its form, and its weights without an axis of rows.

        Raises:
            UnknownName: the row names something that was never trained.
        """
        found: dict[str, dict[Site, Piece]] = {}
        for name, forms, provider, sites in self._acting(self._sites_of(task)):
            rows, _ = asked_rows(Context.uniform(row, 1), provider, sites)
            supply = written(provider, rows, sites).weights if rows else {}
            for site, weights in supply.items():
                own = {slot: weight.squeeze(0) for slot, weight in weights.items()}
                found.setdefault(name, {})[site] = Piece(*forms[site].settled(own))
        return found

    def enter(self, phase: Phase) -> None:
        """Makes a phase's rules hold: who acts, where, and what is trained."""
        self._phase = phase
        self.train_only(phase.trains)

    def train_only(self, parts: Collection[Part]) -> None:
        """Lets gradients flow to some parts and to nothing else.

        Args:
            parts: names of adapters, `backbone`, `heads`. The embeddings of a hypernetwork belong
                to it, and so do the heads that it writes.

        Raises:
            UnknownName: a part that the model does not have.
        """
        chosen = self._parts.among(self, parts)
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(name in chosen)

    def parameters_of(self, part: Part) -> list[nn.Parameter]:
        """See `Parts.parameters_of`."""
        return self._parts.parameters_of(part)

    def kept(self) -> dict[str, Tensor]:
        """Everything that some phase trains, by name, and what its adapters were given: what
        bundles and checkpoints hold.
        """
        parts = {part for phase in self.phases for part in phase.trains}
        trained = {name: p.detach() for name, p in self._parts.among(self, parts).items()}
        return trained | self._parts.fixed(self, parts)

    def embeddings(self) -> dict[Factor, dict[str, Tensor]]:
        """See `Parts.embeddings`."""
        return self._parts.embeddings()

    def enable_gradient_checkpointing(self) -> None:
        """Recomputes layers in backward, under the rows of their own forward."""
        recompute_layers(self.backbone, rebind)

    def _bind(
        self, context: Context, heads: Collection[Site], *, repeats: bool
    ) -> tuple[Binding, Tensor]:
        """What acts under a context: all that is hooked, and the heads asked for."""
        acts: dict[Site, list[Act]] = {}
        divergence = torch.zeros((), device=next(self.parameters()).device)
        for _, forms, provider, sites in self._acting(heads):
            rows, projected = asked_rows(context, provider, sites)
            if not rows:
                continue
            supply = provider(rows, sites)
            divergence = divergence + supply.divergence
            layouts = layouts_of(projected, repeats=repeats)
            for site in sites:
                weights = with_base(supply.weights[site], len(projected.rows))
                form, settled = forms[site].settled(weights)
                acts.setdefault(site, []).append(Act(form, settled, layouts))
        for site in heads:
            if site not in acts:
                raise ContextError(
                    f"nothing gives `{site}` weights in phase `{self._phase.name}`",
                    cause="the adapter that takes over this head does not act in the phase",
                    remedy="let it act, or leave the task out of the phase",
                )
        return Binding(self._hooks, acts), divergence

    def _acting(
        self, heads: Collection[Site]
    ) -> Iterator[tuple[str, Mapping[Site, Form], Provider, list[Site]]]:
        """Everything that acts, by name, with its sites: none of heads but those asked for."""
        for name, provider in self.adapters.items():
            own = cast(Provider, provider)
            if self._phase.lets_act(name):
                yield name, self.forms[name], own, self._phase.sites(name, _asked(own.slots, heads))
        for key, provider in self.heads.items():
            own = cast(Provider, provider)
            yield key, self._head_forms[key], own, _asked(own.slots, heads)

    def _sites_of(self, task: str) -> list[Site]:
        return [Site.of_head(task, part) for part in self.tasks[task].heads]

    def _refuse_base_heads(self, context: Context, batch: Batch) -> None:
        """Zero weights are no head: only one that all rows share serves the base row."""
        if not any(row.is_base for row in context.rows):
            return
        keyed = (own for own in self.adapters.values() if cast(Provider, own).factors)
        generated = {site for own in keyed for site in cast(Provider, own).slots}
        for task, share in batch.shares.items():
            base = any(row.is_base for row in context.take(share.examples.tolist()).rows)
            if base and not generated.isdisjoint(self._sites_of(task)):
                raise ContextError(f"the head of `{task}` is generated and has no base row")

    def _writing(self, context: Context) -> Binding:
        """What acts while something is written."""
        binding, _ = self._bind(context, (), repeats=True)
        entries = (site for site in self._hooks.entries if site.tower == "decoder")
        if any(site in binding.acts for site in entries):
            raise BackboneError(
                "this model cannot generate: an adapter acts on what enters its decoder",
                cause="the backbone's own `generate` would not undo that before it chooses a token",
                remedy="put the adapter in the encoder alone, or at another position",
            )
        return binding


def _own(hidden: Tensor, share: Share) -> Tensor:
    whole = len(share.examples) == len(hidden)  # ascending, so they are all as they are
    return hidden if whole else hidden.index_select(0, share.examples)


def _asked(sites: Collection[Site], heads: Collection[Site]) -> list[Site]:
    return [site for site in sites if site.tower != "head" or site in heads]
