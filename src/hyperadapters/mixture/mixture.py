"""Which examples come next: corpora drawn by temperature, their examples dealt out epoch by epoch.

Nothing here keeps a random state. Every choice is drawn from a seed made of the run's seed and a
counter, so that the counters alone are the state, and every rank that has them draws the same.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from hyperadapters.context import Row
from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.mixture.deck import Budget, Deck, Numbers, Places, by_width, generator_of
from hyperadapters.mixture.packed import lengths_of
from hyperadapters.tasks import Batch, Encoded, Share, Task, collate

__all__ = ["Alternate", "Mixture", "Order", "Stream", "Temperature", "part_of"]


class Order(ABC):
    """In which order streams have their turn."""

    @abstractmethod
    def weights(self, sizes: Sequence[int]) -> list[float]:
        """The share that each stream is to have of all examples, up to a factor.

        Args:
            sizes: examples of each stream.
        """

    @abstractmethod
    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """The index of the stream whose turn it is.

        Args:
            weights: of each stream; 0 for one that has nothing to give in this turn.
            turn: how many turns came before (0-based counter).
            chance: what a random order draws from; the same for the same turn.
        """


@final
@dataclass(frozen=True)
class Temperature(Order):
    """A stream of n examples is drawn with p ∝ n^(1/T): 1 is by size, infinity uniform.

    Raises:
        TrainingError: the temperature is not positive.
    """

    temperature: float

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise TrainingError(
                "the `temperature` of a mixture must be positive",
                expected="a number above 0; 1 draws by size, .inf uniformly",
                found=str(self.temperature),
            )

    def weights(self, sizes: Sequence[int]) -> list[float]:
        """(n / largest n)^(1/T)."""
        largest = max(sizes)
        return [(size / largest) ** (1 / self.temperature) for size in sizes]

    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """A stream drawn with replacement."""
        return chance.choices(range(len(weights)), weights)[0]


@final
@dataclass(frozen=True)
class Alternate(Order):
    """The streams take turns, whatever their sizes (BAD-X)."""

    def weights(self, sizes: Sequence[int]) -> list[float]:
        """The same for all."""
        return [1.0] * len(sizes)

    def choose(self, weights: Sequence[float], turn: int, chance: random.Random) -> int:
        """The next stream of those that have something to give."""
        able = [place for place, weight in enumerate(weights) if weight]
        return able[turn % len(able)]


@dataclass(frozen=True)
class Stream:
    """A corpus to draw from.

    Args:
        task: whose examples these are.
        row: of every one of them.
        examples: encoded.
        size: the n of p ∝ n^(1/T), usually their number.
        checksum: of the examples, by which a run that goes on knows that they are the same.
        left_out: examples of the corpus that the task does not admit.
        cut: examples that are not read to their end.
        unread: words that cannot be learned because the tokenizer has no token for them.
    """

    task: Task
    row: Row
    examples: Sequence[Encoded]
    size: int
    checksum: str = ""
    left_out: int = 0
    cut: int = 0
    unread: int = 0

    def __str__(self) -> str:
        return f"{self.task.name}: {self.row}"


@final
class Mixture:
    """Draws global micro-batches, the same on every rank.

    A batch is `contexts` blocks of equal size, one per turn of the order, sorted by row: equal rows
    are adjacent. All its examples are of one width class of the budget. A stream deals each of its
    examples of a class once before it deals one again, in blocks of similar length; classes are
    drawn so that the streams have their shares of examples, whatever their lengths.

    Args:
        streams: what to draw from.
        order: whose turn it is.
        budget: of a batch, over all ranks.
        contexts: blocks in a batch.
        pad_id: the tokenizer's padding id.
        seed: of everything drawn; another phase of a run has another one.
        least: from the tokens of the longest side of a batch to the fewest of every side.

    Raises:
        TrainingError: there is nothing to draw, or the blocks do not fill a batch.
    """

    def __init__(
        self,
        streams: Sequence[Stream],
        *,
        order: Order,
        budget: Budget,
        contexts: int,
        pad_id: int,
        seed: str,
        least: Callable[[int], int] = lambda longest: 0,
    ) -> None:
        _check(streams)
        self._streams = tuple(streams)
        self._order = order
        self._contexts = contexts
        self._pad_id = pad_id
        self._seed = seed
        self._least = least
        self._draws = 0
        lengths = [lengths_of(stream.examples) for stream in streams]
        classes = [by_width(own, budget) for own in lengths]
        blocks = {
            width: budget.block(max(longest, least(longest)), contexts)
            for width, longest in _longest(lengths, classes).items()
        }
        self._decks = [
            {
                width: Deck(
                    places,
                    all_lengths if isinstance(places, range) else all_lengths[places],
                    blocks[width],
                    _deck_seed(seed, place, stream, width),
                )
                for width, places in sorted(own.items())
            }
            for place, (stream, own, all_lengths) in enumerate(
                zip(streams, classes, lengths, strict=True)
            )
        ]
        self._weights = _weights(order.weights([stream.size for stream in streams]), classes)
        self._widths = {
            width: sum(weights) / blocks[width] for width, weights in self._weights.items()
        }

    def draw(self) -> Batch:
        """The next batch."""
        generator = generator_of(f"{self._seed}/targets/{self._draws}")
        width = self._width()
        drawn = [
            (stream.task, stream.row, stream.examples[example])
            for place in self._chosen(width)
            for stream in [self._streams[place]]
            for example in self._decks[place][width].deal()
        ]
        self._draws += 1
        return collate(drawn, self._pad_id, generator, self._least)

    def state(self) -> dict[str, Any]:
        """Where the mixture stands, as plain JSON values: a few numbers per stream."""
        return {
            "draws": self._draws,
            "streams": self._described(),
            "dealt": [[deck.dealt for deck in decks.values()] for decks in self._decks],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on where `state` was taken: all further draws are the same.

        Raises:
            BundleError: the state is of other streams, or of other numbers of examples.
        """
        own = self._described()
        if list(state["streams"]) != own:
            raise BundleError(
                "the state of a mixture does not fit its streams",
                expected=", ".join(own),
                found=", ".join(state["streams"]),
                cause="the data of the run have changed since its checkpoint",
            )
        self._draws = state["draws"]
        for decks, numbers in zip(self._decks, state["dealt"], strict=True):
            for deck, dealt in zip(decks.values(), numbers, strict=True):
                deck.dealt = dealt

    def _described(self) -> list[str]:
        described = zip(self._streams, self._decks, strict=True)
        return [
            f"{stream}, {len(stream.examples)} examples {stream.checksum}".rstrip()
            + "".join(f", {w} wide" for w in decks if w)
            for stream, decks in described
        ]

    def _width(self) -> int:
        chance = random.Random(f"{self._seed}/widths/{self._draws}")
        return chance.choices(list(self._widths), list(self._widths.values()))[0]

    def _chosen(self, width: int) -> list[int]:
        chance = random.Random(f"{self._seed}/turns/{self._draws}")
        first = self._draws * self._contexts
        turns = range(first, first + self._contexts)
        chosen = [self._order.choose(self._weights[width], turn, chance) for turn in turns]
        return sorted(chosen, key=lambda place: (str(self._streams[place].row), place))


def _longest(lengths: Sequence[Numbers], classes: Sequence[Mapping[int, Places]]) -> dict[int, int]:
    """Width class, in ascending order -> tokens of the longest example of any stream in it."""
    longest: dict[int, int] = {}
    for all_lengths, own in zip(lengths, classes, strict=True):
        for width, places in own.items():
            one = all_lengths if isinstance(places, range) else all_lengths[places]
            longest[width] = max(longest.get(width, 0), int(one.max()))
    return dict(sorted(longest.items()))


def _deck_seed(seed: str, place: int, stream: Stream, width: int) -> str:
    return f"{seed}/{place}/{stream}" + (f"/{width}" if width else "")


def _weights(
    shares: Sequence[float], classes: Sequence[Mapping[int, Places]]
) -> dict[int, list[float]]:
    """Width class -> per stream, the share of all examples that are its own of this class."""
    return {
        width: [
            share * (len(own.get(width, ())) / sum(map(len, own.values())))
            for share, own in zip(shares, classes, strict=True)
        ]
        for width in sorted({width for own in classes for width in own})
    }


def part_of(batch: Batch, rank: int, ranks: int) -> Batch:
    """The examples of a global batch that one rank computes: the rank-th of `ranks` equal runs.

    Tasks without an example among them have no share. The padding stays that of the whole batch.
    """
    start, stop = len(batch) * rank // ranks, len(batch) * (rank + 1) // ranks
    shares = {}
    for task, share in batch.shares.items():
        own = (share.examples >= start) & (share.examples < stop)
        if own.any():
            targets = {name: tensor[own] for name, tensor in share.targets.items()}
            shares[task] = Share(share.examples[own] - start, targets)
    inputs = {name: tensor[start:stop] for name, tensor in batch.inputs.items()}
    return Batch(inputs, shares, batch.observed[start:stop])


def _check(streams: Sequence[Stream]) -> None:
    empty = [str(stream) for stream in streams if not stream.examples]
    if empty or not streams:
        raise TrainingError(
            "there is nothing to train on",
            expected="at least one example in every training corpus",
            found=f"no examples of {', '.join(empty)}" if empty else "no training corpus",
            remedy="add data, or take the task or language out of `train`",
        )
