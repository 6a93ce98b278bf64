"""The corpora of a run; what is scored is left out of training."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, final

from hyperadapters.config import RunFile, evaluated, method_of
from hyperadapters.data import Corpus
from hyperadapters.data.corpora import ReadAnew
from hyperadapters.data.held_out import apart, digest_of_keys, keys_of, without
from hyperadapters.data.source import Passed, Source
from hyperadapters.errors import DataError
from hyperadapters.examples import Example
from hyperadapters.machine.cache import Cache, digest_of, of_machine
from hyperadapters.machine.code import code
from hyperadapters.routes import Cell

__all__ = ["Library"]


@final
class Library:
    """The corpora of a run, read once each and held; but of text to train on in large files only
    what was counted of it is known, and whoever goes through it reads it anew.

    Args:
        run: says where each task's examples come from, what is trained on and what is scored.
        data_root: the folder that relative paths of corpora start from.
        corpora: those that are at hand, by cell and split; the others are read.
        cache: of what was counted of large corpora, and of their encoded examples.
    """

    def __init__(
        self,
        run: RunFile,
        data_root: Path | None = None,
        *,
        corpora: Mapping[tuple[Cell, str], Corpus] | None = None,
        cache: Cache | None = None,
    ) -> None:
        self._phases = phases = method_of(run).phases
        self.tasks = run.tasks
        self.data_root = data_root
        self.cache = of_machine() if cache is None else cache
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
            read = self._to_train_on if split == "train" else self._scored_on
            self._read[cell, split] = read(cell, split)
        return self._read[cell, split]

    def _source(self, cell: Cell, split: str) -> Source:
        sources = self.tasks[cell.task].data
        having = [s for s in sources if s.has(cell.route, split, self.data_root)]
        return having[0] if having else sources[0]  # the first one's message says what is missing

    def _scored_on(self, cell: Cell, split: str) -> Corpus:
        return self._source(cell, split).read(cell.task, cell.route, split, self.data_root)

    def _to_train_on(self, cell: Cell, split: str) -> Corpus:
        """Held where its files are small; without what is scored, where the task holds out."""
        source, root = self._source(cell, split), self.data_root
        texts = source.located(cell.route, split, root)
        files = source.files(texts)
        if not files or sum(file.stat().st_size for file in files) < self.cache.least:
            corpus = source.read(cell.task, cell.route, split, root)
            return without(corpus, self._held_out(cell)) if self._holds_out(cell) else corpus
        return self._read_anew(source, texts, cell, split)

    def _read_anew(self, source: Source, texts: Sequence[Any], cell: Cell, split: str) -> Corpus:
        own, held = (cell.route, split, self.data_root), self._held_out(cell)
        depends = source.depends_on(texts, *own)
        key = {"code": code(), "text": depends, "held": digest_of_keys(held)}

        def count(folder: Path) -> dict[str, int]:
            return _counted(source.passed(texts, *own), held)

        def examples() -> Iterable[Example]:
            return (one for one in source.passed(texts, *own) if apart(one, held))

        counted = self.cache.entry("text", key, f"what was counted of {cell}", count).values
        return replace(
            source.unread(texts, cell.task, *own),
            examples=ReadAnew(examples, counted["examples"]),
            left_out=counted["left_out"],
            skipped=counted["skipped"],
            digest=digest_of(key),
        )

    def _holds_out(self, cell: Cell) -> bool:
        return self.tasks[cell.task].holds_out

    def _held_out(self, cell: Cell) -> frozenset[int]:
        return self._texts_scored(cell.task) if self._holds_out(cell) else frozenset()

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


def _counted(passed: Passed, held: frozenset[int]) -> dict[str, int]:
    kept = left_out = 0
    for example in passed:
        kept += (own := apart(example, held))
        left_out += not own
    return {"examples": kept, "left_out": left_out, "skipped": passed.skipped}
