"""What an adapted model refuses, and what its parts are."""

import pytest
import torch

import systems
import tiny
from hyperadapters.context import BASE, Context, Row
from hyperadapters.errors import BackboneError, ConfigError, ContextError, UnknownName
from hyperadapters.forms import Bottleneck, Norm
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt, remembering
from hyperadapters.providers import Contrast, Gaussian, Mlp, Remembered, hypernetwork, table
from hyperadapters.sites import Where
from hyperadapters.tasks import Tagging
from hyperadapters.tasks.batch import Batch, Share

ROWS = [Row(task=task, language=name) for task in ("ner", "pos") for name in ("en", "tr")]


def method(*adapters: Adapter) -> Method:
    return Method("m", adapters, (Phase(trains=frozenset(a.name for a in adapters)),))


def test_context_and_batch_must_agree_on_the_number_of_examples() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    for examples in (2, 6, 1):
        with pytest.raises(ContextError, match="examples, its context 3(.|\n)*one row per example"):
            model(Context.uniform(ROWS[0], 3), tiny.batch("bert", examples))


def test_a_base_batch_must_agree_too() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    with pytest.raises(ContextError, match="the batch has 2 examples, its context 3"):
        model(Context.uniform(BASE, 3), tiny.batch("bert", 2))


def test_only_generation_may_repeat_examples() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS, family="t5")
    inputs = tiny.batch("t5", 3).inputs
    with pytest.raises(ContextError, match="the batch has 3 examples, its context 2"):
        model.generate(
            Context.uniform(ROWS[0], 2),
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            max_new_tokens=2,
        )


def test_checkpointing_that_forgets_the_rows_is_refused() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    for module in model.backbone.modules():
        if hasattr(module, "gradient_checkpointing"):
            module.gradient_checkpointing = True
            module._gradient_checkpointing_func = torch.utils.checkpoint.checkpoint
    model.train()
    with pytest.raises(BackboneError, match=r"`enable_gradient_checkpointing\(\)`"):
        model(Context.uniform(ROWS[0], 2), tiny.batch("bert", 2))


def test_a_norm_is_not_trained_where_an_adapter_sits_around_it() -> None:
    around = Adapter("a", Bottleneck(width=2), Where("ffn_sum"), table())
    norms = Adapter("n", Norm(), Where("ffn_norm"), table())
    with pytest.raises(BackboneError, match="cannot be trained where an adapter is wired around"):
        tiny.adapted(method(around, norms), ROWS)


def test_a_position_that_the_backbone_lacks_is_named() -> None:
    with pytest.raises(
        BackboneError, match="no site at `cross_attention`(.|\n)*attention, attention_"
    ):
        tiny.adapted(method(Adapter("a", Norm(), Where("cross_attention"), table())), ROWS)


def test_two_hypernetworks_share_one_embedding_per_factor() -> None:
    def network(dimension: int) -> Adapter:
        plan = hypernetwork({"task": dimension}, encoder=Mlp((2,)))
        return Adapter(f"a{dimension}", Bottleneck(width=2), Where("ffn"), plan)

    with pytest.raises(ConfigError, match="two hypernetworks want different embeddings of `task`"):
        tiny.adapted(method(network(2), network(3)), ROWS)
    twin = Adapter("twin", Bottleneck(width=3), Where("attention"), network(2).weights)
    model = tiny.adapted(method(network(2), twin), ROWS)
    first, second = model.adapters["a2"], model.adapters["twin"]
    assert first.embeddings["task"] is second.embeddings["task"]
    assert sum("vectors.task=ner" in name for name, _ in model.named_parameters()) == 1


def test_tasks_and_languages_may_be_called_like_methods_of_modules() -> None:
    row = Row(task="train", language="to")
    model = adapt(
        tiny.backbone("bert"), systems.HYPER_X, tasks=[tagging("train"), tagging("pop")], rows=[row]
    )
    batch = tiny.batch("bert", 2, task="train")
    assert model.double()(Context.uniform(row, 2), batch).logits["train"].shape == (2, 6, 2)


def test_unknown_parts_are_refused() -> None:
    model = tiny.adapted(systems.HYPER_X, ROWS)
    with pytest.raises(
        UnknownName, match="unknown part of the model `adapter`(.|\n)*mean `adapters`"
    ):
        model.train_only({"adapter"})


def test_the_parts_do_not_overlap_and_cover_the_model() -> None:
    model = adapt(
        tiny.backbone("bert"), systems.HYPER_X, tasks=[tagging(), tiny.Probe()], rows=ROWS
    )
    parts = [model.parameters_of(part) for part in (BACKBONE, HEADS, *model.forms)]
    ids = [id(parameter) for part in parts for parameter in part]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {id(parameter) for parameter in model.parameters()}


def tagging(name: str = "ner") -> Tagging:
    return Tagging(name, ("O", "X"), METRICS["accuracy"])


def two_tasks() -> Batch:
    batch = tiny.batch("bert", 4)
    shares = {
        task: Share(torch.tensor(places), {"labels": torch.zeros(2, 6, dtype=torch.long)})
        for task, places in {"ner": [0, 3], "pos": [1, 2]}.items()
    }
    return Batch(batch.inputs, shares, (Row(),) * 4)


def test_a_batch_of_two_tasks_gives_each_head_its_own_examples() -> None:
    torch.manual_seed(0)
    model = adapt(
        tiny.backbone("bert"), systems.HYPER_X, tasks=[tagging("ner"), tagging("pos")], rows=ROWS
    ).double()
    tiny.redraw(model, seed=1, scale=0.4)
    rows = [ROWS[0], ROWS[2], ROWS[3], ROWS[1]]
    whole, batch = two_tasks(), tiny.batch("bert", 4)
    logits = model(Context.of_examples(rows), whole).logits
    for task, places in {"ner": [0, 3], "pos": [1, 2]}.items():
        part = tiny.take(batch, places)
        share = {task: Share(torch.arange(2), whole.shares[task].targets)}
        context = Context.of_examples([rows[place] for place in places])
        alone = model(context, Batch(part.inputs, share, part.observed)).logits[task]
        torch.testing.assert_close(logits[task], alone, rtol=0, atol=1e-9)


def test_a_head_may_be_generated_for_task_and_language() -> None:
    """Parameter space factorization in small: the softmax layer comes from two Gaussians."""
    written = hypernetwork(
        {"task": Gaussian(3), "language": Gaussian(3)}, combine=Contrast(), encoder=Mlp((4,))
    )
    psf = method(
        *(
            Adapter(task, None, Where(f"{task}:labels", tower="head"), written)
            for task in ("ner", "pos")
        )
    )
    torch.manual_seed(0)
    tasks = [tagging("ner"), tagging("pos")]
    model = adapt(tiny.backbone("bert"), psf, tasks=tasks, rows=ROWS).double().eval()
    whole, rows = two_tasks(), [ROWS[0], ROWS[2], ROWS[3], ROWS[1]]
    outputs = model(Context.of_examples(rows), whole)
    other = model(Context.of_examples([row.replaced(language="en") for row in rows]), whole)
    torch.testing.assert_close(outputs.logits["ner"][0], other.logits["ner"][0], rtol=0, atol=1e-9)
    assert (outputs.logits["ner"][1] - other.logits["ner"][1]).abs().max() > 1e-5
    with pytest.raises(ContextError, match="the head of `ner` is generated and has no base row"):
        model(Context.uniform(BASE, 4), whole)


def test_source_and_target_languages_have_the_vectors_of_one_factor() -> None:
    rows = [
        Row(task="mt", source_language=source, target_language=target)
        for source, target in (("de", "en"), ("en", "fr"))
    ]
    model = tiny.adapted(systems.HYPER_ADAPTERS, rows, family="marian")
    found = model.embeddings()
    assert set(found) == {"language", "layer"}
    assert sorted(found["language"]) == ["de", "en", "fr"]


def test_remembered_adapters_answer_the_same_with_what_is_settled_beforehand() -> None:
    rows = [
        Row(task="ner", source_language=source, target_language=target)
        for source, target in (("de", "en"), ("en", "fr"))
    ]
    model = tiny.adapted(systems.HYPER_ADAPTERS, rows, family="marian").double().eval()
    tiny.redraw(model, seed=1, scale=0.5)
    form, network = model.forms["hyper"], model.adapters["hyper"]
    ids = tiny.batch("marian", 3).inputs["input_ids"]
    arguments = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "num_beams": 2}
    arguments |= {"max_new_tokens": 5, "min_new_tokens": 5, "do_sample": False}
    context = Context.of_examples([rows[1], BASE, rows[0]])
    own = model.generate(context, **arguments)
    with remembering(model):
        kept = model.adapters["hyper"]
        assert isinstance(kept, Remembered)
        assert model.forms["hyper"] != form
        for _ in range(2):
            assert torch.equal(model.generate(context, **arguments), own)
        with remembering(model):
            assert model.adapters["hyper"] is kept, "one memory is enough"
        assert model.adapters["hyper"] is kept
    assert (model.forms["hyper"], model.adapters["hyper"]) == (form, network)
    plain = model.generate(Context.uniform(BASE, 3), **arguments)
    assert torch.equal(plain[1], own[1])
    assert not torch.equal(plain, own), "the adapters must bite"
