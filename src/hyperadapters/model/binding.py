"""The weights of one forward, bound to the modules they act at, for exactly as long as it runs."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.utils.checkpoint import CheckpointPolicy, create_selective_checkpoint_contexts

from hyperadapters.backbones import Model, recomputing
from hyperadapters.context import Context, Row
from hyperadapters.errors import BackboneError, ContextError
from hyperadapters.forms import Form, Weights
from hyperadapters.model.layout import Layout
from hyperadapters.model.wiring import WIRINGS, Flow
from hyperadapters.providers import Provider
from hyperadapters.sites import Site

__all__ = [
    "Act",
    "Binding",
    "Layouts",
    "Piece",
    "asked_rows",
    "bound",
    "check_recomputing",
    "current",
    "keep",
    "layouts_of",
    "rebind",
    "traced",
    "with_base",
]


class Piece(NamedTuple):
    """What acts at one site for one row.

    Args:
        form: what it computes.
        weights: one slot per name, without an axis of rows.
    """

    form: Form
    weights: Mapping[str, Tensor]


@dataclass(frozen=True)
class Act:
    """One adapter at one site: its form, its weights, and which example has which row of them."""

    form: Form
    weights: Weights
    layouts: "Layouts"

    def update(self, hidden: Tensor) -> Tensor:
        """What the form adds, example by example in the order of the batch."""
        return self._by_row(self.form.apply, hidden)

    def undo(self, hidden: Tensor) -> Tensor:
        """What `hidden` was before the form's update was added to it.

        Raises:
            ConfigError: the form has no inverse.
        """
        return self._by_row(self.form.inverse, hidden)

    def taken(self, examples: Int[Tensor, " _"]) -> "Act":
        """The same for other examples, with the weights of their rows alone.

        Args:
            examples: of the batch, in any order, each as often as it is there; at least one.
        """
        repeats = self.layouts.repeats
        if self.layouts.rows == 1:  # whichever they are: to read a tensor waits for the GPU
            return replace(self, layouts=Layouts((0,) * len(examples), 1, repeats))
        row_of = [self.layouts.row_of[example] for example in examples.tolist()]
        rows = sorted(set(row_of))
        layouts = Layouts(tuple(map(rows.index, row_of)), len(rows), repeats)
        if len(rows) == self.layouts.rows:
            return replace(self, layouts=layouts)
        index = torch.tensor(rows, device=examples.device)
        weights = {slot: weight.index_select(0, index) for slot, weight in self.weights.items()}
        return Act(self.form, weights, layouts)

    def _by_row(self, function: Callable[[Tensor, Weights], Tensor], hidden: Tensor) -> Tensor:
        layout = self.layouts.at(hidden)
        weights = self.weights
        if not torch.is_autocast_enabled(hidden.device.type):  # which casts where it has to
            weights = {slot: weight.to(hidden.dtype) for slot, weight in weights.items()}
        return layout.join(function(layout.split(hidden), weights), hidden.shape[1])


@dataclass(frozen=True)
class Layouts:
    """The layout of a context for every batch size that one forward sees.

    Beam search and return sequences repeat each example; only `generate` may.
    """

    row_of: tuple[int, ...]
    rows: int
    repeats: bool
    made: dict[int, Layout] = field(default_factory=dict)

    def at(self, hidden: Tensor) -> Layout:
        """The layout for the examples of `hidden`.

        Raises:
            ContextError: the number of examples is not the context's.
        """
        examples = hidden.shape[0]
        if examples not in self.made:
            times, rest = divmod(examples, len(self.row_of))
            if rest or not times or (times > 1 and not self.repeats):
                raise self.refusal(examples)
            row_of = [row for row in self.row_of for _ in range(times)]
            self.made[examples] = Layout.of(row_of, self.rows, hidden.device)
        return self.made[examples]

    def refusal(self, examples: int) -> ContextError:
        """What is raised at so many examples of a batch."""
        return ContextError(
            f"the batch has {examples} examples, its context {len(self.row_of)}",
            expected="one row for each example",
            remedy="make the context with `Context.of_examples`, one row per example",
        )


@dataclass(frozen=True)
class Binding:
    """Who acts where during one forward of one adapted model.

    Args:
        owner: the hooks of the model whose forward this is; those of any other stay still.
        acts: per site, the adapters that act there, in stacking order.
    """

    owner: object
    acts: Mapping[Site, Sequence[Act]]

    def fold(self, found: Sequence[tuple[Site, str]], module: nn.Module, flow: Flow) -> Flow:
        """Lets every adapter act on what flows through a module, at its sites with their wiring."""
        for site, wiring in found:
            for act in self.acts.get(site, ()):
                flow = WIRINGS[wiring](module, flow, act.update)
        return flow

    def taken(self, examples: Int[Tensor, " _"]) -> "Binding":
        """The same for some of the examples."""
        acts = {site: [act.taken(examples) for act in own] for site, own in self.acts.items()}
        return replace(self, acts=acts)


class _Current(threading.local):
    """What is bound in this thread.

    `torch.compile` follows what is read and written here; a context variable it cannot follow.
    """

    def __init__(self) -> None:
        self.binding: Binding | None = None
        self.traced = False


_CURRENT = _Current()


def current(owner: object) -> Binding | None:
    """The binding of the forward that is running, if it is one of `owner`."""
    binding = _CURRENT.binding
    return binding if binding is not None and binding.owner is owner else None


@contextmanager
def bound(binding: Binding | None) -> Iterator[None]:
    """Binds for the duration of a `with`."""
    before = _CURRENT.binding
    _CURRENT.binding = binding
    try:
        yield
    finally:
        _CURRENT.binding = before


def keep(examples: Int[Tensor, " _"]) -> None:
    """From here on, until the `with` of `bound` ends, what is bound is bound for some of its
    examples alone.
    """
    assert _CURRENT.binding is not None, "something is bound"
    _CURRENT.binding = _CURRENT.binding.taken(examples)


@contextmanager
def traced() -> Iterator[None]:
    """While it lasts, what this thread computes is made a graph of, or is a graph already."""
    before = _CURRENT.traced
    _CURRENT.traced = True
    try:
        yield
    finally:
        _CURRENT.traced = before


def rebind() -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """The `context_fn` of non-reentrant checkpointing: recomputed layers see the binding of their
    own forward.

    Backward runs after the forward's scope has closed, perhaps after other forwards, perhaps in
    another thread. In a graph what layers read stands where they read it, and these contexts are
    to mark which operators are computed again: all of them.
    """
    if _CURRENT.traced:
        marked: Any = create_selective_checkpoint_contexts  # which has no types
        forward, again = marked(_again)
        return forward, again
    return nullcontext(), bound(_CURRENT.binding)


def _again(*operator: Any, **rest: Any) -> CheckpointPolicy:
    return CheckpointPolicy.PREFER_RECOMPUTE


def layouts_of(context: Context, *, repeats: bool) -> Layouts:
    """The layouts of a context."""
    return Layouts(context.row_of, len(context.rows), repeats)


def _base_last(context: Context) -> tuple[tuple[Row, ...], Context]:
    """The rows that have weights, and the context with its base row, if any, moved behind them."""
    rows = tuple(row for row in context.rows if not row.is_base)
    if len(rows) == len(context.rows):
        return rows, context
    ordered = (*rows, next(row for row in context.rows if row.is_base))
    return rows, Context(ordered, tuple(ordered.index(context.rows[row]) for row in context.row_of))


def asked_rows(
    context: Context, provider: Provider, sites: Collection[Site]
) -> tuple[tuple[Row, ...], Context]:
    """The rows to ask a provider for, and the context projected on them, its base row behind them.

    No rows where there is no site. Heads that all rows share serve the base row too.
    """
    if not sites:
        return (), context
    if not provider.factors and all(site.tower == "head" for site in sites):
        return (Row(),), Context.uniform(Row(), len(context))
    return _base_last(context.of(provider.factors))


def with_base(weights: Mapping[str, Tensor], rows: int) -> dict[str, Tensor]:
    """Weights padded with rows of zeros up to `rows`."""
    return {slot: _pad(weight, rows) for slot, weight in weights.items()}


def _pad(weight: Tensor, rows: int) -> Tensor:
    missing = rows - weight.shape[0]
    if not missing:
        return weight
    return torch.cat([weight, weight.new_zeros(missing, *weight.shape[1:])])


def check_recomputing(backbone: Model) -> None:
    """Nothing if layers that a backbone recomputes in backward have their adapters then.

    Raises:
        BackboneError: gradient checkpointing was switched on in another way than `recompute_layers`
            with `rebind`.
    """
    if any(given.get("context_fn") is not rebind for given in recomputing(backbone)):
        raise BackboneError(
            "gradient checkpointing would recompute layers without their adapters",
            cause="it was switched on at the backbone itself",
            remedy="call `enable_gradient_checkpointing()` of the adapted model",
        )
