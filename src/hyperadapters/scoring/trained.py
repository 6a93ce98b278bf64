"""A trained model in three lines: load it, ask it, score it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch

from hyperadapters.config import cells_from
from hyperadapters.errors import ConfigError
from hyperadapters.run import extended
from hyperadapters.run.assembly import Assembly
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.scoring.prediction import predict

__all__ = ["Trained", "load"]


@final
@dataclass(frozen=True, repr=False)
class Trained:
    """A trained model with everything it was made of.

    Args:
        assembly: its run file, method, adapted model, tokenizer, tasks and corpora.
    """

    assembly: Assembly

    def predict(self, task: str, language: str, texts: Iterable[str]) -> list[Any]:
        """Answers texts, in their order: the words of each with their labels, or its label, or its
        translation, or the answer to its question.

        Args:
            task: of the run.
            language: a language, also one never trained with this task; or a direction, `de-en`.
            texts: one sentence each; for tags and trees its words are separated by white space, for
                trees it may be in CoNLL-U, and the two texts of a pair are separated by a tab, as
                are a question and its context.

        Raises:
            UnknownName: no such task.
            ConfigError: the task gives no answers, or `texts` is one text and no list.
            ContextError: nothing knows the language, or it is no direction.
        """
        if isinstance(texts, str):
            raise ConfigError(
                "`texts` is one text",
                expected="a list of texts, one sentence each",
                found=repr(texts[:40]),
                remedy="put it into brackets: `[text]`",
            )
        return list(predict(self.assembly, task, language, texts))

    def evaluate(self, cells: Sequence[str] = (), *, split: str = "test") -> Matrix:
        """The matrix of scores.

        Args:
            cells: such as `ner/tr`; those of the run file where there is none.
            split: `test`, `dev` or `train`.

        Raises:
            DataError: a cell's corpus is missing, broken or empty.
        """
        return evaluate(self.assembly, cells=cells_from(self.assembly.run, cells), split=split)

    def __repr__(self) -> str:
        run, method = self.assembly.run.name, self.assembly.method.name
        return f"Trained({run}: {method}, tasks {', '.join(self.assembly.tasks)})"


def load(
    folder: str | Path,
    *,
    adapted: str | Path | None = None,
    data_root: str | Path | None = None,
    device: torch.device | str = "cpu",
) -> Trained:
    """The trained model in the folder of a run, in evaluation mode.

    Args:
        folder: that `hyperadapters train` wrote, or its `model` folder.
        adapted: the folder that `hyperadapters adapt` wrote beside it: the model knows its new name
            too.
        data_root: where corpora in files are; only `evaluate` needs it.
        device: where the model is to be.

    Raises:
        BundleError: the folder holds no trained model, is damaged, or belongs to another backbone.
        BackboneError: the backbone that it was trained on cannot be found.
    """
    beside = None if adapted is None else Path(adapted)
    root = None if data_root is None else Path(data_root)
    return Trained(extended.read(Path(folder), beside, data_root=root, device=device))
