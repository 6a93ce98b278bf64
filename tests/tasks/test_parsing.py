"""Parsing: what is learned, what is answered, and what counts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import tiny
from conll18 import official
from hyperadapters.backbones import TokenSearch
from hyperadapters.context import Context, Row
from hyperadapters.data.formats.trees import sentences_in
from hyperadapters.data.sources.files import Trees
from hyperadapters.errors import BackboneError, DataError, TrainingError
from hyperadapters.examples import Tree
from hyperadapters.forms import Bottleneck
from hyperadapters.method import HEADS, Adapter, Method, Phase
from hyperadapters.metrics import Arc, Las
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Gaussian, Mlp, hypernetwork, table
from hyperadapters.routes import Route
from hyperadapters.sites import Where
from hyperadapters.tasks import Batch, Parsing, Share, collate
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.parsing import RELATIONS
from hyperadapters.tasks.parsing_settings import ParsingSettings
from hyperadapters.tasks.vectors import POOLS, every_token

DEP = Parsing("dep", ("nsubj", "obj", "root"), Las())
ROWS = [Row(task="dep", language=name) for name in ("en", "tr")]
CATS = Tree(("cats", "sat", "mat"), (2, 0, 2), ("nsubj", "root", "obj"))
MAT = Tree(("mat",), (0,), ("root",))


def share_of(
    task: Parsing, tokenizer: Any, trees: Sequence[Tree], length: int = 64
) -> tuple[Batch, Share]:
    drawn = [(task, ROWS[0], task.encode(tokenizer, tree, length)) for tree in trees]
    batch = collate(drawn, 0)
    return batch, batch.shares[task.name]


def sure(share: Share, arcs: Sequence[Sequence[tuple[int, int]]]) -> Tensor:
    """Logits that are certain of a head and a label for each word."""
    words = share.targets["first"].shape[1]
    logits = torch.zeros(len(arcs), words, words + 1, 4)
    for example, own in enumerate(arcs):
        for word, (head, label) in enumerate(own):
            logits[example, word, head, 0] = 9.0
            logits[example, word, :, 1 + label] = 9.0
    return logits


def test_words_stand_in_places_and_the_root_in_place_0(tokenizer: Any) -> None:
    encoded = DEP.encode(tokenizer, CATS, 64)
    tokens = tokenizer.convert_ids_to_tokens(encoded.ids)
    assert tokens == ["[CLS]", "cat", "##s", "sat", "mat", "[SEP]"]
    assert encoded.targets == {
        "places": [0, 1, -100, 2, 3, -100],
        "first": [1, 3, 4],
        "heads": [2, 0, 2],
        "gold": [0, 2, 1],
    }
    mean = replace(DEP, pool=every_token).encode(tokenizer, CATS, 64)
    assert mean.targets["places"] == [0, 1, 1, 2, 3, -100]


def test_batches_are_padded_with_what_is_no_place_and_no_head(tokenizer: Any) -> None:
    _, share = share_of(DEP, tokenizer, [CATS, MAT])
    assert share.targets["heads"].tolist() == [[2, 0, 2], [0, -100, -100]]
    assert share.targets["gold"].tolist() == [[0, 2, 1], [2, -100, -100]]
    assert share.targets["places"][1].tolist() == [0, 1, -100, -100, -100, -100]


def test_relations_are_cut_at_their_colon_or_read_as_they_are(tokenizer: Any) -> None:
    passive = Tree(("cats", "sat"), (2, 0), ("nsubj:pass", "root"))
    assert DEP.encode(tokenizer, passive, 64).targets["gold"] == [0, 2]
    every = replace(DEP, relation=RELATIONS["all"])
    with pytest.raises(DataError, match="label `nsubj:pass` is not among the labels of task `dep`"):
        every.check(passive)
    mapping = replace(every, label_map={"nsubj:pass": "obj"})
    assert mapping.encode(tokenizer, passive, 64).targets["gold"] == [1, 2]


def test_sentences_that_do_not_fit_are_refused(tokenizer: Any) -> None:
    with pytest.raises(DataError, match="a sentence of task `dep` has no words"):
        DEP.check(Tree((), (), ()))
    with pytest.raises(DataError, match=r"not one head and one label per word(.|\n)*1 and 2"):
        DEP.check(Tree(("a", "b"), (0,), ("root", "obj")))
    with pytest.raises(ValueError, match="a label occurs twice"):
        replace(DEP, labels=("a", "a"))
    with pytest.raises(DataError, match=r"`amod` at the word `b`(.|\n)*label_map.amod="):
        DEP.check(Tree(("a", "b"), (0, 1), ("root", "amod")))


def test_a_tokenizer_without_added_tokens_is_refused(tokenizer: Any) -> None:
    processor = tokenizer.backend_tokenizer.post_processor
    tokenizer.backend_tokenizer.post_processor = None
    try:
        with pytest.raises(BackboneError, match="adds no token to a sentence"):
            DEP.encode(tokenizer, CATS, 64)
    finally:
        tokenizer.backend_tokenizer.post_processor = processor


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_is_that_of_heads_and_of_labels_under_right_heads(
    tokenizer: Any, smoothing: float
) -> None:
    _, share = share_of(DEP, tokenizer, [CATS, MAT])
    logits = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    gold = {(0, 0): (2, 0), (0, 1): (0, 2), (0, 2): (2, 1), (1, 0): (0, 2)}
    total = 0.0
    for (example, word), (head, label) in gold.items():
        places = [place for place in range(4 if example == 0 else 2) if place != word + 1]
        chosen = logits[example, word, places, 0].log_softmax(0)
        labels = logits[example, word, head, 1:].log_softmax(0)
        total -= (1 - smoothing) * float(chosen[places.index(head)] + labels[label])
        total -= smoothing * float(chosen.mean() + labels.mean())
    loss = DEP.loss(logits, share, smoothing=smoothing)
    assert int(loss.predictions) == 4
    assert loss.total.item() == pytest.approx(total, rel=1e-12)


def test_gradients_flow_in_float64_and_those_of_half_precision_are_summed_in_float32(
    tokenizer: Any,
) -> None:
    _, share = share_of(DEP, tokenizer, [CATS, MAT])
    logits = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda one: DEP.loss(one, share, smoothing=0.1).total, (logits,)
    )
    assert DEP.loss(torch.randn(2, 3, 4, 4).bfloat16(), share).total.dtype == torch.float32


def test_all_words_count_and_one_tree_is_answered(tokenizer: Any) -> None:
    _, share = share_of(DEP, tokenizer, [CATS, MAT])
    logits = sure(share, [[(2, 0), (0, 2), (2, 0)], [(0, 0)]])
    assert DEP.predict(logits, share) == [
        [Arc(2, "nsubj"), Arc(0, "root"), Arc(2, "nsubj")],
        [Arc(0, "root")],  # `root` is the label of the root's arc, whatever the scores are
    ]
    assert DEP.statistics(logits, share) == [(3.0, 2.0, 3.0), (1.0, 1.0, 1.0)]
    two_roots = sure(share, [[(0, 2), (0, 2), (2, 2)], [(0, 2)]])
    found = DEP.predict(two_roots, share)[0]
    assert [arc.head for arc in found if arc].count(0) == 1
    assert [arc.label == "root" for arc in found if arc] == [arc.head == 0 for arc in found if arc]


def test_without_a_root_among_the_labels_every_label_may_be_anywhere(tokenizer: Any) -> None:
    task = replace(DEP, labels=("nsubj", "obj", "head"))
    _, share = share_of(task, tokenizer, [Tree(("mat",), (), ())])
    assert task.predict(sure(share, [[(0, 1)]]), share) == [[Arc(0, "obj")]]
    assert task.statistics(sure(share, [[(0, 1)]]), share) == [(0.0, 0.0, 0.0)]
    assert task.loss(sure(share, [[(0, 1)]]), share).predictions == 0
    alone = replace(DEP, labels=("root",))
    _, share = share_of(alone, tokenizer, [Tree(("cat", "sat"), (0, 1), ("root", "root"))])
    logits = torch.zeros(1, 2, 3, 2)
    assert {arc.label for arc in alone.predict(logits, share)[0] if arc} == {"root"}


@pytest.mark.parametrize("length", [2, 3, 4, 5, 6, 64])
def test_words_cut_off_have_no_arc_and_are_wrong(tokenizer: Any, length: int) -> None:
    encoded = DEP.encode(tokenizer, CATS, length)
    seen = sum(token >= 0 for token in encoded.targets["first"])
    assert encoded.uncut == (length >= 6)
    assert DEP.unread(encoded) == 0
    _, share = share_of(DEP, tokenizer, [CATS], length)
    logits = sure(share, [[(2, 0), (0, 2), (2, 1)]])
    (found,) = DEP.predict(logits, share)
    assert [arc is None for arc in found] == [word >= seen for word in range(3)]
    assert [arc.head for arc in found if arc].count(0) == min(seen, 1)
    ((heads, labelled, words),) = DEP.statistics(logits, share)
    assert words == 3.0 and labelled <= heads <= seen
    learned = {0: 0, 1: 0, 2: 2, 3: 3}[seen]  # with one word seen, its head is cut off
    assert DEP.loss(logits, share).predictions == learned
    assert bool(torch.isfinite(DEP.loss(logits, share, smoothing=0.1).total))


def test_a_word_without_a_token_is_no_head_and_is_told(tokenizer: Any) -> None:
    tree = Tree(("cats", "\x07", "mat"), (2, 0, 1), ("nsubj", "root", "obj"))
    encoded = DEP.encode(tokenizer, tree, 64)
    assert encoded.targets["first"] == [1, -1, 3]
    assert DEP.unread(encoded) == 1
    _, share = share_of(DEP, tokenizer, [tree])
    logits = sure(share, [[(2, 0), (0, 2), (2, 1)]])
    (found,) = DEP.predict(logits, share)
    assert found[1] is None and {arc.head for arc in found if arc} <= {0, 1, 3}
    assert DEP.loss(logits, share).predictions == 1  # that of `mat`: the others' heads are not seen


def test_scores_that_are_not_finite_are_one_message(tokenizer: Any) -> None:
    _, share = share_of(DEP, tokenizer, [CATS])
    logits = sure(share, [[(2, 0), (0, 2), (2, 1)]]) * torch.nan
    with pytest.raises(TrainingError, match=r"scores of task `dep` are not finite(.|\n)*NaN"):
        DEP.predict(logits, share)


WRITTEN = hypernetwork({"task": Gaussian(3)}, encoder=Mlp((4,)))
METHOD = {
    "free": (),
    "written": (Adapter("written", None, Where(tower="head"), WRITTEN),),
    "part": (Adapter("arcs", None, Where("dep:arcs", tower="head"), table("language")),),
}
TREES = [
    CATS,
    MAT,
    Tree(
        ("the", "cat", "sat", "on", "the", "mat"),
        (2, 3, 0, 6, 6, 3),
        ("obj",) * 2 + ("root",) + ("obj",) * 3,
    ),
]


def model_of(adapters: Sequence[Adapter], task: Parsing) -> AdaptedModel:
    hooked = Adapter("language", Bottleneck(width=3), Where("ffn"), table("language"))
    names = frozenset({"language", HEADS, *(one.name for one in adapters)})
    method = Method("m", (hooked, *adapters), (Phase(trains=names),))
    model = adapt(tiny.backbone("bert"), method, tasks=[task], rows=ROWS).double().eval()
    tiny.redraw(model, seed=1, scale=0.4)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.heads.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(0.3 * drawn)
    return model


@pytest.mark.parametrize("pool", ["first", "mean"])
@pytest.mark.parametrize("adapters", METHOD.values(), ids=METHOD)
def test_a_sentence_alone_is_as_in_a_batch(
    tokenizer: Any, adapters: Sequence[Adapter], pool: str
) -> None:
    task = replace(DEP, pool=every_token) if pool == "mean" else DEP
    model = model_of(adapters, task)
    rows = [ROWS[0], ROWS[1], ROWS[0]]
    batch, share = share_of(task, tokenizer, TREES)
    together = model(Context.of_examples(rows), batch).logits["dep"]
    statistics = task.statistics(together, share)
    total = task.loss(together, share, smoothing=0.1).total
    apart = torch.zeros((), dtype=torch.float64)
    for place, (tree, row) in enumerate(zip(TREES, rows, strict=True)):
        alone, own = share_of(task, tokenizer, [tree])
        logits = model(Context.uniform(row, 1), alone).logits["dep"]
        words = len(tree.words)
        torch.testing.assert_close(
            together[place, :words, : words + 1], logits[0], rtol=1e-9, atol=1e-9
        )
        assert task.statistics(logits, own) == [statistics[place]]
        assert task.predict(logits, own)[0] == task.predict(together, share)[place]
        apart += task.loss(logits, own, smoothing=0.1).total
    torch.testing.assert_close(apart, total, rtol=1e-9, atol=1e-9)


def test_what_padding_holds_has_no_effect(tokenizer: Any) -> None:
    model = model_of((), DEP)
    drawn = [(DEP, ROWS[0], DEP.encode(tokenizer, tree, 64)) for tree in TREES]
    found = [
        DEP.predict(model(Context.uniform(ROWS[0], 3), batch).logits["dep"], batch.shares["dep"])
        for batch in (collate(drawn, 0), collate(drawn, 7), collate(drawn, 2))  # 2 is `[CLS]`
    ]
    assert found[0] == found[1] == found[2]


def test_every_part_of_a_model_gets_a_gradient(tokenizer: Any) -> None:
    model = model_of(METHOD["part"], DEP)
    batch, share = share_of(DEP, tokenizer, TREES)
    rows = [ROWS[1], ROWS[0], ROWS[0]]
    loss = DEP.loss(model(Context.of_examples(rows), batch).logits["dep"], share).mean()
    loss.backward()
    trained = [*model.adapters.named_parameters(), *model.heads.named_parameters()]
    idle = [name for name, one in trained if one.grad is None or not one.grad.any()]
    assert idle == []
    assert loss.dtype == torch.float64


def test_heads_start_at_zero_and_are_counted() -> None:
    hooked = Adapter("language", Bottleneck(width=3), Where("ffn"), table("language"))
    method = Method("m", (hooked,), (Phase(trains=frozenset({"language", HEADS})),))
    model = adapt(tiny.backbone("bert"), method, tasks=[DEP], rows=ROWS)
    assert all(not parameter.any() for parameter in model.heads.parameters())
    assert sum(parameter.numel() for parameter in model.heads.parameters()) == 4 * 17 * 17


def settings(**more: Any) -> ParsingSettings:
    source = Trees(path=str(HAND / "{language}-{split}.conllu"))
    return ParsingSettings(kind="parsing", data=(source,), **more)


def built(task: ParsingSettings) -> Parsing:
    (source,) = task.data
    routes = [Route.of(name) for name in ("en", "de", "tr")]
    made = task.build("dep", lambda: [source.read("dep", one, "train", None) for one in routes])
    assert isinstance(made, Parsing)
    return made


HAND = Path(__file__).parents[1] / "trees"


def test_relations_that_are_left_open_are_read_off_the_corpora() -> None:
    task = built(settings())
    assert "nsubj" in task.labels and not [one for one in task.labels if ":" in one]
    assert task.labels == tuple(sorted(task.labels)) and task.pool is POOLS["first"]
    every = built(settings(relations="all", vector="mean", metric="uas"))
    assert {"nsubj:pass", "acl:relcl", "nsubj"} <= set(every.labels)
    assert every.pool is POOLS["mean"] and every.metric.name == "uas"
    assert every.metric.beside((1.0, 1.0, 2.0)) == "las: 50.0; labels as they are"
    fewer = built(settings(label_map={"compound": "flat"}))
    assert "flat" in fewer.labels and "compound" not in fewer.labels
    assert built(settings(labels=("root", "x"))).kept() == {"labels": ["root", "x"]}
    again = settings(relations="all").with_kept(every.kept())
    assert built(again).labels == every.labels
    with pytest.raises(DataError, match="no labels for task `dep`"):
        settings().build("dep", lambda: [])


class AtRandom:
    """A model whose logits are drawn."""

    def __init__(self, labels: int) -> None:
        self.generator = torch.Generator().manual_seed(4)
        self.labels = labels

    def __call__(self, context: Context, batch: Batch) -> "AtRandom":
        words = batch.shares["dep"].targets["first"].shape[1]
        shape = (len(batch), words, words + 1, self.labels + 1)
        self.logits = {"dep": torch.randn(shape, generator=self.generator)}
        return self

    def search(self, context: Context, way: TokenSearch, **inputs: Any) -> Tensor:
        raise NotImplementedError


@pytest.mark.realdata
@pytest.mark.parametrize("by", ["random", "model"])
def test_scores_of_answers_are_those_of_conll_2018(
    tokenizer: Any, data_root: Path, by: str
) -> None:
    path = data_root / "ud/UD_Tamil-TTB/ta_ttb-ud-dev.conllu"
    text = path.read_text(encoding="utf-8").removesuffix("\n")
    source = Trees(path=str(path.parent / "ta_ttb-ud-{split}.conllu"))
    corpus = source.read("dep", Route.of("ta"), "dev", None)
    task = ParsingSettings(kind="parsing", data=(source,)).build("dep", lambda: [corpus])
    assert isinstance(task, Parsing) and task.answering is not None
    model = model_of((), task) if by == "model" else AtRandom(len(task.labels))
    texts = [one for one in sentences_in(text.split("\n")) if one]
    sums, answers = torch.zeros(3, dtype=torch.float64), []
    for tree, asked in zip(corpus.examples, texts, strict=True):
        batch, share = share_of(task, tokenizer, [tree], 512)
        context, example = Context.uniform(ROWS[0], 1), task.answering.ask(asked, corpus.route)
        question = Question(model, context, batch, [example], tokenizer)
        (answer,) = task.answering.answer(task, question)
        arcs = [Arc(*one) for one in zip(tree.heads, map(task.read, tree.labels), strict=True)]
        sums += torch.tensor(task.metric.statistics(arcs, answer.arcs), dtype=torch.float64)
        answers.append(task.answering.line(answer))
    uas, las = official(text + "\n", "\n".join(answers))
    assert (sums[0] / sums[2], sums[1] / sums[2]) == (pytest.approx(uas), pytest.approx(las))
    assert 0.0 < las < uas < 0.5 and int(sums[2]) == 1263
