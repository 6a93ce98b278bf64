"""Tagging: labels on first sub-words, scores on all words."""

from dataclasses import replace

import pytest
import torch
from seqeval.metrics import f1_score

import tiny_tokenizers
from hyperadapters.context import Row
from hyperadapters.errors import DataError
from hyperadapters.examples import Tagged
from hyperadapters.metrics import METRICS
from hyperadapters.tasks import Share, Tagging, collate
from hyperadapters.tasks.tagging import TaggingSettings

NER = Tagging("ner", ("O", "B-PER", "I-PER"), METRICS["span_f1"])
ROW = Row(task="ner", language="en")
GENERATOR = torch.Generator()


def share_of(task, tokenizer, sentences, length=64):
    batch = collate(
        [(task, ROW, task.encode(tokenizer, s, length)) for s in sentences], 0, GENERATOR
    )
    return batch, batch.shares[task.name]


def sure(share, choose):
    """Logits that are certain of `choose(example, token)`."""
    labels = share.targets["labels"]
    logits = torch.zeros(*labels.shape, 3)
    for example in range(labels.shape[0]):
        for token in range(labels.shape[1]):
            logits[example, token, choose(example, token)] = 9.0
    return logits


def test_labels_stand_on_first_sub_words(tokenizer):
    encoded = NER.encode(tokenizer, Tagged(("cats", "sat"), ("B-PER", "O")), 64)
    assert tokenizer.convert_ids_to_tokens(encoded.ids) == ["[CLS]", "cat", "##s", "sat", "[SEP]"]
    assert encoded.targets == {
        "labels": [-100, 1, -100, 0, -100],
        "gold": [1, 0],
        "first": [1, 3],
    }


def test_a_word_that_the_normaliser_removes_does_not_shift_labels(tokenizer):
    sentence = Tagged(("cat", "\x07", "sat"), ("B-PER", "I-PER", "O"))
    encoded = NER.encode(tokenizer, sentence, 64)
    assert encoded.targets["labels"] == [-100, 1, 0, -100]
    assert encoded.targets["first"] == [1, -1, 2]
    _, share = share_of(NER, tokenizer, [sentence])
    assert NER.predict(sure(share, lambda e, t: t - 1), share) == [["O", "O", "B-PER"]]


def test_a_sentence_of_such_words_alone_has_no_loss(tokenizer):
    _, share = share_of(NER, tokenizer, [Tagged(("\x07",), ("B-PER",))])
    logits = sure(share, lambda e, t: 0)
    assert NER.loss(logits, share) == (0.0, 0)
    assert NER.statistics(logits, share) == [(0.0, 0.0, 1.0)]


def test_unknown_words_are_labelled(tokenizer):
    encoded = NER.encode(tokenizer, Tagged(("жук", "sat"), ("B-PER", "O")), 64)
    assert encoded.targets["labels"] == [-100, 1, 0, -100]


@pytest.mark.parametrize("length", [3, 4, 5, 6, 7, 64])
def test_words_cut_off_are_no_hits(tokenizer, length):
    sentence = Tagged(("cats", "cats", "sat", "cats"), ("B-PER", "I-PER", "O", "B-PER"))
    _, share = share_of(NER, tokenizer, [sentence], length)
    gold = [0, 1, 2, 0, 1]
    right = sure(share, lambda e, t: max(int(share.targets["labels"][e, t]), 0))
    ((correct, predicted, spans),) = NER.statistics(right, share)
    assert spans == 2
    assert correct <= predicted <= 2
    assert (correct == 2) == (length >= len(gold) + 4)
    accuracy = replace(NER, metric=METRICS["accuracy"])
    ((hits, words),) = accuracy.statistics(right, share)
    assert words == 4
    seen = int((share.targets["first"] >= 0).sum())
    assert hits == seen
    assert (accuracy.predict(right, share)[0].count(""), seen) == (4 - seen, seen)


def test_statistics_agree_with_seqeval(tokenizer):
    generator = torch.Generator().manual_seed(0)
    names = NER.labels
    sentences, predictions = [], []
    for words in (1, 5, 9, 3):
        drawn = torch.randint(3, (2, words), generator=generator).tolist()
        sentences.append(Tagged(("cat",) * words, tuple(names[i] for i in drawn[0])))
        predictions.append(drawn[1])
    _, share = share_of(NER, tokenizer, sentences)
    logits = sure(share, lambda e, t: predictions[e][t - 1] if 0 < t <= len(predictions[e]) else 0)
    statistics = NER.statistics(logits, share)
    totals = tuple(sum(column) for column in zip(*statistics, strict=True))
    expected = f1_score(
        [list(s.labels) for s in sentences],
        [[names[i] for i in prediction] for prediction in predictions],
    )
    assert NER.metric.score(totals) == pytest.approx(expected)
    assert NER.predict(logits, share) == [[names[i] for i in p] for p in predictions]


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_is_smoothed_cross_entropy_over_first_sub_words(tokenizer, smoothing):
    sentences = [Tagged(("cats", "sat"), ("B-PER", "O")), Tagged(("mat",), ("I-PER",))]
    _, share = share_of(NER, tokenizer, sentences)
    logits = torch.randn(2, 5, 3, dtype=torch.float64)
    total = torch.zeros((), dtype=torch.float64)
    for example, token, label in ((0, 1, 1), (0, 3, 0), (1, 1, 2)):
        log_p = logits[example, token].log_softmax(0)
        target = torch.full((3,), smoothing / 3, dtype=torch.float64)
        target[label] += 1 - smoothing
        total -= (target * log_p).sum()
    loss = NER.loss(logits, share, smoothing=smoothing)
    assert loss.predictions == 3
    torch.testing.assert_close(loss.total, total, rtol=1e-12, atol=0)


def test_loss_of_half_precision_logits_is_summed_in_float32(tokenizer):
    _, share = share_of(NER, tokenizer, [Tagged(("cat",), ("O",))])
    assert NER.loss(torch.randn(1, 3, 3).bfloat16(), share).total.dtype == torch.float32


def test_logits_are_those_of_the_tasks_own_examples(tokenizer, view):
    pos = Tagging("pos", ("A", "B", "C"), METRICS["accuracy"])
    drawn = [
        (NER, ROW, NER.encode(tokenizer, Tagged(("cat",), ("O",)), 64)),
        (pos, ROW, pos.encode(tokenizer, Tagged(("cat", "sat"), ("A", "C")), 64)),
        (NER, ROW, NER.encode(tokenizer, Tagged(("on", "mat"), ("O", "O")), 64)),
    ]
    batch = collate(drawn, 0, GENERATOR)
    hidden = torch.randn(2, 4, 6)
    logits = NER.logits(view, hidden, batch.shares["ner"])
    torch.testing.assert_close(logits, hidden @ view.head_weight.T)
    assert view.asked == [("ner/labels", [0, 2])]
    assert batch.shares["pos"].targets["labels"].tolist() == [[-100, 0, 2, -100]]


def test_text_without_labels_can_be_tagged_but_is_not_scored(tokenizer):
    _, share = share_of(NER, tokenizer, [Tagged(("cat", "sat"), ())])
    logits = sure(share, lambda e, t: t % 3)
    assert NER.predict(logits, share) == [["B-PER", "I-PER"]]
    assert NER.statistics(logits, share) == [(0.0, 0.0, 0.0)]
    assert NER.loss(logits, share).predictions == 0


def test_words_without_a_label_are_neither_learned_nor_scored(tokenizer):
    sentence = Tagged(("cats", "on", "mat"), ("B-PER", None, "I-PER"))
    _, share = share_of(NER, tokenizer, [sentence])
    assert share.targets["gold"].tolist() == [[1, -100, 2]]
    logits = sure(share, lambda e, t: 1 if t == 1 else 2)
    assert NER.loss(logits, share).predictions == 2
    accuracy = replace(NER, metric=METRICS["accuracy"])
    assert accuracy.statistics(logits, share) == [(2.0, 2.0)]


def test_label_map_is_applied_before_encoding(tokenizer):
    task = replace(NER, label_map={"DATE": "O"})
    encoded = task.encode(tokenizer, Tagged(("cat", "sat"), ("B-DATE", "B-PER")), 64)
    assert encoded.targets["gold"] == [0, 1]


def test_a_task_is_a_value():
    assert replace(NER) == NER
    assert hash(replace(NER, label_map={"DATE": "O"})) == hash(NER)
    assert list(NER.heads) == ["labels"]
    head = NER.heads["labels"]
    assert head.form.slots(6, 6)["weight"].shape == (3, 6)
    assert head.width_in is None, "it reads hidden states"


def test_an_unknown_label_names_the_nearest(tokenizer):
    with pytest.raises(DataError) as caught:
        NER.encode(tokenizer, Tagged(("cat", "sat"), ("O", "B-PERS")), 64)
    assert str(caught.value).splitlines() == [
        "label `B-PERS` is not among the labels of task `ner`",
        "  expected: one of O, B-PER, I-PER",
        "  found: `B-PERS` at the word `sat` of `cat sat`",
        "  likely cause: the corpus has another label set than the task",
        "  remedy: did you mean `B-PER`? If not, map it onto one of these, "
        "`--set tasks.ner.label_map.PERS=O`; before a run is trained, `B-PERS` can be added to "
        "its `labels`",
    ]


def test_an_unknown_label_after_mapping_names_both(tokenizer):
    task = replace(NER, label_map={"GPE": "LOC"})
    with pytest.raises(DataError, match="label `B-GPE`, `B-LOC` after the label map, is not among"):
        task.encode(tokenizer, Tagged(("cat",), ("B-GPE",)), 64)


def test_a_sentence_has_words_and_one_label_for_each(tokenizer):
    with pytest.raises(DataError, match="a sentence of task `ner` has no words"):
        NER.encode(tokenizer, Tagged((), ()), 64)
    with pytest.raises(
        DataError, match="not one label per word(.|\n)*found: 1 labels in `cat sat`"
    ):
        NER.encode(tokenizer, Tagged(("cat", "sat"), ("O",)), 64)


def test_a_label_stands_once():
    with pytest.raises(ValueError, match="a label occurs twice in the labels of task `ner`"):
        replace(NER, labels=("O", "O"))


def test_shares_can_be_cut_into_ranks(tokenizer):
    sentences = [Tagged(("cat", "sat"), ("B-PER", "O")), Tagged(("mat",), ("I-PER",))]
    _, share = share_of(NER, tokenizer, sentences)
    logits = torch.randn(2, 4, 3)
    halves = [
        Share(share.examples[i : i + 1], {n: t[i : i + 1] for n, t in share.targets.items()})
        for i in range(2)
    ]
    apart = [NER.statistics(logits[i : i + 1], half)[0] for i, half in enumerate(halves)]
    assert apart == NER.statistics(logits, share)


def test_spans_are_counted_over_labels_of_spans_only() -> None:
    with pytest.raises(DataError, match=r"(?s)`span_f1` cannot count.*`ORG`.*metric: accuracy"):
        Tagging("ner", ("O", "ORG", "B-PER"), METRICS["span_f1"])
    Tagging("ner", ("O", "ORG"), METRICS["accuracy"])
    Tagging("ner", ("O", "B-PER", "I-PER", "E-PER", "S-PER", "B"), METRICS["span_f1"])


def test_a_folder_of_peft_is_told_the_labels_of_the_task():
    data = [{"format": "cldr"}]
    plain = TaggingSettings.plain
    told = TaggingSettings(kind="tagging", labels=("O", "B-X"), data=data)
    assert plain.told(told) == {"id2label": {0: "O", 1: "B-X"}}
    assert plain.told(TaggingSettings(kind="tagging", data=data)) == {}


@pytest.mark.parametrize("family", tiny_tokenizers.FAMILIES)
def test_words_are_tagged_as_they_stand_in_running_text(family):
    """A tokenizer that marks words by the space before them reads each with its space."""
    tokenizer = tiny_tokenizers.of_family(family)
    words = "the market of New York opens at nine".split()
    encoded = NER.encode(tokenizer, Tagged(tuple(words), ("O",) * 8), 64)
    if family != "llama":  # its pieces reach over the ends of words
        assert encoded.ids == tokenizer(" ".join(words))["input_ids"]
    first = encoded.targets["first"]
    assert first == sorted(set(first)) and first[0] == 1
    assert [place for place, label in enumerate(encoded.targets["labels"]) if label == 0] == first


def test_control_tokens_in_a_sentence_are_words(tokenizer):
    words = ("cat", "[SEP]", "[PAD]", "sat")
    encoded = NER.encode(tokenizer, Tagged(words, ("B-PER", "O", "O", "O")), 64)
    assert encoded.ids.count(3) == 1 and 0 not in encoded.ids
    assert len(set(encoded.targets["first"])) == 4


@pytest.mark.parametrize(
    ("metric", "labels", "unread"),
    [
        ("span_f1", ("B-PER", "I-PER", "O", "O"), 1),
        ("accuracy", ("B-PER", "I-PER", "O", "O"), 2),
        ("accuracy", (), 0),
    ],
)
def test_words_without_a_token_are_counted(tokenizer, metric, labels, unread):
    task = replace(NER, metric=METRICS[metric])
    sentence = Tagged(("cat", "\x07", "sat", "\x07"), labels)
    assert task.unread(task.encode(tokenizer, sentence, 64)) == unread
    assert task.unread(task.encode(tokenizer, Tagged(("cats", "sat", "on"), ()), 3)) == 0


def test_words_that_were_cut_off_do_not_count_as_unread(tokenizer):
    labels = ("B-PER", "I-PER", "B-PER", "B-PER", "I-PER")
    sentence = Tagged(("cat", "\x07", "sat", "on", "\x07"), labels)
    unread = {length: NER.unread(NER.encode(tokenizer, sentence, length)) for length in range(2, 7)}
    assert unread == {2: 0, 3: 0, 4: 1, 5: 2, 6: 2}
