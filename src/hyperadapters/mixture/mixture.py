"""Which examples come next: corpora drawn by temperature, their examples dealt out epoch by epoch.

Nothing here keeps a random state. Every choice is drawn from a seed made of the run's seed and a
counter, so that the counters alone are the state, and every rank that has them draws the same.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from hyperadapters.context import Row
from hyperadapters.errors import BundleError, TrainingError
from hyperadapters.mixture.deck import Budget, Deck, Numbers, Places, by_width, generator_of
from hyperadapters.mixture.order import Order
from hyperadapters.tasks import Batch, Encoded, Task
from hyperadapters.tasks.collation import collate_part, drawn_anew
from hyperadapters.tasks.packed import lengths_of

__all__ = ["Draw", "Mixture", "Stream"]


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


@dataclass(frozen=True)
class Draw:
    """What one rank computes of a batch, and what all know of it.

    Args:
        part: the examples of this rank.
        tokens: of the whole batch, without padding.
        rows: of the whole batch, each once.
        dealt: the decks that dealt a block for it, each by the place of its stream, and its own
            among those of the stream.
        block: examples that each of them dealt.
    """

    part: Batch
    tokens: int
    rows: tuple[Row, ...]
    dealt: tuple[tuple[int, int], ...]
    block: int


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
        return self.draw_part(0, 1).part

    def draw_part(self, rank: int, ranks: int) -> Draw:
        """The next batch, of which only what one rank computes is made: the rank-th of `ranks`
        equal runs of its examples. The padding stays that of the whole batch.
        """
        generator = generator_of(f"{self._seed}/targets/{self._draws}")
        width = self._width()
        chosen = self._chosen(width)
        drawn = [
            (stream.task, stream.row, stream.examples[example])
            for place in chosen
            for stream in [self._streams[place]]
            for example in self._decks[place][width].deal()
        ]
        self._draws += 1
        examples = drawn_anew(drawn, generator)
        own = slice(len(drawn) * rank // ranks, len(drawn) * (rank + 1) // ranks)
        return Draw(
            collate_part(examples, self._pad_id, generator, self._least, own),
            sum(len(encoded.ids) for _, _, encoded in examples),
            tuple(dict.fromkeys(row for _, row, _ in examples)),
            tuple((place, list(self._decks[place]).index(width)) for place in chosen),
            len(drawn) // len(chosen),
        )

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


def _check(streams: Sequence[Stream]) -> None:
    empty = [str(stream) for stream in streams if not stream.examples]
    if empty or not streams:
        raise TrainingError(
            "there is nothing to train on",
            expected="at least one example in every training corpus",
            found=f"no examples of {', '.join(empty)}" if empty else "no training corpus",
            remedy="add data, or take the task or language out of `train`",
        )
