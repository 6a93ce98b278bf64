"""What a new name begins as."""

import pytest
import torch

import systems
from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.method import Method
from hyperadapters.model.beginning import begin_as
from hyperadapters.model.naming import heads_under, vectors_under
from tiny_named import NETWORKS, model_of


@pytest.mark.parametrize("method", NETWORKS, ids=lambda method: method.name)
def test_a_task_begins_as_another_with_its_head(method: Method) -> None:
    model = model_of(method)
    begin_as(model, Row(task="new"), "ner")
    language = {"language": "tr"} if "language" in model.embeddings() else {}
    other, own = (model.written(Row(task=task, **language), task) for task in ("ner", "new"))
    for name, sites in own.items():
        here = "task=ner" if name == "task=new" else name
        for site, piece in sites.items():
            twin = site._replace(task=site.task and "ner")
            for slot, weight in piece.weights.items():
                torch.testing.assert_close(weight, other[here][twin].weights[slot])


@pytest.mark.parametrize("method", NETWORKS, ids=lambda method: method.name)
def test_the_head_of_other_labels_stays_fresh(method: Method) -> None:
    model = model_of(method)
    before = {n: p.clone() for n, p in heads_under(model.adapters, model.heads, "task=new").items()}
    begin_as(model, Row(task="new"), "pos")
    after = heads_under(model.adapters, model.heads, "task=new")
    assert before
    assert all(torch.equal(before[name], after[name]) for name in before)
    vectors, others = (vectors_under(model.adapters, f"task={t}") for t in ("new", "pos"))
    assert all(torch.equal(vectors[name], others[name]) for name in vectors)


def test_an_entry_of_a_table_begins_as_another_or_as_their_mean() -> None:
    model = model_of(systems.ADAPTERS_DAGGER)
    new, ner, pos = (vectors_under(model.adapters, f"task={t}") for t in ("new", "ner", "pos"))
    begin_as(model, Row(task="new"), "ner")
    assert new and all(torch.equal(new[name], ner[name]) for name in new)
    begin_as(model, Row(task="new"), "mean")
    for name in new:
        torch.testing.assert_close(new[name], (ner[name] + pos[name]) / 2)


def test_the_mean_is_that_of_all_other_names() -> None:
    model = model_of(systems.HYPER_X)
    vectors = {name: v.clone() for name, v in model.embeddings()["language"].items()}
    begin_as(model, Row(language="yo"), "mean")
    after = model.embeddings()["language"]
    torch.testing.assert_close(after["yo"], (vectors["en"] + vectors["tr"]) / 2)
    assert all(torch.equal(after[name], vectors[name]) for name in ("en", "tr"))


@pytest.mark.parametrize("start", ["yo", "sw", ""])
def test_a_name_begins_as_none_that_is_unknown(start: str) -> None:
    with pytest.raises(UnknownName, match=f"unknown language `{start}`"):
        begin_as(model_of(systems.HYPER_X), Row(language="yo"), start)
