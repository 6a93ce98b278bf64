"""The corpora of a run, read once each; what is scored is left out of training."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import final

from hyperadapters.config import RunFile, evaluated, method_of
from hyperadapters.data import Corpus
from hyperadapters.data.held_out import keys_of, without
from hyperadapters.errors import DataError
from hyperadapters.routes import Cell

__all__ = ["Library"]


@final
class Library:
    """The corpora of a run, read once each.

    Args:
        run: says where each task's examples come from, what is trained on and what is scored.
        data_root: the folder that relative paths of corpora start from.
        corpora: those that are at hand, by cell and split; the others are read.
    """

    def __init__(
        self,
        run: RunFile,
        data_root: Path | None = None,
        *,
        corpora: Mapping[tuple[Cell, str], Corpus] | None = None,
    ) -> None:
        self._phases = phases = method_of(run).phases
        self.tasks = run.tasks
        self.data_root = data_root
        self.trained = tuple(dict.fromkeys(cell for phase in phases for cell in phase.cells))
        self.judging = tuple(dict.fromkeys(cell for phase in phases for cell in phase.select))
        self.evaluated = evaluated(run)
        self._read = dict(corpora or {})
        self._scored: dict[str, frozenset[int]] = {}
        self._learned: dict[str, frozenset[int]] = {}

    def corpus(self, cell: Cell, split: str) -> Corpus:
        """The examples of a cell and a split, from the first source that has them.

        Those of a route such as `de-en-fr` are those of `de-fr`. No example to train on has a side
        that is scored in any cell of its task, where the task holds out.

        Raises:
            DataError: no source has them, or a file is broken.
        """
        cell = Cell(cell.task, cell.route.ends)
        if (cell, split) not in self._read:
            corpus = self._found(cell, split)
            if split == "train" and self.tasks[cell.task].holds_out:
                corpus = without(corpus, self._texts_scored(cell.task))
            self._read[cell, split] = corpus
        return self._read[cell, split]

    def _found(self, cell: Cell, split: str) -> Corpus:
        sources = self.tasks[cell.task].data
        having = [s for s in sources if s.has(cell.route, split, self.data_root)]
        source = having[0] if having else sources[0]  # the first one's message says what is missing
        return source.read(cell.task, cell.route, split, self.data_root)

    def has(self, cell: Cell, split: str) -> bool:
        """Whether some source has them."""
        sources = self.tasks[cell.task].data
        return any(source.has(cell.route.ends, split, self.data_root) for source in sources)

    def length(self, cell: Cell, split: str) -> int:
        """The most tokens that the run reads of an example; the least of the phases that train on
        it, and those of the last phase where it is scored.
        """
        trained = [
            phase.recipe.length
            for phase in self._phases
            if split == "train" and cell in {Cell(one.task, one.route.ends) for one in phase.cells}
        ]
        return min(trained, default=self._phases[-1].recipe.length)

    def labelled(self, task: str) -> Iterable[Corpus]:
        """Everything that a task is trained and scored on."""
        parts = (("train", self.trained), ("dev", self.judging), ("test", self.evaluated))
        for split, cells in parts:
            for cell in cells:
                if cell.task == task and (split == "train" or self.has(cell, split)):
                    yield self.corpus(cell, split)

    def _texts_scored(self, task: str) -> frozenset[int]:
        """The keys of both sides of what the dev and test scores of a task are counted on."""
        if task not in self._scored:
            self._scored[task] = keys_of(
                self.corpus(cell, split)
                for split, cells in (("dev", self.judging), ("test", self.evaluated))
                for cell in cells
                if cell.task == task and self.has(cell, split)
            )
        return self._scored[task]

    def trained_on(self, corpus: Corpus) -> int | None:
        """How many examples of a corpus that is scored have a side that its task was trained on.

        None of those that the run scores, which are out of its training; None where the text that
        it was trained on is not there. Reads that text once.
        """
        if corpus.split == "train" or not self.tasks[corpus.task].holds_out:
            return 0
        try:
            if keys_of((corpus,)) <= self._texts_scored(corpus.task):
                return 0
            return without(corpus, self._texts_trained(corpus.task)).left_out
        except DataError:
            return None

    def _texts_trained(self, task: str) -> frozenset[int]:
        if task not in self._learned:
            cells = [cell for cell in self.trained if cell.task == task]
            self._learned[task] = keys_of(self.corpus(cell, "train") for cell in cells)
        return self._learned[task]
