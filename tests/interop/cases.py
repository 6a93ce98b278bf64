"""The same adapters in `adapters` and here: compositions, and both models with the same weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adapters as library
import torch
from torch import Tensor, nn

import tiny
from hyperadapters.context import Row
from hyperadapters.forms import Bottleneck
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.methods import mad_x, mad_x_hyper_x, mad_x_v2
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Table, table
from hyperadapters.sites import Site, Where
from hyperadapters.tasks.base import View
from hyperadapters.tasks.batch import Batch, Share

__all__ = [
    "ADAPTERS",
    "COUPLINGS",
    "FIRST",
    "LAYERS",
    "LOCATIONS",
    "SEQ_BN",
    "SEQ_BN_INV",
    "Case",
    "activate",
    "asked",
    "both",
    "single",
    "slots_of",
    "stack_of",
    "states",
]

LAYERS = 2
LOCATIONS = {
    "attention": "mh_adapter",
    "cross_attention": "cross_adapter",
    "ffn": "output_adapter",
    "ffn_parallel": "output_adapter",
    "ffn_sum": "output_adapter",
    "embeddings": "invertible",
}
"""Where `adapters` keeps the module that acts at a position."""


@dataclass(frozen=True)
class Case:
    """One composition of `adapters`, and the method that is the same.

    Args:
        stack: its adapters from below: what each is called, and its configuration.
        method: ours.
        of: the adapters of ours -> the one of theirs that they have their weights from.
    """

    stack: Mapping[str, Any]
    method: Method
    of: Mapping[str, str]


def single(form: Bottleneck, *positions: str) -> Method:
    """A method of one adapter per language."""
    adapter = Adapter("language", form, Where(*positions), table("language"))
    return Method("single", (adapter,), (Phase(trains=frozenset({"language"})),))


def stack_of(method: Method, language: Any, task: Any) -> Case:
    """A task's adapter on a language's; the language's has the coupling too."""
    names = {adapter.name: adapter.name for adapter in method.adapters}
    return Case({"language": language, "task": task}, method, {**names, "invertible": "language"})


SEQ_BN, SEQ_BN_INV = library.SeqBnConfig, library.SeqBnInvConfig
FIRST = {"language": "language"}
ADAPTERS: Mapping[str, Case] = {
    "seq_bn": Case(
        {"language": SEQ_BN(reduction_factor=4)}, single(Bottleneck(reduction=4), "ffn_sum"), FIRST
    ),
    "seq_bn with GELU": Case(
        {"language": SEQ_BN(reduction_factor=4, non_linearity="gelu")},
        single(Bottleneck(reduction=4, activation="gelu"), "ffn_sum"),
        FIRST,
    ),
    "a stack of two": stack_of(
        mad_x_hyper_x(language_width=8, task_width=4),
        SEQ_BN(reduction_factor=2),
        SEQ_BN(reduction_factor=4),
    ),
    "double_seq_bn": Case(
        {"language": library.DoubleSeqBnConfig(reduction_factor=4)},
        single(Bottleneck(reduction=4, activation="silu"), "attention", "ffn"),
        FIRST,
    ),
    "par_bn": Case(
        {"language": library.ParBnConfig(reduction_factor=2)},
        single(Bottleneck(reduction=2, scaling=4.0), "ffn_parallel"),
        FIRST,
    ),
}
COUPLINGS: Mapping[str, Case] = {
    "seq_bn_inv under seq_bn": stack_of(
        mad_x(task_reduction=4), SEQ_BN_INV(reduction_factor=2), SEQ_BN(reduction_factor=4)
    ),
    "seq_bn_inv with other values": stack_of(
        mad_x(task_reduction=4, language_reduction=4, invertible_reduction=4, activation="gelu"),
        SEQ_BN_INV(reduction_factor=4, inv_adapter_reduction_factor=4, non_linearity="gelu"),
        SEQ_BN(reduction_factor=4, non_linearity="gelu"),
    ),
    "only the first of two seq_bn_inv has its coupling": stack_of(
        mad_x(task_reduction=4), SEQ_BN_INV(reduction_factor=2), SEQ_BN_INV(reduction_factor=4)
    ),
    "MAD-X 2.0 without its last layer": stack_of(
        mad_x_v2(task_reduction=4),
        SEQ_BN_INV(reduction_factor=2, leave_out=[1, 3]),
        SEQ_BN(reduction_factor=4, leave_out=[1, 3]),
    ),
}


class Everywhere(tiny.Probe):
    """Scores over the vocabulary at every place of every example."""

    def logits(self, view: View, hidden: Tensor, share: Share) -> Tensor:
        examples = share.examples.repeat_interleave(hidden.shape[1])
        return view.unembed(hidden.flatten(0, 1), examples).unflatten(0, hidden.shape[:2])


def both(
    family: str, folder: Path, case: Case, languages: Sequence[str] = ("tr",)
) -> tuple[Any, AdaptedModel]:
    """Their model with the adapter of every language, and ours with the same weights.

    A tiny random backbone is saved as `transformers` saves it and read back by `adapters`; adapters
    are drawn there, large, and their weights are read over into tables here.
    """
    backbone = tiny.backbone(family, dtype=torch.float32)
    own_bias = _output_bias(backbone)
    if own_bias is not None:
        nn.init.normal_(own_bias)
    backbone.save_pretrained(folder)
    theirs = library.AutoAdapterModel.from_pretrained(folder).eval()
    if own_bias is not None:  # reading a model, `adapters` 1.3.0 loses it
        _output_bias(theirs.heads["default"]).detach().copy_(own_bias)
    torch.manual_seed(1)
    for name, config in case.stack.items():
        for own in _named(name, languages):
            theirs.add_adapter(own, config=config)
            _redraw(theirs.get_adapter(own))
    rows = [Row(task="ner", language=language) for language in languages]
    tasks = [tiny.Probe(), Everywhere("scored")]
    ours = adapt(backbone, case.method, tasks=tasks, rows=rows).eval()
    tiny.redraw(ours, seed=2, scale=0.4)  # also what theirs has no weights for, and ours leaves out
    for name in ours.adapters:
        own = [theirs.get_adapter(one) for one in _named(case.of[name], languages)]
        _read_over(ours, name, rows, own)
    return theirs, ours


def _named(name: str, languages: Sequence[str]) -> list[str]:
    """What theirs calls an adapter: a language's is one per language."""
    return [f"{name}-{one}" for one in languages] if name == "language" else [name]


def _output_bias(model: Any) -> Any:
    return model.get_output_embeddings().bias


def _redraw(adapter: Any) -> None:
    for modules in adapter.values():
        for module in modules.values():
            for parameter in module.parameters():
                nn.init.normal_(parameter, std=0.4)


def _read_over(ours: AdaptedModel, name: str, rows: list[Row], theirs: Sequence[Any]) -> None:
    """Makes an adapter of ours a table of the weights of theirs, one for each row."""
    provider: Any = ours.adapters[name]
    rows = list(dict.fromkeys(row.of(provider.factors) for row in rows))
    given = provider(rows, list(provider.slots)).weights
    weights = {site: _at(site, given[site], theirs) for site in provider.slots}
    ours.adapters[name] = Table.of(provider.factors, rows, provider.slots, weights)


def _at(site: Site, given: Mapping[str, Tensor], theirs: Sequence[Any]) -> Mapping[str, Tensor]:
    """The weights of theirs at a site; those given where theirs have none."""
    number = -1 if site.layer is None else site.layer + LAYERS * (site.tower == "decoder")
    if number not in theirs[0]:
        return given
    found = [slots_of(one[number][LOCATIONS[site.position]]) for one in theirs]
    return {slot: torch.stack([own[slot] for own in found]) for slot in given}


def slots_of(module: Any, of: Callable[[Any], Tensor] = torch.Tensor.detach) -> dict[str, Tensor]:
    """The weights of a bottleneck or a coupling of theirs, or something `of` them, by the names
    that ours have.
    """
    if hasattr(module, "F"):
        turns = [_pair(turn[0], turn[2], of) for turn in (module.F, module.G)]
        return {slot: torch.stack([turn[slot] for turn in turns]) for slot in turns[0]}
    return _pair(module.adapter_down[0], module.adapter_up, of)


def _pair(down: Any, up: Any, of: Callable[[Any], Tensor]) -> dict[str, Tensor]:
    return {
        **{"down": of(down.weight), "down_bias": of(down.bias)},
        **{"up": of(up.weight), "up_bias": of(up.bias)},
    }


def activate(theirs: Any, case: Case, language: str = "tr") -> None:
    """Makes the stack of a case act, with the adapter of a language."""
    own = [one for name in case.stack for one in _named(name, (language,))]
    theirs.set_active_adapters(library.Stack(*own))


def asked(family: str, task: str, examples: int = 3) -> Batch:
    return tiny.batch(family, examples, task=task)


def states(model: Any, batch: Batch) -> Tensor:
    """What theirs computes before its head."""
    found: Tensor = model.base_model(**batch.inputs).last_hidden_state
    return found
