"""The corpora of a run, read once each; pairs that are scored are left out of training."""

from collections.abc import Mapping
from pathlib import Path
from typing import final

from hyperadapters.config import RunFile
from hyperadapters.data.corpora import Corpus
from hyperadapters.data.held_out import keys_of, without
from hyperadapters.errors import DataError

__all__ = ["Library"]


@final
class Library:
    """The corpora of a run, read once each.

    Args:
        run: says where each task's examples come from.
        data_root: the folder that relative paths of corpora start from.
        corpora: those that are at hand, by task, language and split; the others are read.
    """

    def __init__(
        self,
        run: RunFile,
        data_root: Path | None = None,
        *,
        corpora: Mapping[tuple[str, str, str], Corpus] | None = None,
    ) -> None:
        self.run = run
        self.data_root = data_root
        self._read = dict(corpora or {})
        self._scored: dict[str, frozenset[int]] = {}
        self._trained: dict[str, frozenset[int]] = {}

    def corpus(self, task: str, language: str, split: str) -> Corpus:
        """The examples of a task, a language and a split, from the first source that has them.

        No pair to train a translation on has a side that is scored in any direction of its task.

        Raises:
            DataError: no source has them, or a file is broken.
        """
        language = self.run.tasks[task].data_of(language)
        key = (task, language, split)
        if key not in self._read:
            corpus = self._found(task, language, split)
            if split == "train" and self.run.tasks[task].holds_out:
                corpus = without(corpus, self._texts_scored(task))
            self._read[key] = corpus
        return self._read[key]

    def _found(self, task: str, language: str, split: str) -> Corpus:
        sources = self.run.tasks[task].data
        having = [s for s in sources if s.has(language, split, self.data_root)]
        source = having[0] if having else sources[0]  # the first one's message says what is missing
        return source.read(task, language, split, self.data_root)

    def _texts_scored(self, task: str) -> frozenset[int]:
        """The keys of both sides of what the dev and test scores of a task are counted on."""
        if task not in self._scored:
            self._scored[task] = keys_of(
                self.corpus(task, language, split)
                for split, cells in (("dev", self.run.select), ("test", self.run.evaluate))
                for language in cells.get(task, ())
                if self.has(task, language, split)
            )
        return self._scored[task]

    def trained_on(self, corpus: Corpus) -> int | None:
        """How many pairs of a corpus that is scored have a side that its task was trained on.

        None of those that the run scores, which are out of its training; None where the text that
        it was trained on is not there. Reads that text once.
        """
        if corpus.split == "train" or not self.run.tasks[corpus.task].holds_out:
            return 0
        try:
            if keys_of((corpus,)) <= self._texts_scored(corpus.task):
                return 0
            return without(corpus, self._texts_trained(corpus.task)).left_out
        except DataError:
            return None

    def _texts_trained(self, task: str) -> frozenset[int]:
        if task not in self._trained:
            pretrain = self.run.pretrain.train if self.run.pretrain else {}
            languages = (*self.run.train.get(task, ()), *pretrain.get(task, ()))
            self._trained[task] = keys_of(self.corpus(task, name, "train") for name in languages)
        return self._trained[task]

    def has(self, task: str, language: str, split: str) -> bool:
        """Whether some source has them."""
        settings = self.run.tasks[task]
        language = settings.data_of(language)
        return any(source.has(language, split, self.data_root) for source in settings.data)
