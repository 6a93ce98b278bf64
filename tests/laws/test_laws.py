"""The laws of an adapted model, over all published systems and families, where adapters bite."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import systems
import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.method import Method
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Provider, materialise

ROWS = tuple(
    Row(task=task, language=language, source_language=language, target_language=other)
    for task, language, other in [
        ("ner", "tr", "en"),
        ("pos", "tr", "kk"),
        ("ner", "yo", "kk"),
        ("pos", "zh-yue", "en"),
    ]
)
CASES = [(s, f) for s in systems.TASK_SYSTEMS for f in ("bert", "distilbert", "t5", "mbart")]
CASES += [(s, f) for s in systems.FACTORISED for f in ("bert", "t5")]
CASES += [(s, f) for s in systems.TWO_TOWERS for f in ("t5", "marian", "m2m_100")]
CASES += [(s, f) for s in systems.COUPLED for f in ("bert", "t5")]
CASES += [(systems.HYPER_X, f) for f in ("roberta", "xlm-roberta", "mt5", "marian", "m2m_100")]
CASES += [(systems.HYPER_X, "llama"), (systems.GENERATED_LORA, "gemma3_text")]
WITH_HEADS = [*CASES, *((s, f) for s in systems.HEAD_SYSTEMS for f in ("bert", "t5", "mbart"))]


def over(cases: list[tuple[Method, str]]) -> pytest.MarkDecorator:
    names = [f"{system.name}-{family}" for system, family in cases]
    return pytest.mark.parametrize(("method", "family"), cases, ids=names)


OVER_HOOKED = over(CASES)
OVER_ALL = over(WITH_HEADS)
LEAST_BITE = 0.1


def logits(model: AdaptedModel, rows: list[Row], batch: tiny.Batch) -> torch.Tensor:
    return model(Context.of_examples(rows), batch).logits["probe"]


@OVER_HOOKED
def test_zero_weights_and_the_base_row_are_the_untouched_backbone(
    method: Method, family: str
) -> None:
    model = tiny.adapted(method, ROWS, family=family)
    batch = tiny.batch(family, 4)
    plain = tiny.backbone(family)
    plain = plain(**batch.inputs, output_hidden_states=True)
    states = plain.decoder_hidden_states if family in tiny.SEQ2SEQ else plain.hidden_states
    adapted = logits(model, list(ROWS), batch)
    assert (adapted - states[-1]).abs().max() > LEAST_BITE
    torch.testing.assert_close(logits(model, [BASE] * 4, batch), states[-1], rtol=0, atol=1e-9)
    tiny.redraw(model, seed=0, scale=0.0)
    torch.testing.assert_close(logits(model, list(ROWS), batch), states[-1], rtol=0, atol=1e-9)


@OVER_ALL
def test_a_mixed_batch_equals_its_one_row_batches_forward_and_backward(
    method: Method, family: str
) -> None:
    model = tiny.adapted(method, ROWS, family=family)
    last = ROWS[2] if method in systems.HEAD_SYSTEMS else BASE
    rows = [ROWS[0], ROWS[2], last, ROWS[1], ROWS[0], ROWS[3]]
    batch = tiny.batch(family, 6)
    model.train_only(model.forms)
    task = model.tasks["probe"]

    mixed = logits(model, rows, batch)
    task.loss(mixed, batch.shares["probe"]).total.backward()
    together = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()

    for row in dict.fromkeys(rows):
        places = [place for place, own in enumerate(rows) if own == row]
        part = tiny.take(batch, places)
        alone = logits(model, [row] * len(places), part)
        torch.testing.assert_close(mixed[places], alone, rtol=0, atol=1e-9)
        if not row.is_base:
            task.loss(alone, part.shares["probe"]).total.backward()
    apart = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    assert together.keys() == apart.keys()
    for name, gradient in together.items():
        torch.testing.assert_close(gradient, apart[name], rtol=1e-7, atol=1e-8, msg=name)


@settings(max_examples=15, deadline=None)
@given(
    order=st.permutations(range(6)),
    rows=st.lists(st.sampled_from([*ROWS, BASE]), min_size=6, max_size=6),
)
def test_permuting_examples_permutes_outputs(order: list[int], rows: list[Row]) -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    batch = tiny.batch("bert", 6)
    straight = logits(model, rows, batch)
    shuffled = logits(model, [rows[place] for place in order], tiny.take(batch, order))
    torch.testing.assert_close(shuffled, straight[list(order)], rtol=0, atol=1e-9)


@OVER_ALL
def test_materialised_providers_equal_the_providers(method: Method, family: str) -> None:
    model = tiny.adapted(method, ROWS, family=family)
    batch = tiny.batch(family, 4)
    generated = logits(model, list(ROWS), batch)
    for name, provider in list(model.adapters.items()):
        assert isinstance(provider, Provider)
        rows = list(dict.fromkeys(row.of(provider.factors) for row in ROWS))
        model.adapters[name] = materialise(provider, rows)
    torch.testing.assert_close(logits(model, list(ROWS), batch), generated, rtol=0, atol=1e-9)


@OVER_ALL
def test_a_provider_changes_with_exactly_the_factors_it_names(method: Method, family: str) -> None:
    model = tiny.adapted(method, ROWS, family=family)
    for provider in model.adapters.values():
        assert isinstance(provider, Provider)
        named = set(provider.factors)
        for factor in ("task", "language", "source_language", "target_language"):
            first = ROWS[0]
            other = next(
                (
                    r
                    for r in ROWS
                    if r[factor] != first[factor] and _same_but(r, first, factor, named)
                ),
                None,
            )
            if other is None:
                continue
            sites = list(provider.slots)
            given = [provider([row.of(provider.factors)], sites).weights for row in (first, other)]
            differs = any(
                not torch.equal(given[0][site][slot], given[1][site][slot])
                for site in sites
                for slot in given[0][site]
            )
            assert differs == (factor in named), (factor, provider.factors)


def _same_but(row: Row, first: Row, factor: str, named: set[str]) -> bool:
    return all(row[other] == first[other] for other in named - {factor})


@OVER_ALL
def test_only_what_is_trained_moves(method: Method, family: str) -> None:
    model = tiny.adapted(method, ROWS, family=family)
    part = method.adapters[0].name
    model.train_only({part})
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.1)
    batch = tiny.batch(family, 2)
    task = model.tasks["probe"]
    task.loss(logits(model, [ROWS[0]] * 2, batch), batch.shares["probe"]).total.backward()
    optimiser.step()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    own = {id(p) for p in model.parameters_of(part)}
    assert moved
    assert moved <= {name for name, p in model.named_parameters() if id(p) in own}
    absent = ("yo", "zh-yue", "pos", "kk")
    assert not any(name.split(".")[-1].rpartition("=")[2] in absent for name in moved), (
        "absent names never move"
    )


@pytest.mark.parametrize("checkpointed", [False, True])
@pytest.mark.parametrize("family", ["bert", "t5", "m2m_100", "llama"])
def test_two_forwards_and_one_backward_give_the_sum_of_both_gradients(
    family: str, checkpointed: bool
) -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS, family=family)
    model.train_only({"adapters", "norms"})
    batches = [tiny.batch(family, 3, seed=seed) for seed in (0, 1)]
    rows = [[ROWS[0]] * 3, [ROWS[1], ROWS[2], ROWS[1]]]
    task = model.tasks["probe"]

    def losses() -> list[torch.Tensor]:
        pairs = zip(batches, rows, strict=True)
        return [task.loss(logits(model, r, b), b.shares["probe"]).total for b, r in pairs]

    gradients = []
    for loss in losses():
        gradients.append(torch.autograd.grad(loss, _trained(model), allow_unused=True))
    if checkpointed:
        model.enable_gradient_checkpointing()
        model.train()
    torch.stack(losses()).sum().backward()
    for parameter, *parts in zip(_trained(model), *gradients, strict=True):
        given = [part for part in parts if part is not None]
        if not given:
            assert parameter.grad is None
            continue
        torch.testing.assert_close(parameter.grad, sum(given), rtol=1e-9, atol=1e-9)


def _trained(model: AdaptedModel) -> list[torch.nn.Parameter]:
    return [p for p in model.parameters() if p.requires_grad]


def test_two_adapted_models_on_one_backbone_do_not_see_each_other() -> None:
    shared = tiny.backbone("bert")
    names = set(shared.state_dict())
    batch = tiny.batch("bert", 4)
    # Two of one method hang on the same modules, the third on others.
    methods = (systems.HYPER_X, systems.HYPER_X, systems.MAD_X)
    apart = [
        logits(tiny.adapted(m, ROWS, seed=seed), list(ROWS), batch)
        for seed, m in enumerate(methods)
    ]
    models = [tiny.adapted(m, ROWS, model=shared, seed=seed) for seed, m in enumerate(methods)]
    for model, expected in zip(models, apart, strict=True):
        torch.testing.assert_close(logits(model, list(ROWS), batch), expected, rtol=0, atol=0)
    plain = tiny.backbone("bert")(**batch.inputs).logits
    assert torch.equal(shared(**batch.inputs).logits, plain), "outside its forward it is plain"
    assert set(shared.state_dict()) == names


def test_a_deep_copy_acts_alone() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    batch = tiny.batch("bert", 4)
    before = logits(model, list(ROWS), batch)
    twin = copy.deepcopy(model)
    torch.testing.assert_close(logits(twin, list(ROWS), batch), before, rtol=0, atol=0)
    assert twin.kept().keys() == model.kept().keys()
    own = {id(parameter) for parameter in twin.parameters()}
    assert all(id(parameter) in own for parameter in twin.parameters_of("adapters"))
    tiny.redraw(twin, seed=7, scale=0.4)
    assert (logits(twin, list(ROWS), batch) - before).abs().max() > LEAST_BITE
    assert torch.equal(logits(model, list(ROWS), batch), before)


@pytest.mark.parametrize(("beams", "sequences"), [(1, 1), (3, 1), (3, 2)])
@pytest.mark.parametrize("family", tiny.SEQ2SEQ)
def test_generation_with_mixed_rows_equals_one_row_runs(
    family: str, beams: int, sequences: int
) -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS, family=family)
    rows = [ROWS[0], ROWS[1], BASE, ROWS[0]]
    batch = tiny.batch(family, 4)
    inputs = {k: v for k, v in batch.inputs.items() if k != "decoder_input_ids"}
    rules = {"num_beams": beams, "num_return_sequences": sequences, "do_sample": False}
    rules |= {"min_new_tokens": 6, "max_new_tokens": 6}
    mixed = model.generate(Context.of_examples(rows), **inputs, **rules)
    for place, row in enumerate(rows):
        own = {name: tensor[[place]] for name, tensor in inputs.items()}
        alone = model.generate(Context.uniform(row, 1), **own, **rules)
        assert torch.equal(mixed[place * sequences : (place + 1) * sequences], alone)
    plain = model.generate(Context.uniform(BASE, 4), **inputs, **rules)
    assert not torch.equal(plain, mixed), "the adapters must change what is generated"


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("family", tiny.DECODERS)
def test_a_decoder_generates_for_mixed_rows_and_lengths_what_it_does_for_one(
    family: str, beams: int
) -> None:
    """Padding is at the left when it generates, with a cache or without; alone there is none."""
    model = tiny.adapted(systems.HYPER_X, ROWS, family=family)
    rows = [ROWS[0], ROWS[1], BASE, ROWS[0]]
    inputs = tiny.batch(family, 4).inputs
    rules = {"num_beams": beams, "do_sample": False, "min_new_tokens": 5, "max_new_tokens": 5}
    mixed = model.generate(Context.of_examples(rows), **inputs, **rules)
    whole = model.generate(Context.of_examples(rows), **inputs, **rules, use_cache=False)
    assert torch.equal(mixed, whole)
    for place, row in enumerate(rows):
        ids = inputs["input_ids"][[place], : int(inputs["attention_mask"][place].sum())]
        alone = model.generate(Context.uniform(row, 1), input_ids=ids, **rules)
        assert torch.equal(mixed[[place]], alone)
    plain = model.generate(Context.uniform(BASE, 4), **inputs, **rules)
    assert not torch.equal(plain, mixed), "the adapters must change what is generated"
