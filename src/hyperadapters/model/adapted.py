"""A backbone with adapters: hooks, scoped binding, heads of several tasks, generation."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hyperadapters.backbones import (
    Place,
    backbone_parameters,
    head_parameters,
    places_of,
    project,
    read,
    recompute_layers,
    recomputing,
    transform,
)
from hyperadapters.context import Context, Factor, Row, names_of
from hyperadapters.errors import BackboneError, ContextError, UnknownName
from hyperadapters.forms import Form
from hyperadapters.method import BACKBONE, HEADS, Part, Phase
from hyperadapters.model.binding import (
    Act,
    Binding,
    base_last,
    bound,
    current,
    layouts_of,
    rebind,
    with_base,
)
from hyperadapters.model.wiring import Flow
from hyperadapters.providers import Hypernetwork, Provider
from hyperadapters.sites import Site
from hyperadapters.tasks.base import Batch, Task

__all__ = ["AdaptedModel", "Outputs"]

Model = Any


class Outputs(NamedTuple):
    """What a forward gives: each task's logits on its own examples, and the divergence."""

    logits: Mapping[str, Tensor]
    divergence: Float[Tensor, ""]


class AdaptedModel(nn.Module):
    """A backbone, its adapters in stacking order, and the heads of its tasks.

    Outside this model's own `forward` and `generate` the backbone computes as if nothing were
    attached.

    Args:
        backbone: a `transformers` model with its language-model head.
        adapters: per name its form and its provider; the provider's slots say at which sites it
            acts.
        tasks: the tasks, each with a head form or the backbone's own head.
        heads: per task with a head form, the provider of its weights at `Site("head", None, task)`.
        phases: the method's phases; the last one's rules hold until `enter` is called.
    """

    def __init__(
        self,
        backbone: Model,
        *,
        adapters: Mapping[str, tuple[Form, Provider]],
        tasks: Sequence[Task],
        heads: Mapping[str, Provider],
        phases: Sequence[Phase],
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.tasks = {task.name: task for task in tasks}
        self.phases = tuple(phases)
        self.forms = {name: form for name, (form, _) in adapters.items()}
        self.adapters = nn.ModuleDict({name: provider for name, (_, provider) in adapters.items()})
        self.heads = nn.ModuleDict({str(Row(task=name)): head for name, head in heads.items()})
        self._attach(places_of(backbone), [provider for _, provider in adapters.values()])
        self._phase = self.phases[-1]

    def forward(self, context: Context, batch: Batch) -> Outputs:
        """Every provider once, the backbone once, every task's head on its own examples.

        Args:
            context: one row per example of the batch.
            batch: inputs and the shares of its tasks.

        Raises:
            ContextError: context and batch differ in their number of examples.
            UnknownName: a row names something that was never trained.
        """
        self._refuse_reentrant_checkpointing()
        binding, divergence = self._bind(context, repeats=False)
        with bound(binding):
            hidden = read(self.backbone, batch.inputs)
            view = _BoundView(self, context, hidden.shape[0])
            logits = {
                name: self.tasks[name].logits(view, hidden.index_select(0, share.examples), share)
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
            Token ids, (example · return sequence, token).
        """
        binding, _ = self._bind(context, repeats=True)
        with bound(binding):
            generated: Tensor = self.backbone.generate(**inputs)
        return generated

    def enter(self, phase: Phase) -> None:
        """Makes a phase's rules hold: who acts, where, and what is trained."""
        self._phase = phase
        self.train_only(phase.trains)

    def train_only(self, parts: Collection[Part]) -> None:
        """Lets gradients flow to some parts and to nothing else.

        Args:
            parts: names of adapters, `backbone`, `heads`. The embeddings of a hypernetwork belong
                to it.

        Raises:
            UnknownName: a part that the model does not have.
        """
        chosen = {id(parameter) for part in parts for parameter in self.parameters_of(part)}
        for parameter in self.parameters():
            parameter.requires_grad_(id(parameter) in chosen)

    def parameters_of(self, part: Part) -> list[nn.Parameter]:
        """The parameters of one part, each once.

        Raises:
            UnknownName: the model has no such part.
        """
        if part == BACKBONE:
            return list(backbone_parameters(self.backbone))
        if part == HEADS:
            own = list(self.heads.parameters())
            uses_backbone_head = any(task.head is None for task in self.tasks.values())
            return own + (list(head_parameters(self.backbone)) if uses_backbone_head else [])
        if part not in self.adapters:
            raise UnknownName("part of the model", part, [*self.adapters, BACKBONE, HEADS])
        return list(self.adapters[part].parameters())

    def kept(self) -> dict[str, Tensor]:
        """Everything that some phase trains, by name: what bundles and checkpoints hold."""
        parts = {part for phase in self.phases for part in phase.trains}
        chosen = {id(parameter) for part in parts for parameter in self.parameters_of(part)}
        return {n: p.detach() for n, p in self.named_parameters() if id(p) in chosen}

    def embeddings(self) -> dict[Factor, dict[str, Tensor]]:
        """Per factor, every name's vector, of all hypernetworks of the model.

        Source and target languages have the vectors of `language`.
        """
        found: dict[Factor, dict[str, Tensor]] = {}
        for network in (m for m in self.adapters.modules() if isinstance(m, Hypernetwork)):
            for factor, vectors in network.centres().items():
                found.setdefault(names_of(factor), {}).update(vectors)
        return found

    def enable_gradient_checkpointing(self) -> None:
        """Recomputes layers in backward, under the rows of their own forward."""
        recompute_layers(self.backbone, rebind)

    def head(
        self,
        context: Context,
        task: str,
        hidden: Float[Tensor, "example token d_model"],
    ) -> Tensor:
        """A task's head form on hidden states, one example per example of the context."""
        form, provider = self.tasks[task].head, self.heads[str(Row(task=task))]
        assert form is not None and isinstance(provider, Provider)
        site = Site("head", None, task)
        if provider.factors:
            rows, projected = base_last(context.of(provider.factors))
            if len(rows) < len(projected.rows):
                raise ContextError(f"the head of `{task}` is generated and has no base row")
        else:
            rows, projected = (Row(),), Context.uniform(Row(), len(context))
        weights = provider(rows, [site]).weights[site]
        return Act(form, weights, layouts_of(projected, repeats=False)).update(hidden)

    def unembed(self, hidden: Float[Tensor, "vector d_model"]) -> Tensor:
        """The backbone's language-model head on single vectors."""
        return project(self.backbone, transform(self.backbone, hidden))

    def _attach(self, places: Mapping[Site, Place], providers: Sequence[Provider]) -> None:
        """One hook per place where an adapter may act; none anywhere else."""
        wanted = dict.fromkeys(site for provider in providers for site in provider.slots)
        hosts: dict[nn.Module, list[tuple[Site, str]]] = {}
        for site in wanted:
            hosts.setdefault(places[site].module, []).append((site, places[site].wiring))
        for module, found in hosts.items():
            entries = [pair for pair in found if pair[1] == "entry"]
            others = [pair for pair in found if pair[1] != "entry"]
            if {"around", "in"} <= {wiring for _, wiring in others}:
                raise BackboneError(
                    "a norm cannot be trained where an adapter is wired around it",
                    where=", ".join(str(site) for site, _ in others),
                    remedy="leave out this norm's deltas, or put the adapter elsewhere",
                )
            if entries:
                module.register_forward_pre_hook(partial(self._on_entry, entries), prepend=True)
            if others:
                module.register_forward_hook(partial(self._on_output, others), prepend=True)

    def _on_output(
        self, found: Sequence[tuple[Site, str]], module: nn.Module, read_: Any, gives: Any
    ) -> Any:
        binding = current(self)
        if binding is None:
            return gives
        first = gives[0] if isinstance(gives, tuple) else gives
        flow = binding.fold(found, module, Flow(read_[0] if read_ else first, first))
        return (flow.gives, *gives[1:]) if isinstance(gives, tuple) else flow.gives

    def _on_entry(self, found: Sequence[tuple[Site, str]], module: nn.Module, read_: Any) -> Any:
        binding = current(self)
        if binding is None:
            return read_
        flow = binding.fold(found, module, Flow(read_[0], read_[0]))
        return (flow.gives, *read_[1:])

    def _bind(self, context: Context, *, repeats: bool) -> tuple[Binding, Tensor]:
        acts: dict[Site, list[Act]] = {}
        divergence = torch.zeros((), device=next(self.parameters()).device)
        for name, provider in self.adapters.items():
            assert isinstance(provider, Provider)
            if not self._phase.lets_act(name):
                continue
            rows, projected = base_last(context.of(provider.factors))
            if not rows:
                continue
            sites = self._phase.sites(name, provider.slots)
            supply = provider(rows, sites)
            divergence = divergence + supply.divergence
            layouts = layouts_of(projected, repeats=repeats)
            for site in sites:
                weights = with_base(supply.weights[site], len(projected.rows))
                form, settled = self.forms[name].settled(weights)
                acts.setdefault(site, []).append(Act(form, settled, layouts))
        return Binding(self, acts), divergence

    def _refuse_reentrant_checkpointing(self) -> None:
        rules = recomputing(self.backbone) if self.training else ()
        if any(given.get("context_fn") is not rebind for given in rules):
            raise BackboneError(
                "gradient checkpointing would recompute layers without their adapters",
                cause="it was switched on at the backbone itself",
                remedy="call `enable_gradient_checkpointing()` of the adapted model",
            )


class _BoundView:
    """What a task sees of the model during one forward."""

    def __init__(self, model: AdaptedModel, context: Context, examples: int) -> None:
        if examples != len(context):
            raise ContextError(
                f"the batch has {examples} examples, its context {len(context)}",
                expected="one row for each example",
                remedy="make the context with `Context.of_examples`, one row per example",
            )
        self._model = model
        self._context = context

    def head(self, task: str, hidden: Tensor, examples: Int[Tensor, " example"]) -> Tensor:
        context = self._context
        if len(examples) < len(context):  # reading an index waits for the GPU
            context = context.take(examples.tolist())
        return self._model.head(context, task, hidden)

    def unembed(self, hidden: Tensor, examples: Int[Tensor, " vector"]) -> Tensor:
        return self._model.unembed(hidden)
