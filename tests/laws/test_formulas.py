"""Every position of bert, t5 and marian against the layer's equations, the adapter in its place."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import gelu, relu

import systems
import tiny
from hyperadapters.context import Context, Row
from hyperadapters.forms import Bottleneck, Form, LoRA, Norm
from hyperadapters.method import Adapter, Method, Phase
from hyperadapters.providers import table
from hyperadapters.sites import Site, Where

Tap = Callable[[str, Tensor, Tensor], Tensor]
"""(position, what the module reads, what it gives) -> what it gives with the adapter."""

BESIDE = ("query", "key", "value", "attention_output", "ffn_in", "ffn_out")
NORMS = ("attention_norm", "ffn_norm")
FFN = ("ffn", "ffn_parallel", "ffn_sum")
BERT = ("attention", *FFN, "layer", *BESIDE, *NORMS, "embedding_norm", "embeddings")
T5 = ("attention", "cross_attention", *FFN, "layer", *BESIDE, *NORMS, "final_norm")
MARIAN = ("attention", "cross_attention", "ffn", "layer", "ffn_sum", *BESIDE, *NORMS)
ROW = Row(language="tr")


def linear(module: Any, x: Tensor, position: str, tap: Tap) -> Tensor:
    y = torch.einsum("btd,od->bto", x, module.weight)
    return tap(position, x, y if module.bias is None else y + module.bias)


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, heads: int, scale: float) -> Tensor:
    split = [x.unflatten(-1, (heads, -1)) for x in (q, k, v)]
    scores = torch.einsum("bqhd,bkhd->bhqk", split[0], split[1]) * scale + bias
    return torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), split[2]).flatten(2)


def layer_norm(module: Any, x: Tensor, position: str, tap: Tap) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    unit = centred / (centred.square().mean(-1, keepdim=True) + module.eps).sqrt()
    return tap(position, unit, unit * module.weight + module.bias)


def rms_norm(module: Any, x: Tensor, position: str, tap: Tap) -> Tensor:
    variance = x.float().square().mean(-1, keepdim=True)  # in float32, as T5 computes it
    unit = x * torch.rsqrt(variance + module.variance_epsilon)
    return tap(position, unit, unit * module.weight)


Taps = Callable[[str], Callable[[int | None], Tap]]
"""tower -> layer -> tap."""


def still(position: str, read: Tensor, gives: Tensor) -> Tensor:
    """No adapter."""
    return gives


def bert(model: Any, inputs: Any, taps: Taps) -> Tensor:
    """Post-norm encoder of BERT, with adapters as the taps say."""
    embeddings, outside = model.bert.embeddings, taps("encoder")(None)
    tokens = inputs["input_ids"].shape[1]
    x = embeddings.word_embeddings.weight[inputs["input_ids"]]
    x = (
        x
        + embeddings.position_embeddings.weight[:tokens]
        + embeddings.token_type_embeddings.weight[0]
    )
    x = layer_norm(embeddings.LayerNorm, x, "embedding_norm", outside)
    x = outside("embeddings", x, x)
    bias = (1.0 - inputs["attention_mask"][:, None, None, :].double()) * -1e30
    for number, layer in enumerate(model.bert.encoder.layer):
        tap, own = taps("encoder")(number), layer.attention.self
        q, k, v = (linear(getattr(own, p), x, p, tap) for p in ("query", "key", "value"))
        a = attend(q, k, v, bias, own.num_attention_heads, own.attention_head_size**-0.5)
        a = linear(layer.attention.output.dense, a, "attention_output", tap)
        x = layer_norm(
            layer.attention.output.LayerNorm, x + tap("attention", a, a), "attention_norm", tap
        )
        f = gelu(linear(layer.intermediate.dense, x, "ffn_in", tap))
        f = linear(layer.output.dense, f, "ffn_out", tap)
        total = tap("ffn_parallel", x, x + tap("ffn", f, f))
        plain = layer_norm(layer.output.LayerNorm, total, "", tap)
        total = total + tap("ffn_sum", plain, torch.zeros_like(plain))
        x = layer_norm(layer.output.LayerNorm, total, "ffn_norm", tap)
        x = tap("layer", x, x)
    return x


def t5(model: Any, inputs: Any, taps: Taps) -> Tensor:
    """Both pre-norm towers of T5."""
    mask = (1.0 - inputs["attention_mask"][:, None, None, :].double()) * -1e30
    source = _t5_tower(model.encoder, inputs["input_ids"], mask, None, mask, taps("encoder"))
    target = inputs["decoder_input_ids"]
    future = torch.full((target.shape[1],) * 2, -1e30, dtype=torch.float64).triu(1)
    return _t5_tower(model.decoder, target, future, source, mask, taps("decoder"))


def _t5_tower(
    tower: Any,
    ids: Tensor,
    mask: Tensor,
    source: Tensor | None,
    source_mask: Tensor,
    taps: Callable[[int | None], Tap],
) -> Tensor:
    x = tower.embed_tokens.weight[ids]
    first = tower.block[0].layer[0].SelfAttention
    bias = first.compute_bias(ids.shape[1], ids.shape[1]) + mask
    for number, block in enumerate(tower.block):
        tap = taps(number)
        z = rms_norm(block.layer[0].layer_norm, x, "attention_norm", tap)
        x = x + _t5_attention(block.layer[0].SelfAttention, z, z, bias, "", tap)
        if source is not None:
            z = rms_norm(block.layer[1].layer_norm, x, "cross_attention_norm", tap)
            own = block.layer[1].EncDecAttention
            x = x + _t5_attention(own, z, source, source_mask, "cross_", tap)
        z = rms_norm(block.layer[-1].layer_norm, x, "ffn_norm", tap)
        f = relu(linear(block.layer[-1].DenseReluDense.wi, z, "ffn_in", tap))
        f = linear(block.layer[-1].DenseReluDense.wo, f, "ffn_out", tap)
        x = tap("ffn_parallel", x, x + tap("ffn", f, f))
        x = tap("layer", x, x)
        x = x + tap("ffn_sum", x, torch.zeros_like(x))
    return rms_norm(tower.final_layer_norm, x, "final_norm", taps(None))


def _t5_attention(own: Any, x: Tensor, y: Tensor, bias: Tensor, cross: str, tap: Tap) -> Tensor:
    q = linear(own.q, x, f"{cross}query", tap)
    k, v = linear(own.k, y, f"{cross}key", tap), linear(own.v, y, f"{cross}value", tap)
    a = attend(q, k, v, bias, own.n_heads, 1.0)
    a = linear(own.o, a, f"{cross}attention_output", tap)
    return tap(f"{cross}attention", a, a)


def marian(model: Any, inputs: Any, taps: Taps) -> Tensor:
    """Both post-norm towers of Marian, as Vaswani et al. (2017)."""
    mask = (1.0 - inputs["attention_mask"][:, None, None, :].double()) * -1e30
    source = _marian_tower(model.model.encoder, inputs["input_ids"], mask, None, mask, taps)
    target = inputs["decoder_input_ids"]
    future = torch.full((target.shape[1],) * 2, -1e30, dtype=torch.float64).triu(1)
    return _marian_tower(model.model.decoder, target, future, source, mask, taps)


def _marian_tower(
    tower: Any, ids: Tensor, mask: Tensor, source: Tensor | None, source_mask: Tensor, taps: Taps
) -> Tensor:
    x = tower.embed_tokens.weight[ids] * tower.embed_scale
    x = x + tower.embed_positions.weight[: ids.shape[1]]
    for number, layer in enumerate(tower.layers):
        tap = taps("encoder" if source is None else "decoder")(number)
        a = _marian_attention(layer.self_attn, x, x, mask, "", tap)
        x = layer_norm(layer.self_attn_layer_norm, x + a, "attention_norm", tap)
        if source is not None:
            a = _marian_attention(layer.encoder_attn, x, source, source_mask, "cross_", tap)
            x = layer_norm(layer.encoder_attn_layer_norm, x + a, "cross_attention_norm", tap)
        f = layer.activation_fn(linear(layer.fc1, x, "ffn_in", tap))
        f = linear(layer.fc2, f, "ffn_out", tap)
        total = x + tap("ffn", f, f)
        plain = layer_norm(layer.final_layer_norm, total, "", tap)
        total = total + tap("ffn_sum", plain, torch.zeros_like(plain))
        x = layer_norm(layer.final_layer_norm, total, "ffn_norm", tap)
        x = tap("layer", x, x)
    return x


def _marian_attention(own: Any, x: Tensor, y: Tensor, bias: Tensor, cross: str, tap: Tap) -> Tensor:
    q = linear(own.q_proj, x, f"{cross}query", tap)
    k, v = linear(own.k_proj, y, f"{cross}key", tap), linear(own.v_proj, y, f"{cross}value", tap)
    a = attend(q, k, v, bias, own.num_heads, own.head_dim**-0.5)
    a = linear(own.out_proj, a, f"{cross}attention_output", tap)
    return tap(f"{cross}attention", a, a)


EQUATIONS = {"bert": (bert, BERT), "t5": (t5, T5), "marian": (marian, MARIAN)}


def form_at(position: str) -> Form:
    if position in BESIDE:
        return LoRA(rank=3, alpha=6.0)
    return Norm() if position.endswith("_norm") else Bottleneck(width=5)


def formula(form: Form, weights: dict[str, Tensor], read: Tensor, gives: Tensor) -> Tensor:
    """gives + what the form adds, written out; all with the single row of `weights`."""
    w = {slot: tensor[0] for slot, tensor in weights.items()}
    if isinstance(form, LoRA):
        return gives + 2.0 * torch.einsum("btd,rd,or->bto", read, w["a"], w["b"])
    if isinstance(form, Norm):
        return gives + read * w["scale"] + w.get("shift", torch.zeros(()))
    code = relu(torch.einsum("btd,wd->btw", read, w["down"]) + w["down_bias"])
    return gives + torch.einsum("btw,dw->btd", code, w["up"]) + w["up_bias"]


@pytest.mark.parametrize(
    ("position", "family"),
    [(position, family) for family, (_, own) in EQUATIONS.items() for position in own],
)
def test_the_wiring_of_a_position_is_its_equation(position: str, family: str) -> None:
    equation, _ = EQUATIONS[family]
    form = form_at(position)
    where = Where(
        position, tower="encoder" if family == "bert" or position != "cross_attention" else None
    )
    method = Method(
        "one",
        (Adapter("one", form, where, table("language")),),
        (Phase(trains=frozenset({"one"})),),
    )
    scale = 1.0 if position in ("query", "key") else 0.4
    model = tiny.adapted(method, [ROW], family=family, scale=scale)
    batch = tiny.batch(family, 3)
    provider = model.adapters["one"]
    sites = list(provider.slots)
    weights = provider([ROW], sites).weights

    def taps(tower: str) -> Callable[[int | None], Tap]:
        def of_layer(layer: int | None) -> Tap:
            def tap(at: str, read: Tensor, gives: Tensor) -> Tensor:
                site = Site(tower, layer, at)
                return formula(form, weights[site], read, gives) if site in weights else gives

            return tap

        return of_layer

    with torch.no_grad():
        got = model(Context.uniform(ROW, 3), batch).logits["probe"]
        expected = equation(model.backbone, batch.inputs, taps)
        untouched = equation(tiny.backbone(family), batch.inputs, lambda tower: lambda layer: still)
    assert (expected - untouched).abs().max() > 0.1, "the adapter must bite"
    tolerance = 1e-6 if family == "t5" else 1e-9  # T5 takes softmax and norms in float32
    torch.testing.assert_close(got, expected, rtol=0, atol=tolerance)


def test_two_adapters_around_one_norm_are_the_mad_x_stack() -> None:
    """a1 = A_L(LN(f + x)) + f; a2 = A_T(LN(a1 + x)) + a1; LN(a2 + x), as AdapterHub stacks them."""
    model = tiny.adapted(systems.MAD_X, [Row(language="tr", task="ner")])
    batch = tiny.batch("bert", 2)
    row = Row(language="tr", task="ner")
    provided = {
        name: provider([row.of(provider.factors)], list(provider.slots)).weights
        for name, provider in model.adapters.items()
    }

    with torch.no_grad():
        got = model(Context.uniform(row, 2), batch).logits["probe"]
        expected = _bert_with_stack(model, batch.inputs, provided)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-9)


def _bert_with_stack(model: Any, inputs: Any, provided: Any) -> Tensor:
    """BERT with both adapters stacked around the closing norm, layer by layer."""
    backbone = model.backbone
    layers = list(backbone.bert.encoder.layer)
    bias = (1.0 - inputs["attention_mask"][:, None, None, :].double()) * -1e30
    x = backbone.bert.embeddings(inputs["input_ids"])
    for number, layer in enumerate(layers):
        own = layer.attention.self
        q, k, v = (linear(getattr(own, p), x, p, still) for p in ("query", "key", "value"))
        a = attend(q, k, v, bias, own.num_attention_heads, own.attention_head_size**-0.5)
        a = linear(layer.attention.output.dense, a, "", still)
        x = layer_norm(layer.attention.output.LayerNorm, x + a, "", still)
        f = linear(
            layer.output.dense, gelu(linear(layer.intermediate.dense, x, "", still)), "", still
        )
        site = Site("encoder", number, "ffn_sum")
        for name in ("language", "task"):
            if (name, number) == ("language", len(layers) - 1):
                continue  # version 2.0 leaves the last language adapter out
            normed = layer_norm(layer.output.LayerNorm, f + x, "", still)
            f = formula(model.forms[name][site], provided[name][site], normed, f)
        x = layer_norm(layer.output.LayerNorm, f + x, "", still)
    return x
