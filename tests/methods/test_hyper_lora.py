"""Generated LoRA: its start, its counts, and what it does for directions."""

import pytest
import torch

import tiny
from hyperadapters.context import Context, Row
from hyperadapters.forms import LoRA
from hyperadapters.methods import hyper_x_lora
from hyperadapters.model.adapt import adapt
from hyperadapters.run.catalogue import published

ROWS = [Row(task="ner", language="tr"), Row(task="pos", language="yo")]
UNSEEN = Row(task="ner", language="yo")
DIRECTIONS = [Row(task="mt", source_language="de", target_language="en")]
SMALL = {"rank": 3, "code": 6, "hidden": 6, "embedding": 4}
QKV = ("query", "key", "value")
CROSS = ("cross_query", "cross_key", "cross_value")


def states(model, row: Row, family: str):  # type: ignore[no-untyped-def]
    batch = tiny.batch(family, 3)
    return model(Context.uniform(row, 3), batch).logits["probe"]


@pytest.mark.parametrize("family", ["bert", "distilbert", "t5", "mbart", "qwen2"])
@pytest.mark.parametrize("maps", ["query-value", "query-key-value", "all"])
def test_it_starts_as_the_identity_and_what_writes_b_has_a_gradient(family: str, maps: str) -> None:
    method = hyper_x_lora(maps=maps, norms="trained", **SMALL)  # type: ignore[arg-type]
    backbone = tiny.backbone(family)
    model = adapt(backbone, method, tasks=[tiny.Probe()], rows=ROWS).to(backbone.dtype).eval()
    batch = tiny.batch(family, 3)
    plain = backbone(**batch.inputs, output_hidden_states=True)
    last = (plain.decoder_hidden_states if family in tiny.SEQ2SEQ else plain.hidden_states)[-1]
    found = states(model, UNSEEN, family)
    torch.testing.assert_close(found, last, rtol=0, atol=1e-9)
    weights = torch.linspace(-1, 1, found[0].numel(), dtype=found.dtype)
    (found.flatten(1) * weights).sum().backward()
    network = model.adapters["lora"]
    for heads in network.heads:  # type: ignore[union-attr]
        assert heads.weight["b"].grad.abs().max() > 0
        assert heads.weight["a"].grad.abs().max() == 0  # B is zero at first


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_every_map_of_a_layer_has_an_update_of_its_own(family: str) -> None:
    method = hyper_x_lora(**SMALL)  # type: ignore[arg-type]
    model = adapt(tiny.backbone(family), method, tasks=[tiny.Probe()], rows=ROWS).eval()
    tiny.redraw(model, seed=0, scale=0.4)
    pieces = model.written(UNSEEN, "probe")["lora"]
    positions = {site.position for site in pieces}
    assert positions == {*QKV, *(CROSS if family == "t5" else ())}
    assert all(isinstance(piece.form, LoRA) for piece in pieces.values())
    drawn = [piece.weights["a"].flatten() for piece in pieces.values()]
    assert len({tuple(values.tolist()) for values in drawn}) == len(pieces)


def test_a_starts_as_free_lora_does() -> None:
    rows = [Row(task=f"t{n}", language=f"l{n}") for n in range(8)]
    model = adapt(
        tiny.backbone("bert"), hyper_x_lora(std=0.02), tasks=[tiny.Probe()], rows=rows
    ).eval()
    stack = torch.stack(
        [p.weights["a"] for row in rows for p in model.written(row, "probe")["lora"].values()]
    )
    assert 0.01 < stack.std() < 0.03


def test_directions_and_free_updates() -> None:
    directed = hyper_x_lora(conditioning="direction", maps="all", **SMALL)  # type: ignore[arg-type]
    model = adapt(tiny.backbone("marian"), directed, tasks=[tiny.Probe()], rows=DIRECTIONS).eval()
    other = Row(task="mt", source_language="en", target_language="de")
    assert model.written(other, "probe")["lora"]
    assert hyper_x_lora(weights="pair").adapters[0].weights.factors == ("task", "language")
    assert hyper_x_lora(weights="task").adapters[0].weights.factors == ("task",)
    directed = hyper_x_lora(weights="pair", conditioning="direction")
    assert directed.adapters[0].weights.factors == ("source_language", "target_language")


def test_its_count_is_that_of_the_page() -> None:
    """Embeddings of tasks, languages, layers and positions, the projector and the heads."""
    found = published("hyper-x-lora")
    names = sum(len(own) for factor, own in found["names"].items()) + 12 + 3
    projector = (256 * 192 + 192) + (192 * 32 + 32)
    heads = (8 * 768 + 768 * 8) * (32 + 1)
    assert found["trained_without_heads"] == 64 * names + projector + heads
