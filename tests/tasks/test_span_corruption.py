"""Span corruption: what both towers get rebuilds the text; its spans are as many as it says."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken

from hyperadapters.context import Row
from hyperadapters.data.vocabulary import train_joint_tokenizer
from hyperadapters.errors import BackboneError, DataError
from hyperadapters.examples import Text
from hyperadapters.routes import Route
from hyperadapters.tasks import SpanCorruption, collate
from hyperadapters.tasks.batch import Encoded
from hyperadapters.tasks.span_corruption import SpanCorruptionSettings, sentinels_of, spans

TASK = SpanCorruption("spans")
START, END, SENTINELS = 0, 1, list(range(99, 69, -1))
numbers = st.tuples(
    st.integers(2, 120), st.sampled_from([0.01, 0.15, 0.5, 0.9]), st.integers(0, 50)
)


def drawn(ids, seed, task=TASK):
    encoded = Encoded(ids, {"marks": [START, END, *SENTINELS]})
    return task.drawn(encoded, torch.Generator().manual_seed(seed))


@given(numbers, st.sampled_from([1.0, 3.0, 10.0]))
def test_spans_have_the_share_and_the_mean_that_they_should(drawing, mean):
    tokens, probability, seed = drawing
    generator = torch.Generator().manual_seed(seed)
    found = spans(tokens, probability=probability, mean=mean, generator=generator)
    lengths = [end - start for start, end in found]
    inside = min(max(round(probability * tokens), 1), tokens - 1)
    assert sum(lengths) == inside and min(lengths) >= 1
    assert len(found) == min(max(round(inside / mean), 1), tokens - inside + 1)
    assert found[0][0] >= 0 and found[-1][1] <= tokens
    gaps = [after[0] - before[1] for before, after in zip(found, found[1:], strict=False)]
    assert all(gap >= 1 for gap in gaps), "spans do not touch"


def test_every_token_is_in_a_span_as_often_as_another():
    """But for those near the ends, which fewer spans reach."""
    generator, counts = torch.Generator().manual_seed(0), torch.zeros(20)
    for _ in range(4000):
        for start, end in spans(20, probability=0.15, mean=3.0, generator=generator):
            counts[start:end] += 1
    assert counts.sum() == 4000 * 3
    inner = counts[2:18] / 4000
    assert inner.min() > 0.13 and inner.max() < 0.20  # 3 of 18 places each
    assert counts[0] > 0 and counts[-1] > 0


@given(st.lists(st.integers(100, 200), min_size=2, max_size=60), st.integers(0, 99))
def test_input_and_target_rebuild_the_text(ids, seed):
    one = drawn(ids, seed)
    target, pieces = list(one.targets["labels"]), {}
    assert target[-1] == one.ids[-1] == END
    for token in target[:-1]:
        if token in SENTINELS:
            pieces[token] = []
            last = token
        else:
            pieces[last].append(token)
    assert list(pieces) == SENTINELS[: len(pieces)], "in order, each once"
    assert pieces.pop(last) == [], "the last one ends the target"
    rebuilt = [own for token in one.ids[:-1] for own in pieces.get(token, [token])]
    assert rebuilt == ids
    assert one.decoder_ids == [START, *target[:-1]]


def test_each_draw_is_another_and_the_same_under_the_same_seed():
    ids = list(range(100, 140))
    assert drawn(ids, 1) == drawn(ids, 1)
    assert len({tuple(drawn(ids, seed).ids) for seed in range(10)}) > 5


@pytest.fixture(scope="module")
def tok():
    names = [f"<extra_id_{n}>" for n in range(12)]
    texts = ["a house by the lake", "the old lake is deep", "an old house"]
    return train_joint_tokenizer({"en": texts}, 70, 64, added=sorted(names))


def test_sentinels_are_found_by_their_names_and_not_by_their_places(tok):
    found = sentinels_of(tok, len(tok))
    assert tok.convert_ids_to_tokens(list(found)) == [f"<extra_id_{n}>" for n in range(12)]
    assert list(found) != sorted(found), "`<extra_id_10>` stands before `<extra_id_2>`"


def test_sentinels_of_t5_go_down_from_the_end_of_its_vocabulary(tok):
    plain = train_joint_tokenizer({"en": ["a house by the lake"]}, 40, 64, added=[])
    names = [f"<extra_id_{n}>" for n in reversed(range(100))]
    plain.add_tokens([AddedToken(name, special=True) for name in names])
    found = sentinels_of(plain, len(plain))
    assert list(found) == list(range(len(plain) - 1, len(plain) - 101, -1))


def test_sentinels_of_mt5_begin_with_the_mark_of_a_word():
    plain = train_joint_tokenizer({"en": ["a house by the lake"]}, 40, 64, added=[])
    plain.add_tokens([AddedToken(f"▁<extra_id_{n}>") for n in (1, 0)])
    assert sentinels_of(plain, len(plain)) == (len(plain) - 1, len(plain) - 2)


def test_a_tokenizer_without_sentinels_is_refused(tokenizer):
    with pytest.raises(BackboneError, match="has no sentinels") as caught:
        TASK.encode(tokenizer, Text("the cat sat"), 16)
    assert "t5 or mt5" in str(caught.value)


def test_too_few_sentinels_for_long_texts_are_refused(tok):
    assert TASK.encode(tok, Text("an old house"), 64)
    with pytest.raises(BackboneError, match="too few sentinels") as caught:
        TASK.encode(tok, Text("an old house"), 1024)
    assert "found: 12" in str(caught.value)


def test_a_text_of_one_token_is_a_span(tok):
    one = drawn([123], seed=0)
    assert (one.ids, list(one.targets["labels"])) == (
        [SENTINELS[0], END],
        [SENTINELS[0], 123, SENTINELS[1], END],
    )
    assert TASK.encode(tok, Text("cat"), 16).ids


def test_a_text_without_tokens_is_refused(tok):
    with pytest.raises(DataError, match="has no token"):
        TASK.encode(tok, Text(""), 16)


@pytest.mark.parametrize("probability", [0.15, 0.5, 0.9])
@pytest.mark.parametrize("length", [8, 17, 32])
def test_neither_side_is_longer_than_the_limit(tok, probability, length):
    task = SpanCorruption("spans", probability, 3.0)
    encoded = task.encode(tok, Text("the old house " * 30), length)
    assert not encoded.uncut
    for seed in range(5):
        one = task.drawn(encoded, torch.Generator().manual_seed(seed))
        assert len(one.ids) <= length and len(one.targets["labels"]) <= length


def test_a_batch_is_drawn_anew_and_padded_on_both_sides(tok):
    texts = [Text("a house by the lake"), Text("the old lake is deep , an old house")]
    encoded = [(TASK, Row(task="spans"), TASK.encode(tok, text, 64)) for text in texts]
    one, other = (
        collate(encoded, tok.pad_token_id, torch.Generator().manual_seed(seed)) for seed in (1, 2)
    )
    assert not torch.equal(
        one.inputs["input_ids"], other.inputs["input_ids"][:, : one.inputs["input_ids"].shape[1]]
    )
    labels = one.shares["spans"].targets["labels"]
    assert labels.shape == one.inputs["decoder_input_ids"].shape
    assert (one.inputs["decoder_input_ids"][:, 0] == tok.pad_token_id).all()
    for place, row in enumerate(labels.tolist()):
        real = [token for token in row if token != -100]
        assert one.inputs["decoder_input_ids"][place, 1 : len(real)].tolist() == real[:-1]


def test_a_vocabulary_that_is_learned_gets_a_hundred_sentinels():
    settings = SpanCorruptionSettings.model_validate(
        {"kind": "span-corruption", "data": {"format": "cldr", "content": "text"}}
    )
    assert len(set(settings.tokens(Route.of("en")))) == 100
    assert settings.build("spans", lambda: []) == SpanCorruption("spans", 0.15, 3.0)
