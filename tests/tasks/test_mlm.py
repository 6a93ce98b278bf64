"""Masked and translation language modelling: what is masked, and what it costs in nats."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.context import Row
from hyperadapters.errors import BackboneError
from hyperadapters.examples import Pair, Text
from hyperadapters.tasks import Batch, MaskedLM, Share, collate

MLM = MaskedLM("mlm")
ROW = Row(task="mlm", language="en")
SPECIAL = [0, 1, 2, 3, 4]
SENTENCE = Text("the cat sat on the mat . a b c a b c a b c a b c")


def batch_of(tokenizer, examples, seed=0, task=MLM) -> Batch:
    encoded = [task.encode(tokenizer, example, 64) for example in examples]
    generator = torch.Generator().manual_seed(seed)
    return collate([(task, ROW, one) for one in encoded], tokenizer.pad_token_id, generator)


def test_a_fair_share_is_masked_replaced_and_left(tokenizer):
    examples = [SENTENCE] * 400
    batch = batch_of(tokenizer, examples, task=MaskedLM("mlm", 0.3))
    labels = batch.shares["mlm"].targets["labels"]
    ids = batch.inputs["input_ids"]
    chosen = labels != -100
    ordinary = 400 * 19
    assert chosen.sum() / ordinary == pytest.approx(0.3, abs=0.02)
    masked = (ids[chosen] == 4).double().mean()
    kept = (ids[chosen] == labels[chosen]).double().mean()
    assert masked == pytest.approx(0.8, abs=0.03)
    # One in 13 of the replaced tokens falls on itself.
    assert kept == pytest.approx(0.1 + 0.1 / 13, abs=0.02)


def test_random_tokens_are_ordinary_and_all_of_them_occur(tokenizer):
    batch = batch_of(tokenizer, [SENTENCE] * 400, task=MaskedLM("mlm", 1.0))
    labels, ids = batch.shares["mlm"].targets["labels"], batch.inputs["input_ids"]
    replaced = ids[(labels != -100) & (ids != labels) & (ids != 4)]
    assert set(replaced.tolist()) == set(range(5, 18))


@given(
    st.lists(st.text("abc ж", min_size=1, max_size=20), min_size=1, max_size=5), st.integers(0, 9)
)
def test_special_tokens_are_never_chosen_and_every_example_has_one(tokenizer, texts, seed):
    examples = [Text(text) for text in texts]
    original = [MLM.encode(tokenizer, example, 64).ids for example in examples]
    batch = batch_of(tokenizer, examples, seed)
    labels, ids = batch.shares["mlm"].targets["labels"], batch.inputs["input_ids"]
    for place, before in enumerate(original):
        ordinary = [token for token, one in enumerate(before) if one not in SPECIAL]
        chosen = (labels[place] != -100).nonzero()[:, 0].tolist()
        assert set(chosen) <= set(ordinary)
        assert bool(chosen) == bool(ordinary)
        padding = [0] * (ids.shape[1] - len(before))
        back = torch.where(labels[place] == -100, ids[place], labels[place])
        assert back.tolist() == before + padding


def test_masks_depend_on_the_generator_alone(tokenizer):
    once, again = (batch_of(tokenizer, [SENTENCE, Text("a")], seed=3) for _ in range(2))
    other = batch_of(tokenizer, [SENTENCE, Text("a")], seed=4)
    assert once.inputs["input_ids"].equal(again.inputs["input_ids"])
    assert not once.inputs["input_ids"].equal(other.inputs["input_ids"])


def test_masks_do_not_depend_on_padding(tokenizer):
    encoded = [MLM.encode(tokenizer, Text("the cat sat"), 64)]
    narrow, wide = (
        MLM.targets(encoded, tokens, torch.Generator().manual_seed(5)) for tokens in (5, 9)
    )
    assert narrow[0]["labels"].equal(wide[0]["labels"][:, :5])
    assert narrow[1].equal(wide[1][:, :5])


def test_a_pair_is_one_sequence_masked_on_both_sides(tokenizer):
    pair = Pair("a a a a a a a a", "b b b b b b b b", ("en", "tr"))
    encoded = MLM.encode(tokenizer, pair, 64)
    assert encoded.ids == [2] + [5] * 8 + [3] + [6] * 8 + [3]
    labels = batch_of(tokenizer, [pair] * 20).shares["mlm"].targets["labels"]
    assert {5, 6} < set(labels.flatten().tolist())


def test_a_long_pair_loses_from_the_longer_side_first(tokenizer):
    ids = MLM.encode(tokenizer, Pair("a " * 12, "b b b", ("en", "tr")), 10).ids
    assert (len(ids), ids.count(5), ids.count(6)) == (10, 4, 3)
    ids = MLM.encode(tokenizer, Pair("a " * 12, "b " * 12, ("en", "tr")), 11).ids
    assert (ids.count(5), ids.count(6)) == (4, 4)


def test_a_long_sentence_is_cut(tokenizer):
    assert len(MLM.encode(tokenizer, SENTENCE, 7)) == 7


def test_logits_are_those_of_chosen_places_with_their_examples(tokenizer, view):
    batch = batch_of(tokenizer, [Text("a"), SENTENCE])
    share = Share(torch.tensor([2, 5]), batch.shares["mlm"].targets)
    hidden = torch.randn(2, share.targets["labels"].shape[1], 6)
    logits = MLM.logits(view, hidden, share)
    expected = [
        hidden[place, token] @ view.output_weight.T
        for place, row in enumerate(share.targets["labels"].tolist())
        for token, label in enumerate(row)
        if label != -100
    ]
    torch.testing.assert_close(logits, torch.stack(expected))
    chosen = (share.targets["labels"] != -100).sum(1)
    assert view.asked == [("unembed", [2] * int(chosen[0]) + [5] * int(chosen[1]))]


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_loss_is_smoothed_cross_entropy_in_nats(tokenizer, smoothing):
    share = batch_of(tokenizer, [Text("a"), SENTENCE]).shares["mlm"]
    gold = share.targets["labels"][share.targets["labels"] != -100]
    logits = torch.randn(len(gold), 18, dtype=torch.float64)
    target = torch.full_like(logits, smoothing / 18)
    target[torch.arange(len(gold)), gold] += 1 - smoothing
    loss = MLM.loss(logits, share, smoothing=smoothing)
    expected = -(target * logits.log_softmax(-1)).sum()
    torch.testing.assert_close(loss.total, expected, rtol=1e-12, atol=0)
    assert loss.predictions == len(gold)


def test_statistics_add_up_to_the_loss_and_uniform_scores_have_the_vocabulary_as_perplexity(
    tokenizer,
):
    share = batch_of(tokenizer, [Text("a"), SENTENCE, Text("ж")]).shares["mlm"]
    count = int((share.targets["labels"] != -100).sum())
    logits = torch.randn(count, 18)
    statistics = MLM.statistics(logits, share)
    loss = MLM.loss(logits, share)
    assert sum(nats for nats, _ in statistics) == pytest.approx(float(loss.total), rel=1e-5)
    assert [n for _, n in statistics] == (share.targets["labels"] != -100).sum(1).tolist()
    assert statistics[0][1] == 1
    assert statistics[2] == (0.0, 0.0)
    flat = MLM.statistics(torch.zeros(count, 18), share)
    totals = tuple(sum(column) for column in zip(*flat, strict=True))
    assert MLM.metric.score(totals) == pytest.approx(18, rel=1e-5)
    assert flat[0][0] == pytest.approx(math.log(18))


def test_nothing_to_guess_costs_nothing(tokenizer, view):
    share = batch_of(tokenizer, [Text("ж")]).shares["mlm"]
    logits = MLM.logits(view, torch.randn(1, 3, 6), share)
    assert logits.shape == (0, 18)
    assert MLM.loss(logits, share) == (0.0, 0)
    assert MLM.statistics(logits, share) == [(0.0, 0.0)]


def test_added_special_tokens_are_noticed(tokenizer):
    import copy

    more = copy.deepcopy(tokenizer)
    MLM.encode(more, SENTENCE, 64)
    more.add_tokens(["zebra"])
    more.add_special_tokens({"bos_token": "[LANG]"})
    vocabulary = MLM.encode(more, SENTENCE, 64).targets["vocabulary"]
    assert tuple(vocabulary) == (20, 4, 0, 1, 2, 3, 4, 19)


def test_a_task_is_a_value():
    assert replace(MLM) == MLM == MaskedLM("mlm", 0.15)
    assert MaskedLM("mlm", 0.2) != MLM
    assert MLM.heads == {}
    assert MLM.answering is None
    assert MLM.metric.name == "perplexity"


def test_a_tokenizer_without_mask_is_refused(tokenizer):
    import copy

    bare = copy.deepcopy(tokenizer)
    bare.mask_token = None
    with pytest.raises(BackboneError, match="has no mask token(.|\n)*tasks of kind `mlm`"):
        MLM.encode(bare, SENTENCE, 64)


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.1])
def test_a_probability_is_in_range(probability):
    with pytest.raises(ValueError, match=r"task `mlm`: `probability` must be in \(0, 1\]"):
        MaskedLM("mlm", probability)


def test_control_tokens_in_a_text_are_text(tokenizer):
    encoded = MLM.encode(tokenizer, Text("the [MASK] cat [SEP] sat"), 64)
    assert 4 not in encoded.ids and encoded.ids.count(3) == 1


def test_what_is_cut_is_known(tokenizer):
    assert MLM.encode(tokenizer, Text("the cat sat"), 5).uncut
    assert not MLM.encode(tokenizer, Text("the cat sat"), 4).uncut
    assert not MLM.encode(tokenizer, Pair("the cat", "sat on", ("en", "tr")), 6).uncut
