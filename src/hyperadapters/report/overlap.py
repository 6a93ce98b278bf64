"""Sentences that a corpus to be scored has in common with others of its task."""

from collections.abc import Iterator, Mapping
from typing import final

from hyperadapters.data.corpora import Corpus
from hyperadapters.data.held_out import keys_of, without
from hyperadapters.routes import Cell
from hyperadapters.run.library import Library

__all__ = ["Overlap"]

_BEFORE: Mapping[str, tuple[str, ...]] = {"dev": ("train",), "test": ("train", "dev")}
"""The splits that each is compared with."""


@final
class Overlap:
    """Counts the sentences of corpora that other splits have too, in any language of the task.

    Args:
        library: the corpora of a run.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._keys: dict[tuple[str, str], frozenset[int]] = {}

    def of(self, corpus: Corpus) -> dict[str, int]:
        """Split -> how many sentences of a corpus are in it too, where there are any.

        Nothing for tasks that leave out of training whatever they score.
        """
        if not corpus.examples or self._library.tasks[corpus.task].holds_out:
            return {}
        before = _BEFORE.get(corpus.split, ())
        counts = {
            split: without(corpus, self._texts(corpus.task, split)).left_out for split in before
        }
        return {split: count for split, count in counts.items() if count}

    def _texts(self, task: str, split: str) -> frozenset[int]:
        if (task, split) not in self._keys:
            self._keys[task, split] = keys_of(self._corpora(task, split))
        return self._keys[task, split]

    def _corpora(self, task: str, split: str) -> Iterator[Corpus]:
        own = self._library
        cells = own.trained if split == "train" else own.judging
        for cell in dict.fromkeys(Cell(cell.task, cell.route.ends) for cell in cells):
            if cell.task == task and (split == "train" or own.has(cell, split)):
                yield own.corpus(cell, split)
