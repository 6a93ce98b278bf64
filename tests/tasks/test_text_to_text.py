"""Text to text: what is read and learned, what is written, and what that is scored by."""

import math
from collections import Counter
from decimal import Decimal

import pytest
import torch
from torch.nn import functional

import systems
import tiny
import tiny_tokenizers
from hyperadapters.backbones import GreedySearch
from hyperadapters.context import Context
from hyperadapters.data.vocabulary import train_joint_tokenizer
from hyperadapters.errors import BackboneError, DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.model.adapt import adapt
from hyperadapters.routes import Route
from hyperadapters.tasks import TextToText, collate
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.choosing import Greedy, Likelihood
from hyperadapters.tasks.decoding import ended, started
from hyperadapters.tasks.wordings import Degrees, Named, Template

LABELS = Named({"place": "0", "price": "1 a", "time": "2 b c"})
TASK = TextToText("kinds", Template("sentence: {text}"), LABELS)
PAIRS = TextToText("same", Template("sentence1: {first} sentence2: {second}"), LABELS)
EXAMPLES = [
    Labelled("a house by the lake", "place"),
    Labelled("12 pounds", "price"),
    Labelled("the lake at noon , and the old house", "time"),
    Labelled("an old house", "place"),
]
ROW = Route.of("en").row("kinds")
TEXTS = [
    *(TASK.template.filled(one) for one in EXAMPLES),
    *LABELS.texts,
    "sentence1: sentence2: 0.0 1.2 2.4 3.6 4.8 5.0",
]


@pytest.fixture(scope="module")
def tok():
    return train_joint_tokenizer({"en": TEXTS}, 90, 64, added=[])


def adapted(tok, family):
    torch.manual_seed(0)
    backbone = tiny.backbone(family)
    backbone.resize_token_embeddings(len(tok))
    made = adapt(backbone, systems.HYPERFORMER, tasks=[TASK], rows=[ROW]).double().eval()
    tiny.redraw(made, seed=3, scale=1.0)
    made.requires_grad_(False)
    made.backbone.generation_config.update(
        eos_token_id=tok.eos_token_id, pad_token_id=tok.pad_token_id
    )
    return made


@pytest.fixture(scope="module")
def model(tok):
    return adapted(tok, "t5")


def batch_of(tok, examples, task=TASK):
    drawn = [(task, ROW, task.encode(tok, one, 32)) for one in examples]
    return collate(drawn, tok.pad_token_id, torch.Generator())


def question(tok, model, examples, told=None, task=TASK):
    batch = batch_of(tok, examples, task)
    context = Context.of_examples([ROW] * len(examples))
    return Question(model, context, batch, examples, tok, Counter() if told is None else told)


def test_the_filled_template_is_read_and_the_text_of_the_label_learned(tok):
    encoded = TASK.encode(tok, EXAMPLES[2], 64)
    assert tok.decode(encoded.ids[:-1]) == "sentence: the lake at noon , and the old house"
    labels = encoded.targets["labels"]
    assert tok.decode(labels[:-1]) == "2 b c"
    assert encoded.ids[-1] == labels[-1] == tok.eos_token_id
    assert encoded.decoder_ids == [tok.pad_token_id, *labels[:-1]]
    assert encoded.uncut and encoded.target_uncut


def test_a_pair_is_in_its_places(tok):
    pair = LabelledPair("an old house", "12 pounds", "place")
    encoded = PAIRS.encode(tok, pair, 64)
    assert tok.decode(encoded.ids[:-1]) == "sentence1: an old house sentence2: 12 pounds"


def test_long_texts_are_cut_and_still_end(tok):
    encoded = TASK.encode(tok, Labelled("old house " * 40, "time"), 8)
    assert len(encoded.ids) == 8 and encoded.ids[-1] == tok.eos_token_id
    assert not encoded.uncut and encoded.target_uncut
    narrow = TASK.encode(tok, EXAMPLES[2], 3)
    assert len(narrow.targets["labels"]) == len(narrow.decoder_ids) == 3
    assert not narrow.target_uncut


def test_many_at_a_time_are_each_alone(tok):
    every = EXAMPLES * 3
    assert list(TASK.encode_all(tok, every, 32)) == [TASK.encode(tok, one, 32) for one in every]


def test_an_example_that_is_asked_about_has_no_label(tok):
    encoded = TASK.encode(tok, Labelled("an old house", None), 32)
    assert encoded.targets["labels"] == [tok.eos_token_id]
    assert encoded.decoder_ids == [tok.pad_token_id]


def test_a_foreign_label_is_told_with_its_place(tok):
    with pytest.raises(DataError, match="label `colour` is not among the labels") as caught:
        TASK.check(Labelled("red", "colour", "train.tsv:3"))
    assert caught.value.where == "train.tsv:3"
    assert "place, price, time" in str(caught.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [({"x": "ж"}, "no token for a part of `ж`"), ({"x": "1 a", "y": "1  a"}, "the same tokens")],
)
def test_labels_that_the_tokenizer_cannot_write_are_refused(tok, names, said):
    task = TextToText("t", Template("{text}"), Named(names))
    with pytest.raises(BackboneError, match=said):
        task.encode(tok, Labelled("a", "x"), 16)


@pytest.mark.parametrize(
    ("metric", "wording"),
    [("f1", LABELS), ("pearson", LABELS), ("f1_accuracy", Named({"a": "a"}))],
)
def test_a_metric_that_cannot_count_the_labels_is_refused(metric, wording):
    with pytest.raises(DataError, match=f"`{metric}` cannot count the labels of task `t`"):
        TextToText("t", Template("{text}"), wording, METRICS[metric])


def test_decoders_begin_as_those_of_their_family(tok):
    assert started(tok) == tok.pad_token_id
    bart = tiny_tokenizers.of_family("mt5")
    assert bart.bos_token == "<s>" and started(bart) == bart.eos_token_id


def test_loss_is_the_cross_entropy_of_the_texts(tok, model):
    batch = batch_of(tok, EXAMPLES)
    share = batch.shares["kinds"]
    logits = model(Context.uniform(ROW, 4), batch).logits["kinds"]
    total, count = 0.0, 0
    for example, (nats, tokens) in zip(EXAMPLES, TASK.costs(logits, share), strict=True):
        alone = batch_of(tok, [example])
        scores = model(Context.uniform(ROW, 1), alone).logits["kinds"]
        gold = torch.tensor(TASK.encode(tok, example, 32).targets["labels"])
        expected = float(functional.cross_entropy(scores, gold, reduction="sum"))
        assert (nats, tokens) == pytest.approx((expected, len(gold)))
        total, count = total + expected, count + len(gold)
    loss = TASK.loss(logits, share)
    assert float(loss.total) == pytest.approx(total) and int(loss.predictions) == count


def test_an_example_is_forced_right_where_each_token_of_its_text_is_the_best(tok):
    share = batch_of(tok, EXAMPLES).shares["kinds"]
    gold = share.targets["labels"][share.labelled]
    logits = functional.one_hot(gold, len(tok)).double()
    assert TASK.statistics(logits, share) == [(1.0, 1.0)] * 4
    counts = (share.targets["labels"] != -100).sum(1).tolist()
    wrong = counts[0] + counts[1] - 1  # the last token of the second text
    logits[wrong] = logits[wrong].roll(1)
    assert TASK.statistics(logits, share) == [(1.0, 1.0), (0.0, 1.0), (1.0, 1.0), (1.0, 1.0)]


def teach(tok, model):
    """A few updates towards the labels of the examples."""
    model.requires_grad_(True)
    optimiser = torch.optim.Adam(model.parameters(), 0.02)
    batch = batch_of(tok, EXAMPLES)
    for _ in range(30):
        optimiser.zero_grad()
        logits = model(Context.uniform(ROW, 4), batch).logits["kinds"]
        TASK.loss(logits, batch.shares["kinds"]).mean().backward()
        optimiser.step()
    model.requires_grad_(False)


@pytest.mark.parametrize("family", (*tiny.SEQ2SEQ, "llama", "gemma3_text"))
def test_what_is_forced_right_is_what_greedy_generation_finds(tok, family):
    """Of every text of the label set, for examples one after another, after a few updates; how many
    of the texts a model writes by then depends on what was drawn.
    """
    model = adapted(tok, family)
    teach(tok, model)
    asked = question(tok, model, EXAMPLES)
    found = Greedy().chosen(TASK, asked)
    for example, text in zip(EXAMPLES, found, strict=True):
        own = batch_of(tok, [Labelled(example.text, label) for label in LABELS.labels])
        logits = model(Context.uniform(ROW, 3), own).logits["kinds"]
        right = [bool(one) for one, _ in TASK.statistics(logits, own.shares["kinds"])]
        assert right == [text == label for label in LABELS.texts]


@pytest.mark.parametrize("power", [0.0, 1.0])
def test_the_likeliest_label_is_that_of_the_model_of_transformers(tok, model, power):
    found = Likelihood(power).chosen(TASK, question(tok, model, EXAMPLES))
    for example, text in zip(EXAMPLES, found, strict=True):
        nats = []
        for label in LABELS.labels:
            alone = batch_of(tok, [Labelled(example.text, label)])
            loss = TASK.loss(
                model(Context.uniform(ROW, 1), alone).logits["kinds"], alone.shares["kinds"]
            )
            nats.append(float(loss.total) / int(loss.predictions) ** power)
        assert text == LABELS.texts[nats.index(min(nats))]


def test_a_text_of_no_tokens_is_the_token_that_a_decoder_begins_with():
    """A decoder alone needs something to go on from; tokenizers such as Qwen's add nothing."""
    bare = tiny_tokenizers.bare()
    task = TextToText("kinds", Template("{text}"), Named({"place": "nine", "price": "ten"}))
    assert task.encode(bare, Labelled("", "place"), 32).ids == [started(bare)]
    encoded = task.encode(bare, Labelled("one two", "price"), 32)
    assert encoded.ids == bare("one two")["input_ids"]
    assert encoded.targets["labels"] == [*bare("ten")["input_ids"], bare.eos_token_id]


def test_how_lengths_are_weighed_is_said():
    assert Likelihood().way == "by the likelihood of each label, not divided by its length"
    assert Likelihood(1.0).way == "by the likelihood of each label, per token"


class Says:
    """A model that writes given texts."""

    def __init__(self, tok, texts):
        self.ids = ended(tok, texts)
        self.pad = tok.pad_token_id

    def __call__(self, context, batch):
        raise AssertionError("it is asked to write")

    def search(self, context, way, **inputs):
        self.way, self.inputs = way, inputs
        width = max(map(len, self.ids))
        return torch.tensor(
            [[self.pad, *own, *[self.pad] * (width - len(own))] for own in self.ids]
        )


def test_a_text_that_is_no_label_is_told_and_wrong(tok):
    told = Counter()
    says = Says(tok, ["0", "1 a", "0 1 a", "house"])
    asked = question(tok, says, EXAMPLES, told)
    assert TASK.scorer.judge(TASK, asked) == [(1.0, 1.0), (1.0, 1.0), (0.0, 1.0), (0.0, 1.0)]
    assert told == {"answered with no label": 2}
    longest = max(map(len, ended(tok, LABELS.texts)))
    assert says.way == GreedySearch() and says.inputs["max_new_tokens"] == longest


def test_mcc_counts_no_label_as_a_label_of_its_own(tok):
    from sklearn.metrics import matthews_corrcoef

    task = TextToText("kinds", TASK.template, LABELS, METRICS["mcc"])
    texts = ["0", "1 a", "house", "0"]
    rows = task.scorer.judge(task, question(tok, Says(tok, texts), EXAMPLES, task=task))
    gold = [one.label for one in EXAMPLES]
    expected = matthews_corrcoef(gold, ["place", "price", "", "place"])
    assert task.metric.score(task.metric.pooled(rows)) == pytest.approx(float(expected))


def test_degrees_are_rounded_and_no_degree_is_minus_one(tok):
    scale = Degrees(Decimal(0), Decimal(5), Decimal("1.2"))
    task = TextToText("kinds", TASK.template, scale, METRICS["pearson_spearman"])
    rated = [Labelled(one.text, degree) for one, degree in zip(EXAMPLES, "0143", strict=True)]
    assert [task.target(one) for one in rated] == ["0.0", "1.2", "3.6", "2.4"]
    told = Counter()
    texts = ["1.2", "0.2", "house", "50"]
    rows = task.scorer.judge(task, question(tok, Says(tok, texts), rated, told, task))
    assert rows == [(0.0, 1.2), (1.2, 0.2), (3.6, -1.0), (2.4, -1.0)]
    assert told == {"answered with no label": 2}


def test_the_note_has_the_majority_and_the_way(tok):
    said = TASK.scorer.remark(TASK, EXAMPLES)
    assert said == "always `place`: 50.0; by greedy generation"


def test_answers_are_labels_and_the_text_beside(tok):
    says = Says(tok, ["1 a", "house"])
    asked = [TASK.answering.ask(f" {one.text} ", Route.of("en")) for one in EXAMPLES[:2]]
    assert asked == [Labelled(one.text, None) for one in EXAMPLES[:2]]
    answers = TASK.answering.answer(TASK, question(tok, says, asked))
    assert [TASK.answering.line(one) for one in answers] == ["price", "_"]
    assert [TASK.answering.values(one) for one in answers] == [
        {"label": "price", "text": "1 a"},
        {"label": None, "text": "house"},
    ]
    nothing = TASK.answering.nothing
    assert TASK.answering.line(nothing) == "" and TASK.answering.values(nothing)["label"] is None


def test_a_line_without_a_tab_is_no_pair():
    with pytest.raises(DataError, match="a line is no pair of texts"):
        PAIRS.answering.ask("one text", Route.of("en"))
    asked = PAIRS.answering.ask("one\t", Route.of("en"))
    assert asked == LabelledPair("one", "", None)


def test_equal_scores_of_uniform_logits(tok):
    share = batch_of(tok, EXAMPLES).shares["kinds"]
    count = len(share.labelled[0])
    costs = TASK.costs(torch.zeros(count, len(tok)), share)
    assert sum(nats for nats, _ in costs) == pytest.approx(count * math.log(len(tok)), rel=1e-5)
