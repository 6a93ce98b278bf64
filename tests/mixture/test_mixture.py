"""What a mixture draws: by temperature, epoch by epoch, in blocks, the same for the same seed."""

import json
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from hyperadapters.context import Row
from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.mixture.ahead import Ahead
from hyperadapters.mixture.deck import Examples, Tokens
from hyperadapters.mixture.mixture import Mixture, Stream
from hyperadapters.mixture.order import Alternate, Order, Temperature
from hyperadapters.tasks import Batch, Encoded
from tiny import Probe


@dataclass(frozen=True)
class Toy(Probe):
    """Draws a number per example, as a task that masks does, and keeps the example's index."""

    name: str = "toy"

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], None]:
        index = torch.tensor([one.targets["index"][0] for one in encoded])
        return {"index": index, "drawn": torch.rand(len(encoded), generator=generator)}, None


def stream(examples: int, language: str = "tr", task: str = "toy", seed: int = 0) -> Stream:
    """Examples of 1 to 30 tokens; token ids tell nothing, indices tell which is which."""
    lengths = random.Random(seed).choices(range(1, 31), k=examples)
    encoded = [Encoded([7] * length, {"index": [index]}) for index, length in enumerate(lengths)]
    return Stream(Toy(task), Row(task=task, language=language), encoded, examples)


BY_SIZE = Temperature(1.0)


def mixture(
    streams: Sequence[Stream],
    *,
    examples: int = 4,
    contexts: int = 1,
    seed: str = "0/0",
    order: Order = BY_SIZE,
) -> Mixture:
    return Mixture(
        streams, order=order, budget=Examples(examples), contexts=contexts, pad_id=0, seed=seed
    )


def drawn(batch: Batch) -> list[tuple[str, int]]:
    """Row and index of every example, in the batch's order."""
    found: dict[int, int] = {}
    for share in batch.shares.values():
        found.update(zip(share.examples.tolist(), share.targets["index"].tolist(), strict=True))
    return [(str(row), found[place]) for place, row in enumerate(batch.observed)]


def same(one: Batch, other: Batch) -> bool:
    return (
        one.observed == other.observed
        and all(torch.equal(one.inputs[name], other.inputs[name]) for name in one.inputs)
        and all(
            torch.equal(share.targets[name], other.shares[task].targets[name])
            for task, share in one.shares.items()
            for name in share.targets
        )
    )


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=4)


@given(SIZES, st.sampled_from([(4, 1), (4, 2), (6, 3), (1, 1)]), st.integers(0, 30))
def test_a_restored_mixture_draws_what_the_first_would_have(
    sizes: list[int], shape: tuple[int, int], draws: int
) -> None:
    streams = [stream(size, f"l{place}") for place, size in enumerate(sizes)]
    first, second = (mixture(streams, examples=shape[0], contexts=shape[1]) for _ in range(2))
    for _ in range(draws):
        first.draw()
    second.restore(json.loads(json.dumps(first.state())))
    assert all(same(first.draw(), second.draw()) for _ in range(20))


def test_a_mixture_is_not_restored_on_other_numbers_of_examples() -> None:
    state = mixture([stream(20), stream(7, "l1")]).state()
    with pytest.raises(BundleError, match="the data of the run have changed"):
        mixture([stream(20), stream(8, "l1")]).restore(state)


@given(st.integers(1, 60), st.sampled_from([1, 3, 8]))
def test_every_epoch_deals_every_example_once(size: int, examples: int) -> None:
    deck = mixture([stream(size)], examples=examples)
    dealt = [index for _ in range(4 * size) for _, index in drawn(deck.draw())]
    for start in range(0, len(dealt) - size, size):
        assert sorted(dealt[start : start + size]) == list(range(size))


def test_epochs_and_seeds_differ() -> None:
    one = mixture([stream(40)], examples=40)
    epochs = [drawn(one.draw()) for _ in range(3)]
    other = mixture([stream(40)], examples=40, seed="0/1")
    assert epochs[0] != epochs[1] != epochs[2]
    assert drawn(other.draw()) != epochs[0]


def test_two_mixtures_of_one_seed_draw_the_same() -> None:
    streams = [stream(30, "en"), stream(7, "tr")]
    assert all(
        same(one, other)
        for first, second in [(mixture(streams), mixture(streams))]
        for one, other in [(first.draw(), second.draw()) for _ in range(25)]
    )


def test_tasks_that_draw_do_not_repeat_themselves() -> None:
    deck = mixture([stream(4)], examples=4)
    masks = [tuple(deck.draw().shares["toy"].targets["drawn"].tolist()) for _ in range(5)]
    assert len(set(masks)) == 5


@pytest.mark.parametrize("temperature", [1.0, 5.0, math.inf])
def test_streams_are_drawn_by_temperature(temperature: float) -> None:
    sizes = {"a": 1000, "b": 100, "c": 10}
    order, chance = Temperature(temperature), random.Random(0)
    turns = 20_000
    drawn_from = order.weights(list(sizes.values()))
    found = Counter(order.choose(drawn_from, turn, chance) for turn in range(turns))
    weights = [size ** (1 / temperature) for size in sizes.values()]
    for place, weight in enumerate(weights):
        expected = weight / sum(weights)
        margin = 4 * math.sqrt(expected * (1 - expected) / turns)
        assert abs(found[place] / turns - expected) < margin


def test_the_mixture_uses_its_order_and_sizes() -> None:
    deck = mixture([stream(20, "a"), stream(2000, "b")], examples=1)
    rows = Counter(deck.draw().observed[0]["language"] for _ in range(500))
    assert rows["b"] > 470
    deck = mixture([stream(20, "a"), stream(2000, "b")], examples=2, order=Alternate())
    assert [deck.draw().observed[0]["language"] for _ in range(4)] == ["a", "b", "a", "b"]


def of_lengths(lengths: Sequence[int], language: str) -> Stream:
    encoded = [Encoded([7] * length, {"index": [index]}) for index, length in enumerate(lengths)]
    return Stream(Toy(), Row(task="toy", language=language), encoded, len(encoded))


@given(st.sampled_from([1, 2, 4]), st.integers(0, 5))
def test_a_batch_of_tokens_is_full_and_no_more_with_padding(contexts: int, seed: int) -> None:
    chance = random.Random(seed)
    streams = [
        of_lengths([min(int(chance.lognormvariate(3, 0.7)) + 1, 90) for _ in range(400)], language)
        for language in ("a", "b", "c")
    ]
    deck = Mixture(
        streams, order=BY_SIZE, budget=Tokens(1024), contexts=contexts, pad_id=0, seed=str(seed)
    )
    useful, paid = 0, 0
    for _ in range(60):
        batch = deck.draw()
        assert batch.inputs["input_ids"].numel() <= 1024
        counts = Counter(batch.observed).values()
        assert all(count % (len(batch) // contexts) == 0 for count in counts)
        useful += int(batch.inputs["attention_mask"].sum())
        paid += 1024
    assert useful / paid > 0.75


@pytest.mark.parametrize("lengths", [[129] * 900, [17] * 900, None], ids=["129", "17", "mixed"])
def test_a_batch_of_tokens_fills_its_budget(lengths: list[int] | None) -> None:
    """At least 95% of it, padding included, whatever the lengths are."""
    chance = random.Random(0)
    mixed = [max(4, min(250, int(chance.lognormvariate(3.2, 0.6)))) for _ in range(20_000)]
    streams = [of_lengths(lengths or mixed, "a")]
    deck = Mixture(streams, order=BY_SIZE, budget=Tokens(8000), contexts=1, pad_id=0, seed="0")
    filled = [deck.draw().inputs["input_ids"].numel() / 8000 for _ in range(100)]
    assert max(filled) <= 1.0
    assert sum(filled) / len(filled) >= 0.95


@pytest.mark.parametrize("temperature", [1.0, 5.0])
def test_tokens_leave_the_shares_of_examples_to_the_temperature(temperature: float) -> None:
    long, short = of_lengths([50, 60] * 200, "long"), of_lengths([6, 9] * 400, "short")
    order = Temperature(temperature)
    deck = Mixture([long, short], order=order, budget=Tokens(512), contexts=2, pad_id=0, seed="0")
    counts = Counter(row["language"] for _ in range(3000) for row in deck.draw().observed)
    expected = (800 / 400) ** (1 / temperature)
    assert counts["short"] / counts["long"] == pytest.approx(expected, rel=0.1)


@given(st.integers(0, 20))
def test_a_restored_mixture_of_tokens_goes_on(draws: int) -> None:
    def made() -> Mixture:
        streams = [of_lengths([5, 9, 30, 31, 12], "a"), of_lengths([40, 8], "b")]
        return Mixture(streams, order=BY_SIZE, budget=Tokens(160), contexts=2, pad_id=0, seed="0")

    first, second = made(), made()
    for _ in range(draws):
        first.draw()
    second.restore(json.loads(json.dumps(first.state())))
    assert all(same(first.draw(), second.draw()) for _ in range(20))


def test_a_mixture_of_tokens_is_not_restored_on_other_lengths() -> None:
    def made(*lengths: int) -> Mixture:
        stream = of_lengths(lengths, "a")
        return Mixture([stream], order=BY_SIZE, budget=Tokens(160), contexts=1, pad_id=0, seed="0")

    with pytest.raises(BundleError, match="the data of the run have changed"):
        made(5, 5, 60).restore(made(5, 5, 5).state())
    with pytest.raises(BundleError, match="8 wide, 20 wide\n.*8 wide, 60 wide"):
        made(5, 5, 20).restore(made(5, 60, 60).state())


def test_turns_pass_over_streams_without_examples_of_the_width() -> None:
    deck = Mixture(
        [of_lengths([50] * 8, "a"), of_lengths([8] * 8, "b")],
        order=Alternate(),
        budget=Tokens(128),
        contexts=1,
        pad_id=0,
        seed="0",
    )
    counts = Counter(deck.draw().observed[0]["language"] for _ in range(400))
    assert set(counts) == {"a", "b"}


def test_a_batch_is_homogeneous_by_default() -> None:
    deck = mixture([stream(20, "a"), stream(20, "b")], examples=8)
    assert all(len(set(deck.draw().observed)) == 1 for _ in range(20))


def test_mixed_batches_are_equal_blocks_sorted_by_row() -> None:
    streams = [stream(20, language, task) for language in "cab" for task in ("ner", "pos")]
    deck = mixture(streams, examples=8, contexts=4)
    several = 0
    for _ in range(50):
        observed = [str(row) for row in deck.draw().observed]
        assert observed == sorted(observed)
        assert all(count % 2 == 0 for count in Counter(observed).values())
        several += len(set(observed)) > 2
    assert several > 25


def test_blocks_hold_examples_of_similar_length() -> None:
    whole = stream(512)
    deck = mixture([whole], examples=16)
    spread = [examples_spread(deck.draw()) for _ in range(32)]
    assert sum(spread) / len(spread) < 3  # 28 where lengths are left to chance
    # and short batches do not all come first
    deck = mixture([whole], examples=16)
    longest = [deck.draw().inputs["input_ids"].shape[1] for _ in range(32)]
    assert longest != sorted(longest)


def examples_spread(batch: Batch) -> int:
    lengths = batch.inputs["attention_mask"].sum(1)
    return int(lengths.max() - lengths.min())


def test_batches_are_padded_to_their_own_longest_example() -> None:
    deck = mixture([stream(64)], examples=4)
    for _ in range(16):
        batch = deck.draw()
        assert batch.inputs["attention_mask"].sum(1).max() == batch.inputs["input_ids"].shape[1]


@given(st.integers(1, 4), st.integers(0, 5))
def test_the_parts_of_the_ranks_are_the_batch(ranks: int, draws: int) -> None:
    streams = [stream(9, "a", "ner"), stream(9, "b", "ner"), stream(9, "a", "pos")]
    decks = [mixture(streams, examples=12, contexts=3) for _ in range(ranks + 1)]
    for deck in decks:
        for _ in range(draws):
            deck.draw()
    batch = decks[-1].draw()
    each = [deck.draw_part(rank, ranks) for rank, deck in enumerate(decks[:-1])]
    parts = [draw.part for draw in each]
    assert {draw.tokens for draw in each} == {int(batch.inputs["attention_mask"].sum())}
    assert {draw.rows for draw in each} == {tuple(dict.fromkeys(batch.observed))}
    assert [one for part in parts for one in drawn(part)] == drawn(batch)
    assert all(set(part.shares) == {row["task"] for row in part.observed} for part in parts)
    for name, tensor in batch.inputs.items():
        assert torch.equal(torch.cat([part.inputs[name] for part in parts]), tensor)


@given(SIZES, st.integers(0, 9), st.integers(0, 4))
def test_batches_made_ahead_are_those_that_are_drawn(
    sizes: list[int], draws: int, number: int
) -> None:
    """And a state is that of the last one that was asked for, whatever was made since."""
    streams = [stream(size, str(place)) for place, size in enumerate(sizes)]
    plain, other = mixture(streams, contexts=2), mixture(streams, contexts=2)
    ahead = Ahead(other, 0, 1, number)
    for _ in range(draws):
        assert same(ahead.draw().part, plain.draw())
    state = json.loads(json.dumps(ahead.state()))
    assert state == plain.state()
    ahead.close()
    again = Ahead(mixture(streams, contexts=2), 0, 1, number)
    again.restore(state)
    assert all(same(again.draw().part, plain.draw()) for _ in range(5))
    again.close()


def test_what_fails_ahead_is_raised_when_it_is_asked_for() -> None:
    whole = stream(12)
    broken = replace(whole, examples=_Broken(whole.examples))
    ahead = Ahead(mixture([broken], examples=4), 0, 1)
    broken.examples.asked = 0  # whoever checks types has looked at one
    ahead.draw()  # two are made ahead, of which one fails
    assert ahead.state()["draws"] == 1
    ahead.draw()
    with pytest.raises(TrainingError, match="the third"):
        ahead.draw()
    ahead.close()


class _Broken(list[Encoded]):
    """Its examples can be asked for eight times."""

    asked = 0

    def __getitem__(self, place: Any) -> Any:
        self.asked += 1
        if self.asked > 8:
            raise TrainingError("the third batch cannot be made")
        return super().__getitem__(place)


def test_a_state_is_small_and_of_its_own_streams() -> None:
    deck = mixture([stream(5000, "en")])
    for _ in range(10):
        deck.draw()
    assert len(json.dumps(deck.state())) < 150
    with pytest.raises(BundleError, match="does not fit its streams"):
        mixture([stream(5, "tr")]).restore(deck.state())


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(TrainingError, match="nothing to train on") as caught:
        mixture([])
    assert "no training corpus" in str(caught.value)
    with pytest.raises(TrainingError, match="no examples of toy: language=tr,task=toy"):
        mixture([stream(3, "en"), stream(0)])


@pytest.mark.parametrize(("examples", "contexts"), [(4, 3), (2, 4), (4, 0)])
def test_blocks_that_do_not_fill_a_batch_are_an_error(examples: int, contexts: int) -> None:
    with pytest.raises(TrainingError, match="cannot have blocks of equal size"):
        mixture([stream(9)], examples=examples, contexts=contexts)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan])
def test_a_temperature_is_positive(temperature: float) -> None:
    with pytest.raises(TrainingError, match="`temperature` of a mixture must be positive"):
        Temperature(temperature)
