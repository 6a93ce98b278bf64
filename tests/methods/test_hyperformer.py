"""HyperFormer and HyperFormer++ against the equations of their paper, and what their arguments
choose.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, relu

import systems
import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.forms import Bottleneck, Normalised
from hyperadapters.method import Method
from hyperadapters.methods import hyperformer, hyperformer_plus_plus
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import BasisHeads, Direct, Hypernetwork, LowRankHeads, Towers
from hyperadapters.sites import Site
from hyperadapters.slots import Normal

ROWS = [Row(task=task, language="en") for task in ("mnli", "rte", "cola")]
SMALL: dict[str, int] = {"reduction": 4, "hidden": 6, "code": 4}

Writer = Callable[[AdaptedModel, str, Site], dict[str, Tensor]]
"""The weights of a task at a site, from the parameters of a model alone."""


def headed(network: Hypernetwork, code: Tensor, key: Callable[[list[Site]], int]) -> dict[str, Any]:
    """H·I + b of every slot, of the key's own heads."""
    (maps,) = network.heads
    number = key(list(maps.group.sites))
    return {
        slot: (torch.einsum("oc,c->o", maps.weight[slot][number], code) + maps.bias[slot][number])
        .reshape(wanted.shape)
        .detach()
        for slot, wanted in maps.group.slots.items()
    }


def projected(network: Hypernetwork, source: Tensor) -> Tensor:
    first, second = network.encoder[0], network.encoder[2]
    inner = relu(torch.einsum("hs,s->h", first.weight, source) + first.bias)
    return torch.einsum("ch,h->c", second.weight, inner) + second.bias


def by_hyperformer(model: AdaptedModel, task: str, site: Site) -> dict[str, Tensor]:
    """I = MLP(z); heads of the site (equations 3 to 5)."""
    network = model.adapters["adapters"]
    code = projected(network, network.embeddings["task"].vectors[f"task={task}"])
    return headed(network, code, lambda sites: sites.index(site))


def by_hyperformer_plus_plus(model: AdaptedModel, task: str, site: Site) -> dict[str, Tensor]:
    """I = LN(MLP([z; l; p])); heads of the tower (equations 6 to 8)."""
    network = model.adapters["adapters"].parts[site.tower]
    named = network.embeddings
    source = torch.cat(
        [
            named["task"].vectors[f"task={task}"],
            named["layer"].vectors[f"layer={site.tower}-{site.layer}"],
            named["position"].vectors[f"position={site.position}"],
        ]
    )
    code, norm = projected(network, source), network.encoder[3]
    unit = (code - code.mean()) / (code.var(unbiased=False) + 1e-6).sqrt()
    return headed(network, unit * norm.weight + norm.bias, lambda sites: 0)


def adapter(w: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """A(x) = γ ⊙ LN(U·GELU(D·x + b_D) + b_U) + β + x (equations 1 and 2), γ without a 1."""
    code = torch.einsum("btd,wd->btw", x, w["down"]) + w["down_bias"]
    up = torch.einsum("btw,dw->btd", gelu(code, approximate="tanh"), w["up"]) + w["up_bias"]
    return layer_norm(up, up.shape[-1:], eps=1e-5) * w["scale"] + w["shift"] + x


def replayed(model: AdaptedModel, task: str, inputs: Any, writer: Writer) -> Tensor:
    """The last states of a plain T5 whose sub-layers and norms are changed by hand."""
    plain = copy.deepcopy(tiny.backbone("t5"))
    for site, weights in _norms_of(model).items():
        _norm_at(plain, site).weight.data += weights["scale"]
    for site in model.forms["adapters"]:
        weights = writer(model, task, site)
        module = _projection_at(plain, site)
        module.register_forward_hook(lambda _, read, out, w=weights: adapter(w, out))
    states: Tensor = plain(**inputs, output_hidden_states=True).decoder_hidden_states[-1]
    return states


def _norms_of(model: AdaptedModel) -> Mapping[Site, Mapping[str, Tensor]]:
    provider = model.adapters["norms"]
    weights = provider([Row()], list(provider.slots)).weights
    return {site: {s: v[0].detach() for s, v in own.items()} for site, own in weights.items()}


def _projection_at(plain: Any, site: Site) -> nn.Module:
    layers = getattr(plain, site.tower).block[site.layer].layer
    own = layers[0].SelfAttention.o if site.position == "attention" else layers[-1]
    return own if site.position == "attention" else own.DenseReluDense.wo


def _norm_at(plain: Any, site: Site) -> nn.Module:
    tower = getattr(plain, site.tower)
    if site.layer is None:
        return tower.final_layer_norm
    places = {"attention_norm": 0, "cross_attention_norm": 1, "ffn_norm": -1}
    return tower.block[site.layer].layer[places[site.position]].layer_norm


@pytest.mark.parametrize(
    ("method", "writer"),
    [
        (systems.HYPERFORMER, by_hyperformer),
        (systems.HYPERFORMER_PLUS, by_hyperformer_plus_plus),
    ],
    ids=["hyperformer", "hyperformer++"],
)
def test_a_t5_with_generated_adapters_is_the_equations_of_the_paper(
    method: Method, writer: Writer
) -> None:
    model = tiny.adapted(method, ROWS, family="t5")
    batch = tiny.batch("t5", 2)
    with torch.no_grad():
        plain = tiny.backbone("t5")(**batch.inputs, output_hidden_states=True)
        for row in ROWS:
            got = model(Context.uniform(row, 2), batch).logits["probe"]
            expected = replayed(model, row["task"], batch.inputs, writer)
            assert (expected - plain.decoder_hidden_states[-1]).abs().max() > 0.1, "it must bite"
            torch.testing.assert_close(got, expected, rtol=0, atol=1e-6)  # T5's norms: float32


def fresh(method: Method, family: str = "t5") -> AdaptedModel:
    torch.manual_seed(0)
    return adapt(tiny.backbone(family), method, tasks=[tiny.Probe()], rows=ROWS)


def spread(method: Method) -> dict[str, float]:
    """Root mean square of every generated slot, over sites, tasks and four drawings."""
    squares: dict[str, list[Tensor]] = {}
    for seed in range(4):
        torch.manual_seed(seed)
        provider = adapt(tiny.backbone("t5"), method, tasks=[tiny.Probe()], rows=ROWS).adapters[
            "adapters"
        ]
        rows = [row.of(provider.factors) for row in ROWS]
        for own in provider(rows, list(provider.slots)).weights.values():
            for slot, value in own.items():
                squares.setdefault(slot, []).append(value.detach().square().mean())
    return {slot: float(torch.stack(own).mean().sqrt()) for slot, own in squares.items()}


def test_adapters_start_near_the_identity() -> None:
    """No 1 is added to γ: behind a norm of 64 features it starts at 0.01 · √64."""
    found = spread(hyperformer_plus_plus(reduction=4))
    for slot in ("down", "up", "scale", "shift"):
        assert found[slot] == pytest.approx(0.08, rel=0.25), slot


@pytest.mark.parametrize("written", [hyperformer, hyperformer_plus_plus])
def test_in_the_free_scale_projections_start_as_free_ones_and_adapters_add_nothing(
    written: Callable[..., Method],
) -> None:
    method = written(reduction=4, scale="free")
    found = spread(method)
    for slot in ("down", "up"):
        assert found[slot] == pytest.approx(0.01, rel=0.25), slot
    assert max(found[slot] for slot in ("down_bias", "up_bias", "scale", "shift")) == 0
    assert method.phases[0].recipe.learning_rate == 1e-3
    model, batch = fresh(method, "bert").double().eval(), tiny.batch("bert", 3)
    ours, plain = (
        model(Context.of_examples(rows), batch).logits["probe"] for rows in (ROWS, [BASE] * 3)
    )
    torch.testing.assert_close(ours, plain, rtol=0, atol=1e-9)


def test_in_the_free_scale_every_site_keeps_heads_of_its_own() -> None:
    model = fresh(hyperformer(reduction=4, scale="free"))
    network = model.adapters["adapters"]
    assert {int(maps.weight["down"].shape[0]) for maps in network.heads} == {
        len(maps.group.sites) for maps in network.heads
    }
    assert len(network.slots) == 8


def test_towers_share_the_tasks_and_nothing_else() -> None:
    model = fresh(hyperformer_plus_plus(**SMALL, embedding=4))
    provider = model.adapters["adapters"]
    assert isinstance(provider, Towers)
    one, other = (provider.parts[tower] for tower in ("encoder", "decoder"))
    assert one.embeddings["task"] is other.embeddings["task"]
    shared = {id(p) for p in one.parameters()} & {id(p) for p in other.parameters()}
    assert shared == {id(p) for p in one.embeddings["task"].parameters()}
    assert sorted(one.embeddings["position"].centres()) == ["attention", "ffn"]


def test_an_encoder_alone_has_one_network() -> None:
    """The same value, on BERT: no tower is named in it."""
    model = fresh(hyperformer_plus_plus(**SMALL, embedding=4), "bert")
    assert list(model.adapters["adapters"].parts) == ["encoder"]
    assert len(model.forms["adapters"]) == 4
    norms = {site.position for site in model.forms["norms"]}
    assert norms == {"embedding_norm", "attention_norm", "ffn_norm"}


def test_every_ablation_chooses_its_objects() -> None:
    def parts(**ablation: Any) -> tuple[Any, dict[str, int], list[str]]:
        model = fresh(hyperformer(**SMALL, embedding=8, **ablation))
        provider = model.adapters["adapters"]
        networks = [m for m in provider.modules() if isinstance(m, Hypernetwork)]
        written = next(iter(networks[0].slots.values()))
        widths = {name: plan.dimension for name, plan in networks[0].embeddings.items()}
        form = next(iter(model.forms["adapters"].values()))
        return form, {**widths, "slots": len(written)}, list(model.adapters)

    form, sizes, adapters = parts()
    assert isinstance(form, Bottleneck)
    assert (sizes, adapters) == ({"task": 8, "slots": 6}, ["adapters", "norms"])
    assert isinstance(parts(block="none")[0], Normalised)
    assert parts(block="none")[1]["slots"] == 2
    assert parts(inner_norm="shared")[1]["slots"] == 4
    assert parts(projector="none")[1]["task"] == SMALL["code"]
    assert parts(backbone_norms="frozen")[2] == ["adapters"]
    assert parts(inner_norm="shared", backbone_norms="frozen")[1:] == (
        {"task": 8, "slots": 4},
        ["adapters"],
    )


def test_without_a_projector_heads_read_the_embedding() -> None:
    (adapter, _) = hyperformer(projector="none").adapters
    assert adapter.weights.encoder == Direct(64)
    model = tiny.adapted(hyperformer(**SMALL, projector="none"), ROWS, family="t5")
    network = model.adapters["adapters"]
    site = next(iter(network.slots))
    z = network.embeddings["task"].vectors["task=rte"]
    expected = headed(network, z, lambda sites: sites.index(site))
    got = network([Row(task="rte")], [site]).weights[site]
    for slot, value in expected.items():
        torch.testing.assert_close(got[slot][0], value, rtol=0, atol=1e-12)


def test_without_blocks_an_adapter_is_a_norm_beside_its_input() -> None:
    model = tiny.adapted(hyperformer(**SMALL, block="none"), ROWS, family="t5")
    site, form = next(iter(model.forms["adapters"].items()))
    weights = model.adapters["adapters"]([Row(task="rte")], [site]).weights[site]
    x = torch.randn(1, 3, 16, dtype=torch.float64)
    unit = (x - x.mean(-1, keepdim=True)) / (x.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    expected = unit * weights["scale"] + weights["shift"]
    torch.testing.assert_close(form.apply(x, weights), expected)


@pytest.mark.parametrize("kind", ["low-rank", "basis"])
def test_heads_of_few_parameters_start_at_the_scale_of_full_ones(kind: str) -> None:
    """Few numbers scatter more than many: slots of four weights are left out."""
    full = spread(hyperformer_plus_plus(reduction=4))
    few = spread(hyperformer_plus_plus(reduction=4, heads=kind, rank=8))
    wide = full.keys() - {"down_bias"}
    for slot in wide:
        assert few[slot] == pytest.approx(full[slot], rel=0.35), slot
    assert sum(few[slot] for slot in wide) == pytest.approx(sum(full[s] for s in wide), rel=0.12)


@pytest.mark.parametrize("kind", ["low-rank", "basis"])
def test_heads_are_chosen_by_name(kind: str) -> None:
    plan = hyperformer_plus_plus(heads=kind, rank=3, std=0.5).adapters[0].weights.plan.heads
    made = {"low-rank": LowRankHeads, "basis": BasisHeads}[kind]
    assert plan == made(3, Normal(0.5))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rank": 3}, "heads that are `full` have no `rank`"),
        ({"heads": "basis"}, "the rank of heads is 1 or more, not 0"),
        ({"heads": "low-rank", "rank": -1}, "the rank of heads is 1 or more"),
        ({"scale": "free", "rank": 3}, "heads that are `full` have no `rank`"),
        ({"scale": "free", "heads": "basis", "rank": 3}, "`free` has heads that are `full`"),
        ({"frozen": False}, "only `vectors` of a file can be frozen or not"),
    ],
)
def test_values_that_would_do_nothing_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        hyperformer_plus_plus(**wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"block": "none", "inner_norm": "shared"}, "nothing is generated"),
        ({"scale": "free", "block": "none"}, "without blocks there are none"),
        ({"scale": "free", "projector": "none"}, "that of a projector, and there is none"),
    ],
)
def test_a_network_that_has_nothing_to_write_or_to_scale_is_refused(
    wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        hyperformer(**wrong)
