"""Which examples are of a split: all that a place found for it, or by hash, by line, and unseen."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hyperadapters.data.held_out import digest_of_keys, held_out, key, split_of
from hyperadapters.data.limits import Lines, of_split
from hyperadapters.data.source import Rule, Sample, by_place
from hyperadapters.data.templates import rooted
from hyperadapters.examples import Example

__all__ = ["by_hash", "by_line", "by_place", "rule_of", "seen", "unseen"]

Samples = Iterable[Sample]
_PARTS = 50
"""Of distinct unseen examples one in so many is dev, one test."""


def by_hash(samples: Samples, split: str, root: Path | None) -> Iterator[Example]:
    """5% are `dev` and 5% `test`, by the hash of the mark."""
    return (sample.example for sample in samples if split_of(key(sample.mark)) == split)


def rule_of(path: str) -> Rule:
    """By place where a template names the split, else by hash."""
    return by_place if "{split}" in path else by_hash


def by_line(samples: Samples, split: str, root: Path | None, *, lines: Lines) -> Iterator[Example]:
    """Those in the split's range of lines, both ends included; by hash where lines do not count."""
    first, last = of_split(lines, split) or (1, 0)
    for example, mark, line in samples:
        if split_of(key(mark)) == split if line is None else first <= line <= last:
            yield example


def unseen(samples: Samples, split: str, root: Path | None) -> Iterator[Example]:
    """Each distinct example, none of whose texts is in any dev or test file of the data root: 2%
    are `dev` and 2% `test`, by the hash of the mark.
    """
    held, seen = held_out(rooted("", root)[0]), set[tuple[int, ...]]()
    for sample in samples:
        if split_of(key(sample.mark), _PARTS) == split:
            keys = tuple(map(key, sample.example.texts))
            if held.isdisjoint(keys) and keys not in seen:
                seen.add(keys)
                yield sample.example


def seen(root: Path | None) -> str:
    """A digest of what `unseen` leaves out."""
    return digest_of_keys(held_out(rooted("", root)[0]))
