"""Equality with the library `adapters` where both have the same weights: `make test-interop`.

A tiny random backbone is saved as `transformers` saves it and read back by `adapters`, adapters are drawn there, and
their weights are read over into tables here. Weights are large, so that a mistake in any of them shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.forms import Bottleneck
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.methods import mad_x, mad_x_hyper_x, mad_x_v2
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Table, table
from hyperadapters.sites import Site, Where
from hyperadapters.tasks.base import Batch, Share, View

library = pytest.importorskip("adapters", reason="`adapters` is not installed: `make test-interop`")

# What `adapters` and the transformers that it wants have to say of themselves is no matter of these tests.
pytestmark = pytest.mark.filterwarnings("default")

FAMILIES = ("bert", "xlm-roberta", "t5")
LAYERS = 2
TOLERANCE = 1e-5
LEAST_BITE = 0.1
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
    """Their model with an adapter of the first kind per language, and ours with the same weights."""
    backbone = tiny.backbone(family, dtype=torch.float32)
    backbone.save_pretrained(folder)
    theirs = library.AutoAdapterModel.from_pretrained(folder).eval()
    torch.manual_seed(1)
    for name, config in case.stack.items():
        for own in [f"{name}-{language}" for language in languages] if name == "language" else [name]:
            theirs.add_adapter(own, config=config)
            _redraw(theirs.get_adapter(own))
    rows = [Row(task="ner", language=language) for language in languages]
    tasks = [tiny.Probe(), Everywhere("scored")]
    ours = adapt(backbone, case.method, tasks=tasks, rows=rows).eval()
    tiny.redraw(ours, seed=2, scale=0.4)  # also what theirs has no weights for, and ours leaves out
    for name in ours.adapters:
        own = [case.of[name] if "task" in case.of[name] else f"{case.of[name]}-{x}" for x in languages]
        _read_over(ours, name, rows, [theirs.get_adapter(one) for one in own])
    return theirs, ours


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
    weights = {site: _at(site, given[site], theirs[: len(rows)]) for site in provider.slots}
    ours.adapters[name] = Table.of(provider.factors, rows, provider.slots, weights)


def _at(site: Site, given: Mapping[str, Tensor], theirs: Sequence[Any]) -> Mapping[str, Tensor]:
    """The weights of theirs at a site; those given where theirs have none."""
    number = -1 if site.layer is None else site.layer + LAYERS * (site.tower == "decoder")
    if number not in theirs[0]:
        return given
    found = [_slots(one[number][LOCATIONS[site.position]]) for one in theirs]
    return {slot: torch.stack([own[slot] for own in found]) for slot in given}


def _slots(module: Any) -> dict[str, Tensor]:
    """The weights of a bottleneck or a coupling of theirs, by the names that ours have."""
    if hasattr(module, "F"):
        turns = [(turn[0], turn[2]) for turn in (module.F, module.G)]
        return {
            "down": torch.stack([down.weight for down, _ in turns]),
            "down_bias": torch.stack([down.bias for down, _ in turns]),
            "up": torch.stack([up.weight for _, up in turns]),
            "up_bias": torch.stack([up.bias for _, up in turns]),
        }
    down, up = module.adapter_down[0], module.adapter_up
    return {"down": down.weight, "down_bias": down.bias, "up": up.weight, "up_bias": up.bias}


def activate(theirs: Any, case: Case, language: str = "tr") -> None:
    """Makes the stack of a case act, with the adapter of a language."""
    own = [f"{name}-{language}" if name == "language" else name for name in case.stack]
    theirs.set_active_adapters(library.Stack(*own))


def asked(family: str, task: str, examples: int = 3) -> Batch:
    return tiny.batch(family, examples, task=task)


def states(model: Any, batch: Batch) -> Tensor:
    """What theirs computes before its head."""
    found: Tensor = model.base_model(**batch.inputs).last_hidden_state
    return found


@torch.no_grad()
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", [*ADAPTERS, *COUPLINGS])
def test_hidden_states_are_those_of_adapters(name: str, family: str, tmp_path: Path) -> None:
    case = {**ADAPTERS, **COUPLINGS}[name]
    theirs, ours = both(family, tmp_path, case)
    activate(theirs, case)
    batch = asked(family, "probe")
    got = ours(Context.uniform(Row(task="ner", language="tr"), 3), batch).logits["probe"]
    plain = ours(Context.uniform(BASE, 3), batch).logits["probe"]
    assert (got - plain).abs().max() > LEAST_BITE, "the adapters must matter"
    torch.testing.assert_close(got, states(theirs, batch), rtol=0, atol=TOLERANCE)
