"""Classification: one label for a text or a pair, read off the first token."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

import tiny_tokenizers
from hyperadapters.context import Row
from hyperadapters.data.reading import special_ids
from hyperadapters.data.vocabulary import train_joint_tokenizer, train_tokenizer
from hyperadapters.errors import BackboneError, DataError
from hyperadapters.examples import Labelled, LabelledPair
from hyperadapters.metrics import METRICS
from hyperadapters.routes import Route
from hyperadapters.tasks import Classification, collate

LABELS = ("no", "maybe", "yes")
NLI = Classification("nli", LABELS, METRICS["accuracy"], LabelledPair)
TOPIC = Classification("topic", LABELS, METRICS["accuracy"])
ROW = Row(task="nli", language="en")
TR = Route.of("tr")


def share_of(task, tokenizer, examples, length=64):
    drawn = [(task, ROW, one) for one in task.encode_all(tokenizer, examples, length)]
    batch = collate(drawn, 0)
    return batch, batch.shares[task.name]


@pytest.mark.parametrize("family", tiny_tokenizers.FAMILIES)
def test_a_pair_is_encoded_as_its_family_has_it(family):
    tokenizer = tiny_tokenizers.of_family(family)
    pair = LabelledPair("two friends", "the market", "yes")
    encoded = NLI.encode(tokenizer, pair, 64)
    assert encoded.ids == tokenizer("two friends", "the market")["input_ids"]
    assert (encoded.targets, encoded.types, encoded.uncut) == ({"labels": [2]}, None, True)
    tokens = tokenizer.convert_ids_to_tokens(encoded.ids)
    assert tokens[0] == "<s>" and tokens[-1] == "</s>" and tokens.count("</s>") == 3
    one = TOPIC.encode(tokenizer, Labelled("two friends", "no"), 64)
    assert one.ids == tokenizer("two friends")["input_ids"]


def test_bert_has_two_segments_and_a_text_alone_has_one():
    tokenizer = train_tokenizer(["two friends the market"] * 3, 100, 64)
    (first, second) = NLI.encode_all(
        tokenizer, [LabelledPair("two", "the market", "no"), LabelledPair("two", "", "no")], 64
    )
    assert first.types == [0, 0, 0, 1, 1, 1] and second.types == [0, 0, 0, 1]
    assert TOPIC.encode(tokenizer, Labelled("two", "no"), 64).types is None


@pytest.mark.parametrize("family", ["bert", "roberta", "xlm-roberta"])
@pytest.mark.parametrize("texts", [("two friends", ""), ("", "two"), ("", "")])
def test_an_empty_text_is_encoded_alike_alone_and_in_a_batch(family, texts):
    tokenizer = tiny_tokenizers.of_family(family)
    pair = LabelledPair(*texts, "no")
    among = list(NLI.encode_all(tokenizer, [LabelledPair("a", "b", "no"), pair], 64))[1]
    assert NLI.encode(tokenizer, pair, 64) == among
    assert among.ids == tokenizer([texts[0]], [texts[1]])["input_ids"][0]


@pytest.mark.parametrize("family", tiny_tokenizers.FAMILIES)
def test_control_tokens_in_a_text_are_text(family):
    tokenizer = tiny_tokenizers.of_family(family)
    control = special_ids(tokenizer, len(tokenizer)) - {tokenizer.unk_token_id}
    plain = NLI.encode(tokenizer, LabelledPair("two", "nine", "no"), 64)
    other = NLI.encode(tokenizer, LabelledPair("two </s> <mask>", "<s> nine <pad>", "no"), 64)
    counted = [Counter(one for one in found.ids if one in control) for found in (plain, other)]
    assert counted[0] == counted[1] and len(other.ids) > len(plain.ids) + 10


@pytest.mark.parametrize("length", [4, 6, 9, 64])
def test_what_is_too_long_is_cut_from_the_longer_text_and_counted(length):
    tokenizer = tiny_tokenizers.of_family("roberta")
    pair = LabelledPair("the market of New York opens at nine", "two", "no")
    encoded = NLI.encode(tokenizer, pair, length)
    limit = {"truncation": "longest_first", "max_length": length}
    assert encoded.ids == tokenizer(*pair.texts, **limit)["input_ids"]
    assert encoded.uncut == (length == 64)


def test_a_tokenizer_that_puts_nothing_between_two_texts_is_refused():
    texts = {"en": ["two friends went to the market"] * 9}
    tokenizer = train_joint_tokenizer(texts, 40, 64, added=["<2en>"])
    with pytest.raises(BackboneError, match="puts nothing between two texts"):
        NLI.encode(tokenizer, LabelledPair("two", "friends", "no"), 64)
    assert TOPIC.encode(tokenizer, Labelled("two", "no"), 64).uncut
    assert NLI.encode(tokenizer, LabelledPair("two", "", "no"), 64).uncut


def test_the_head_reads_the_first_token_through_both_of_its_parts(tokenizer, view):
    square = torch.eye(6)
    view = replace(view, head_weight=square)
    batch, share = share_of(TOPIC, tokenizer, [Labelled("cat", "no"), Labelled("the mat", "yes")])
    hidden = torch.randn(2, batch.inputs["input_ids"].shape[1], 6)
    torch.testing.assert_close(TOPIC.logits(view, hidden, share), hidden[:, 0])
    assert view.asked == [("topic/dense", [0, 1]), ("topic/labels", [0, 1])]
    shapes = {part: head.form.slots(6, 6)["weight"].shape for part, head in TOPIC.heads.items()}
    assert shapes == {"dense": (6, 6), "labels": (3, 6)}


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_is_smoothed_cross_entropy_over_examples_with_a_label(tokenizer, smoothing):
    examples = [Labelled("cat", "yes"), Labelled("mat", None), Labelled("sat", "no")]
    _, share = share_of(TOPIC, tokenizer, examples)
    logits = torch.randn(3, 3, dtype=torch.float64)
    total = torch.zeros((), dtype=torch.float64)
    for place, label in ((0, 2), (2, 0)):
        target = torch.full((3,), smoothing / 3, dtype=torch.float64)
        target[label] += 1 - smoothing
        total -= (target * logits[place].log_softmax(0)).sum()
    loss = TOPIC.loss(logits, share, smoothing=smoothing)
    assert loss.predictions == 2
    torch.testing.assert_close(loss.total, total, rtol=1e-12, atol=0)
    assert TOPIC.loss(logits.bfloat16(), share).total.dtype == torch.float32


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("accuracy", accuracy_score),
        ("macro_f1", lambda gold, found: f1_score(gold, found, average="macro")),
        ("mcc", matthews_corrcoef),
    ],
)
def test_statistics_agree_with_scikit_learn(tokenizer, name, oracle):
    task = Classification("topic", LABELS, METRICS[name])
    generator = torch.Generator().manual_seed(0)
    gold, guesses = torch.randint(3, (2, 40), generator=generator).tolist()
    _, share = share_of(task, tokenizer, [Labelled("cat", LABELS[place]) for place in gold])
    logits = torch.nn.functional.one_hot(torch.tensor(guesses), 3).double()
    totals = tuple(map(sum, zip(*task.statistics(logits, share), strict=True)))
    assert task.metric.score(totals) == pytest.approx(float(oracle(gold, guesses)))
    verdicts = task.predict(logits)
    assert [one.label for one in verdicts] == [LABELS[place] for place in guesses]
    assert all(sum(one.probabilities.values()) == pytest.approx(1) for one in verdicts)
    certain = verdicts[0].probabilities[LABELS[guesses[0]]]
    assert certain == pytest.approx(torch.e / (torch.e + 2))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("accuracy", "always `yes`: 60.0; at random: 33.3"),
        ("macro_f1", f"always `yes`: {100 * 0.75 / 2:.1f}; at random: "),
        ("mcc", "always `yes`: 0.0; at random: 0.0"),
    ],
)
def test_what_knowing_nothing_scores_is_told(name, said):
    task = Classification("topic", LABELS, METRICS[name], label_map={"YES": "yes"})
    gold = ["yes", "YES", "no", "no", "yes"]
    remark = task.scorer.remark(task, [Labelled("x", label) for label in gold])
    assert remark.startswith(said)
    assert task.scorer.remark(task, [Labelled("x", None)]) == ""


def test_labels_are_known_by_name_and_can_be_mapped(tokenizer):
    task = replace(TOPIC, label_map={"entailment": "yes"})
    assert task.encode(tokenizer, Labelled("cat", "entailment"), 64).targets == {"labels": [2]}
    other = Classification("topic", LABELS[::-1], METRICS["accuracy"])
    assert other.encode(tokenizer, Labelled("cat", "yes"), 64).targets == {"labels": [0]}
    assert hash(task) == hash(TOPIC) and replace(TOPIC) == TOPIC
    assert task.kept() == {"labels": list(LABELS)}
    with pytest.raises(ValueError, match="a label occurs twice in the labels of task `topic`"):
        Classification("topic", ("a", "a"), METRICS["accuracy"])


def test_an_unknown_label_is_told_with_its_place():
    example = LabelledPair("a cat", "a mat", "yess", "nli/en/train.tsv:7")
    with pytest.raises(DataError) as caught:
        NLI.check(example)
    assert str(caught.value).splitlines() == [
        "label `yess` is not among the labels of task `nli`",
        "  where: nli/en/train.tsv:7",
        "  expected: one of no, maybe, yes",
        "  found: `yess` of `a cat a mat`",
        "  likely cause: the corpus has another label set than the task",
        "  remedy: did you mean `yes`? If not, map it onto one of these, "
        "`--set tasks.nli.label_map.yess=yes`; before a run is trained, `yess` can be added to "
        "its `labels`",
    ]
    with pytest.raises(DataError, match="`not-entailment`, `non` after the label map"):
        replace(NLI, label_map={"not-entailment": "non"}).check(
            LabelledPair("a", "b", "not-entailment")
        )
    NLI.check(LabelledPair("a", "b", None))


def test_lines_are_texts_or_pairs_by_what_the_task_reads():
    pairs, texts = NLI.answering, TOPIC.answering
    assert pairs.ask("a cat\t a mat ", TR) == LabelledPair("a cat", "a mat", None)
    assert pairs.ask("a cat\t", TR) == LabelledPair("a cat", "", None)
    assert texts.ask(" a\tcat ", TR) == Labelled("a\tcat", None)
    for line in ("a cat", "a\tb\tc"):
        with pytest.raises(DataError, match=r"(?s)no pair of texts.*a tab, and the other text"):
            pairs.ask(line, TR)
    verdict = TOPIC.predict(torch.tensor([[0.0, 2.0, 1.0]]))[0]
    assert texts.line(verdict) == "maybe" and texts.line(texts.nothing) == ""
    values = texts.values(verdict)
    assert values["label"] == "maybe" and list(values["probabilities"]) == list(LABELS)
    assert texts.values(texts.nothing) == {"label": None, "probabilities": {}}
