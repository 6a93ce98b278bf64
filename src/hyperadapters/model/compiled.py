"""The backbone under a binding as one compiled graph for each shape that it is asked for."""

import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any, final

import torch
from torch import Tensor
from torch._dynamo import lookup_backend

from hyperadapters.backbones import Model
from hyperadapters.errors import TrainingError
from hyperadapters.model.binding import Act, Binding, Layouts, traced
from hyperadapters.model.computing import plain
from hyperadapters.sites import Site

__all__ = ["Compiled"]

_MOST = 4096
"""Graphs of one object, beyond any use; `torch` by itself refuses the ninth."""


_RULES = {
    # `transformers` warns that it keeps no cache where layers are recomputed.
    "ignore_logging_functions": {getattr(logging.Logger, "warning_once", logging.Logger.warning)},
    "optimize_ddp": False,  # which would cut graphs where gradients are added up between processes
    "accumulated_recompile_limit": 1 << 20,  # of a process: 256 are few for the runs of a study
}


@final
class Compiled:
    """Whole graphs of `torch.compile`: of the backbone with all that acts in it.

    There is one graph for each number of examples and of tokens, each way in which examples are
    laid out by row, each set of sites where something acts, with gradients and without. Which rows
    and tasks these are makes no difference: a graph reads weights as it reads token ids. Providers,
    heads and losses are computed as ever.

    Args:
        blocks: of equal size, each of one row, that the examples of a batch fall into. The weights
            of a row are repeated where it has several of them, so that batches with fewer rows need
            no graphs of their own. None compiles every layout for itself.
        backend: of `torch.compile`; `eager` and `aot_eager` make graphs and compile nothing.
        tell: is told of each new graph.

    Attributes:
        graphs: how many were made.

    Raises:
        TrainingError: this `torch` is too old.
    """

    def __init__(
        self,
        *,
        blocks: int | None = None,
        backend: str = "inductor",
        tell: Callable[[str], object] = lambda told: None,
    ) -> None:
        if "isolate_recompiles" not in inspect.signature(torch.compile).parameters:
            raise TrainingError(
                "this version of torch cannot compile an adapted model",
                expected="torch 2.13 or newer",
                found=f"torch {torch.__version__}",
                remedy="install a newer torch, or leave out `recipe.compile`",
            )
        self.graphs = 0
        self._blocks = blocks
        self._backend = lookup_backend(backend)
        self._tell = tell
        self._plain = torch.compile(  # type: ignore[call-overload] # lacks the last two
            plain,
            fullgraph=True,
            dynamic=False,
            backend=self._counted,
            recompile_limit=_MOST,
            isolate_recompiles=True,
        )

    def __call__(self, backbone: Model, binding: Binding, inputs: Mapping[str, Tensor]) -> Tensor:
        """The last hidden states, as `plain` gives them."""
        before, start = self.graphs, perf_counter()
        hooked = {site: own for site, own in binding.acts.items() if site.tower != "head"}
        acts = _laid_out(hooked, inputs["input_ids"], self._blocks)
        with traced(), torch._dynamo.config.patch(_RULES):
            hidden: Tensor = self._plain(backbone, replace(binding, acts=acts), inputs)
        if self.graphs > before:
            seconds = perf_counter() - start
            self._tell(f"compiled graph {self.graphs} in {seconds:.0f} s: {_shape(inputs, acts)}")
        return hidden

    def _counted(self, graph: Any, inputs: Any) -> Any:
        self.graphs += 1
        return self._backend(graph, inputs)


Acts = Mapping[Site, list[Act]]


def _laid_out(acts: Mapping[Site, Any], ids: Tensor, blocks: int | None) -> Acts:
    """What acts, with the layouts of this batch made beforehand, out of the graph."""
    found = {id(act.layouts): act.layouts for own in acts.values() for act in own}
    repeated = {key: _repeated(layouts, ids, blocks) for key, layouts in found.items()}
    return {
        site: [_with(act, *repeated[id(act.layouts)]) for act in own] for site, own in acts.items()
    }


def _repeated(layouts: Layouts, ids: Tensor, blocks: int | None) -> tuple[Layouts, Tensor | None]:
    """The layout of a batch in blocks, and the row of each; without rows where it stays as it is:
    of one row, or of rows that the blocks do not fit.
    """
    examples = len(layouts.row_of)
    size, rest = divmod(examples, blocks or examples)
    rows = layouts.row_of[:: size or 1]
    fits = not rest and layouts.row_of == tuple(row for row in rows for _ in range(size))
    if layouts.rows == 1 or not blocks or not fits or rows == tuple(range(layouts.rows)):
        layouts.at(ids)
        return layouts, None
    own = Layouts(tuple(place // size for place in range(examples)), blocks, repeats=False)
    own.at(ids)
    return own, torch.tensor(rows, device=ids.device)


def _with(act: Act, layouts: Layouts, rows: Tensor | None) -> Act:
    if rows is None:
        return act
    weights = {slot: weight.index_select(0, rows) for slot, weight in act.weights.items()}
    return Act(act.form, weights, layouts)


def _shape(inputs: Mapping[str, Tensor], acts: Acts) -> str:
    """What a graph is for, in words."""
    examples = len(inputs["input_ids"])
    tokens = " and ".join(str(t.shape[1]) for k, t in inputs.items() if k.endswith("input_ids"))
    rows = max((act.layouts.rows for own in acts.values() for act in own), default=0)
    return f"{examples} examples of {tokens} tokens, {rows} {'row' if rows == 1 else 'rows'}"
