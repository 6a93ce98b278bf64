"""Equality with the library `adapters` where both have the same weights: `make test-interop`.

Weights are large, so that a mistake in any of them shows.
"""

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from hyperadapters.backbones import project, transform
from hyperadapters.context import BASE, Context, Row
from hyperadapters.forms import Bottleneck
from hyperadapters.methods import mad_x

library = pytest.importorskip("adapters", reason="`adapters` is not installed: `make test-interop`")
from interop.cases import (  # noqa: E402
    ADAPTERS,
    COUPLINGS,
    FIRST,
    LAYERS,
    LOCATIONS,
    SEQ_BN,
    SEQ_BN_INV,
    Case,
    activate,
    asked,
    both,
    single,
    slots_of,
    stack_of,
    states,
)

# What `adapters` and the transformers that it wants say of themselves is no matter of these tests.
pytestmark = pytest.mark.filterwarnings("default")

FAMILIES = ("bert", "xlm-roberta", "t5")
TOLERANCE = 1e-5
LEAST_BITE = 0.1
ROW = Row(task="ner", language="tr")


@torch.no_grad()
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", [*ADAPTERS, *COUPLINGS])
def test_hidden_states_are_those_of_adapters(name: str, family: str, tmp_path: Path) -> None:
    case = {**ADAPTERS, **COUPLINGS}[name]
    theirs, ours = both(family, tmp_path, case)
    activate(theirs, case)
    batch = asked(family, "probe")
    got = ours(Context.uniform(ROW, 3), batch).logits["probe"]
    plain = ours(Context.uniform(BASE, 3), batch).logits["probe"]
    assert (got - plain).abs().max() > LEAST_BITE, "the adapters must matter"
    torch.testing.assert_close(got, states(theirs, batch), rtol=0, atol=TOLERANCE)


@torch.no_grad()
def test_hidden_states_with_adapters_after_cross_attention(tmp_path: Path) -> None:
    """Which `double_seq_bn` has on request alone."""
    config = library.DoubleSeqBnConfig(reduction_factor=4, cross_adapter=True)
    form = Bottleneck(reduction=4, activation="silu")
    whole = single(form, "attention", "cross_attention", "ffn")
    theirs, ours = both("t5", tmp_path, Case({"language": config}, whole, FIRST))
    activate(theirs, ADAPTERS["double_seq_bn"])
    batch = asked("t5", "probe")
    got = ours(Context.uniform(ROW, 3), batch).logits["probe"]
    torch.testing.assert_close(got, states(theirs, batch), rtol=0, atol=TOLERANCE)
    crossed = [site for site in ours.forms["language"] if site.position == "cross_attention"]
    assert len(crossed) == LAYERS
    assert all("cross_adapter" in theirs.get_adapter("language-tr")[LAYERS + n] for n in range(2))


@torch.no_grad()
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ADAPTERS)
def test_logits_over_the_vocabulary(name: str, family: str, tmp_path: Path) -> None:
    case = ADAPTERS[name]
    theirs, ours = both(family, tmp_path, case)
    activate(theirs, case)
    batch = asked(family, "scored")
    got = ours(Context.uniform(ROW, 3), batch).logits["scored"]
    torch.testing.assert_close(got, theirs(**batch.inputs).logits, rtol=0, atol=TOLERANCE)


@torch.no_grad()
@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
@pytest.mark.parametrize("name", COUPLINGS)
def test_logits_of_masked_language_modelling_are_behind_the_inverse(
    name: str, family: str, tmp_path: Path
) -> None:
    case = COUPLINGS[name]
    theirs, ours = both(family, tmp_path, case)
    activate(theirs, case)
    batch = asked(family, "scored")
    got = ours(Context.uniform(ROW, 3), batch).logits["scored"]
    torch.testing.assert_close(got, theirs(**batch.inputs).logits, rtol=0, atol=TOLERANCE)
    head = theirs.heads["default"]
    seen = states(theirs, batch)
    for step in list(head.children())[:-1]:
        seen = step(seen)
    assert (head.get_output_embeddings()(seen) - got).abs().max() > LEAST_BITE, "it must matter"


@torch.no_grad()
def test_a_decoder_that_no_coupling_entered_is_not_inverted(tmp_path: Path) -> None:
    """As `T5ForConditionalGeneration` of `adapters`; its `T5AdapterModel` inverts what the decoder
    gives with the coupling of the encoder.
    """
    case = COUPLINGS["seq_bn_inv under seq_bn"]
    theirs, ours = both("t5", tmp_path, case)
    activate(theirs, case)
    batch = asked("t5", "scored")
    got = ours(Context.uniform(ROW, 3), batch).logits["scored"]
    plain = transformers.T5ForConditionalGeneration.from_pretrained(tmp_path).eval()
    library.init(plain)
    plain.add_adapter("language-tr", config=case.stack["language"])
    plain.add_adapter("task", config=case.stack["task"])
    named = theirs.state_dict()
    missing, _ = plain.load_state_dict(
        {name.removeprefix("transformer."): tensor for name, tensor in named.items()}, strict=False
    )
    assert missing in ([], ["lm_head.weight"])  # which is the embedding matrix
    activate(plain, case)
    torch.testing.assert_close(got, plain(**batch.inputs).logits, rtol=0, atol=TOLERANCE)
    inverted = theirs(**batch.inputs).logits
    assert (inverted - got).abs().max() > LEAST_BITE
    scaled = transform(ours.backbone, states(theirs, batch))
    undone = theirs.get_adapter("language-tr")[-1]["invertible"](scaled, rev=True)
    torch.testing.assert_close(project(ours.backbone, undone), inverted, rtol=0, atol=TOLERANCE)


@torch.no_grad()
def test_the_masked_language_model_of_transformers_is_no_oracle(tmp_path: Path) -> None:
    """In `BertForMaskedLM` under `adapters.init` the inverse is never called."""
    case = COUPLINGS["seq_bn_inv under seq_bn"]
    theirs, ours = both("bert", tmp_path, case)
    plain = transformers.BertForMaskedLM.from_pretrained(tmp_path).eval()
    library.init(plain)
    plain.add_adapter("language-tr", config=case.stack["language"])
    plain.add_adapter("task", config=case.stack["task"])
    plain.load_state_dict(theirs.state_dict(), strict=False)
    activate(plain, case)
    batch = asked("bert", "scored")
    got = ours(Context.uniform(ROW, 3), batch).logits["scored"]
    found = plain(**batch.inputs, output_hidden_states=True)
    seen = ours(Context.uniform(ROW, 3), asked("bert", "probe")).logits["probe"]
    torch.testing.assert_close(found.hidden_states[-1], seen, rtol=0, atol=TOLERANCE)
    assert (found.logits - got).abs().max() > LEAST_BITE


@torch.no_grad()
@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_a_mixed_batch_is_what_adapters_gives_language_by_language(
    family: str, tmp_path: Path
) -> None:
    """In `adapters` a batch has one active setup; here every example has its own coupling."""
    case, languages = COUPLINGS["seq_bn_inv under seq_bn"], ("tr", "sw", "fi")
    theirs, ours = both(family, tmp_path, case, languages)
    order = ("sw", "tr", "fi", "tr")
    batch = asked(family, "scored", len(order))
    rows = [Row(task="ner", language=language) for language in order]
    got = ours(Context.of_examples(rows), batch).logits["scored"]
    for place, language in enumerate(order):
        activate(theirs, case, language)
        alone = {name: tensor[[place]] for name, tensor in batch.inputs.items()}
        expected = theirs(**alone).logits
        torch.testing.assert_close(got[[place]], expected, rtol=0, atol=TOLERANCE)
    assert (got[1] - got[0]).abs().max() > LEAST_BITE


def test_gradients_of_a_language_phase_are_those_of_adapters(tmp_path: Path) -> None:
    """Through the coupling and its inverse, down to the weights of both adapters."""
    method = mad_x(task_reduction=4)
    whole = stack_of(method, SEQ_BN_INV(reduction_factor=2), SEQ_BN(reduction_factor=4))
    theirs, ours = both("bert", tmp_path, whole)
    activate(theirs, whole)
    theirs.train_adapter(library.Stack("language-tr", "task"))
    theirs.eval()
    batch = asked("bert", "scored")
    torch.manual_seed(3)
    weights = torch.randn(3, 6, 40)
    (theirs(**batch.inputs).logits * weights).sum().backward()
    (ours(Context.uniform(ROW, 3), batch).logits["scored"] * weights).sum().backward()
    for name, of in whole.of.items():
        provider: Any = ours.adapters[name]
        for number, site in enumerate(provider.slots):
            layer = -1 if site.layer is None else site.layer
            module = theirs.get_adapter("task" if of == "task" else "language-tr")[layer]
            expected = slots_of(module[LOCATIONS[site.position]], lambda p: p.grad)
            (entry,) = provider.entries.values()
            for slot, gradient in expected.items():
                scale = float(gradient.abs().max())
                assert scale > 1e-3, (name, slot)
                torch.testing.assert_close(
                    entry[slot].grad[number], gradient, rtol=0, atol=TOLERANCE * max(1.0, scale)
                )
