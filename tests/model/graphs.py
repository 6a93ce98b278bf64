"""Whole graphs: of every family, what the backbone computes operator after operator.

`test_compiled.py` runs these in a process without the checks of types that the suite puts around
every function: `torch.compile` cannot follow them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
import torch
from benchmarks.cases import CASES
from benchmarks.compiled import measure
from benchmarks.setting import TINY
from torch import Tensor

import systems
import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.binding import bound
from hyperadapters.model.compiled import Compiled
from hyperadapters.model.computing import Compute, plain

ROWS = [Row(task="ner", language=language) for language in ("en", "tr", "yo", "kk")]
ONE = [ROWS[0]] * 4
FAMILIES = ("bert", "xlm-roberta", "t5", "marian", "llama")


def step(
    model: AdaptedModel, rows: Sequence[Row], batch: tiny.Batch, compute: Compute = plain
) -> dict[str, Tensor]:
    """The logits of a training step, and every gradient."""
    model.zero_grad()
    logits = model(Context.of_examples(rows), batch, compute).logits["probe"]
    model.tasks["probe"].loss(logits, batch.shares["probe"]).total.backward()
    found = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    return {"logits": logits.detach(), **found}


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        torch.testing.assert_close(found[name], values, rtol=1e-9, atol=1e-12, msg=name)


def trained(family: str) -> AdaptedModel:
    model = tiny.adapted(systems.HYPER_X, ROWS, family=family)
    model.train_only({"adapters", "norms"})
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_a_training_step_is_one_graph_for_one_row_and_one_for_mixed_rows(family: str) -> None:
    model, batch = trained(family), tiny.batch(family, 4)
    told: list[str] = []
    compute = Compiled(blocks=4, backend="eager", tell=told.append)
    for rows in (ONE, ROWS, ROWS[::-1], [ROWS[3]] * 4, [*ROWS[:2], *ROWS[1:3]]):
        assert_same(step(model, rows, batch, compute), step(model, rows, batch))
    assert compute.graphs == len(told) == 2
    assert "4 examples of 6" in told[0]
    assert told[0].endswith("tokens, 1 row") and told[1].endswith("tokens, 4 rows")


def test_forward_and_backward_are_traced_to_operators_and_recomputed_where_asked() -> None:
    """The partitioner keeps less for backward where layers are marked as recomputed."""
    kept = []
    for recomputes in (False, True):
        model, batch = trained("bert"), tiny.batch("bert", 64)
        rows = [row for row in ROWS for _ in range(16)]  # so that states outweigh weights
        expected = step(model, rows, batch)
        model.train()
        if recomputes:
            model.enable_gradient_checkpointing()
        compute = Compiled(backend="aot_eager_decomp_partition")
        numbers: list[int] = []

        def count(tensor: Tensor, numbers: list[int] = numbers) -> Tensor:
            numbers.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            found = step(model, rows, batch, compute)
        assert_same(found, expected)
        assert compute.graphs == 1
        kept.append(sum(numbers))
    assert kept[1] < 0.8 * kept[0]


def test_what_is_measured_is_compiled_over_itself() -> None:
    cases = [replace(CASES[6], rows=4)]
    (one,) = measure(cases, TINY, 1, torch.device("cpu"), backend="eager")
    assert (one.name, one.made > 0, one.ratio.median > 0) == (CASES[6].name, True, True)


def test_two_models_on_one_backbone_and_other_tasks_have_their_own_weights() -> None:
    shared, batch = tiny.backbone("bert"), tiny.batch("bert", 4)
    models = [tiny.adapted(systems.HYPER_X, ROWS, model=shared, seed=seed) for seed in (1, 2)]
    compute, context = Compiled(backend="eager"), Context.of_examples(ROWS)
    for _ in range(2):
        for model in models:
            found, own = (model(context, batch, how).logits["probe"] for how in (compute, plain))
            assert torch.equal(found, own)
    assert compute.graphs == 2
    plain_states = tiny.backbone("bert")(**batch.inputs).logits
    assert torch.equal(shared(**batch.inputs).logits, plain_states), "outside it is plain"


def test_blocks_that_do_not_fit_are_gathered_as_ever_and_base_rows_are_rows() -> None:
    model, batch = trained("bert"), tiny.batch("bert", 4)
    compute = Compiled(blocks=2, backend="eager")
    for rows in ([ROWS[0], ROWS[1], ROWS[0], ROWS[0]], [BASE, BASE, ROWS[0], ROWS[0]]):
        assert_same(step(model, rows, batch, compute), step(model, rows, batch))


@pytest.mark.parametrize("family", ["t5", "marian"])
def test_a_step_of_decoding_is_one_graph(family: str) -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS, family=family)
    inputs = tiny.batch(family, 4).inputs
    binding, _ = model._bind(Context.of_examples(ROWS), (), repeats=True)
    for act in (act for own in binding.acts.values() for act in own):
        act.layouts.at(inputs["input_ids"])

    def decode(tokens: Tensor, encoded: Tensor, mask: Tensor) -> Tensor:
        with bound(binding):
            read = model.backbone.get_decoder()(
                input_ids=tokens, encoder_hidden_states=encoded, encoder_attention_mask=mask
            )
        states: Tensor = read.last_hidden_state
        return states

    with torch.no_grad(), bound(binding):
        encoded = model.backbone.get_encoder()(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]
        ).last_hidden_state
        arguments = (inputs["decoder_input_ids"][:, :1], encoded, inputs["attention_mask"])
        graph: Callable[..., Tensor] = torch.compile(decode, fullgraph=True, backend="eager")
        assert torch.equal(graph(*arguments), decode(*arguments))
