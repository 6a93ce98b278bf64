"""Places and heads of every family against the models themselves."""

import pytest
import torch
from torch import nn
from transformers import AutoConfig

import tiny
from hyperadapters.backbones import (
    architectures,
    backbone_parameters,
    first_position,
    head_parameters,
    places_of,
    project,
    read,
    transform,
)
from hyperadapters.errors import UnknownName
from hyperadapters.sites import Site

EVERY = pytest.mark.parametrize("family", tiny.FAMILIES)
POSITIONS = {"attention", "ffn", "ffn_sum", "layer", "attention_norm", "ffn_norm"}
POSITIONS |= {"query", "key", "value", "attention_output", "ffn_out"}


@EVERY
def test_every_layer_of_every_tower_has_the_common_positions(family: str) -> None:
    places = places_of(tiny.backbone(family))
    alone = {"decoder"} if family in tiny.DECODERS else {"encoder"}
    towers = {"encoder", "decoder"} if family in tiny.SEQ2SEQ else alone
    for tower in towers:
        for layer in (0, 1):
            there = {s.position for s in places if (s.tower, s.layer) == (tower, layer)}
            assert there >= POSITIONS
            assert ("cross_attention" in there) == (len(towers) == 2 and tower == "decoder")
    assert {site.tower for site in places} == towers


@EVERY
def test_the_language_model_head_is_the_models_own(family: str) -> None:
    model, batch = tiny.backbone(family), tiny.batch(family, 3)
    with torch.no_grad():
        scores = project(model, transform(model, read(model, batch.inputs)))
        torch.testing.assert_close(scores, model(**batch.inputs).logits, rtol=0, atol=1e-9)


@EVERY
def test_head_and_backbone_share_the_parameters_out(family: str) -> None:
    model = tiny.backbone(family)
    heads, own = list(head_parameters(model)), list(backbone_parameters(model))
    ids = [id(parameter) for parameter in (*heads, *own)]
    assert len(set(ids)) == len(ids)
    fixed = sum(
        parameter.numel()
        for name, parameter in model.named_parameters()
        if "embed_positions" in name and family == "marian"
    )
    assert sum(p.numel() for p in (*heads, *own)) + fixed == sum(
        p.numel() for p in model.parameters()
    )
    assert id(model.get_input_embeddings().weight) in {id(parameter) for parameter in own}


@pytest.mark.parametrize("family", tiny.ENCODERS)
def test_given_positions_are_those_of_the_model(family: str) -> None:
    model, batch = tiny.backbone(family), tiny.batch(family, 1)
    plain = read(model, batch.inputs)
    given = {**batch.inputs, "position_ids": torch.arange(6).unsqueeze(0)}
    torch.testing.assert_close(read(model, given), plain)
    if first_position(model) is not None:
        restarted = {**given, "position_ids": torch.tensor([[0, 1, 2, 0, 1, 2]])}
        assert (read(model, restarted) - plain).abs().max() > 1e-3


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_segments_are_given_to_models_that_tell_them_apart(family: str) -> None:
    """The first one is what they take where none is given."""
    model, batch = tiny.backbone(family), tiny.batch(family, 1)
    plain = read(model, batch.inputs)
    zeros = torch.zeros_like(batch.inputs["input_ids"])
    torch.testing.assert_close(read(model, {**batch.inputs, "token_type_ids": zeros}), plain)
    tells = getattr(model.config, "type_vocab_size", 1) > 1
    assert tells == (family in ("bert", "roberta", "xlm-roberta"))
    given = {**batch.inputs, "token_type_ids": zeros + 1}
    assert bool((read(model, given) - plain).abs().max() > 1e-3) == tells


def test_positions_follow_the_padding_id_of_a_model_from_scratch() -> None:
    """Its tokenizer pads with 0, that of a published one with 1."""
    shape = {"type": "roberta", "layers": 1, "width": 8, "heads": 2, "ffn": 8, "dropout": 0.0}
    model = architectures.from_scratch({**shape, "positions": 6}, vocabulary=20).eval()
    assert architectures.positions(model) == 6
    inputs = {"input_ids": torch.arange(2, 8).unsqueeze(0), "attention_mask": torch.ones(1, 6)}
    given = {**inputs, "position_ids": torch.arange(6).unsqueeze(0)}
    torch.testing.assert_close(read(model, given), read(model, inputs))


def test_a_gated_feed_forward_has_its_two_inputs() -> None:
    places = places_of(tiny.backbone("mt5"))
    assert Site("encoder", 0, "ffn_gate") in places
    assert Site("encoder", 0, "ffn_in") not in places
    assert Site("encoder", 0, "ffn_in") in places_of(tiny.backbone("t5"))


def test_a_linear_map_has_the_widths_of_its_module_and_t5_norms_no_shift() -> None:
    places = places_of(tiny.backbone("bert"))
    inner = places[Site("encoder", 0, "ffn_in")]
    assert (inner.width_in, inner.width_out, inner.bias) == (16, 24, True)
    assert not places_of(tiny.backbone("t5"))[Site("encoder", 0, "ffn_norm")].bias
    assert places[Site("encoder", 0, "ffn_norm")].bias


def test_an_unknown_family_is_refused() -> None:
    model = nn.Module()
    model.config = AutoConfig.for_model("gpt2")
    with pytest.raises(UnknownName, match="unknown backbone `gpt2`(.|\n)*one of bert"):
        places_of(model)
