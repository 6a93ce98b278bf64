"""A trained model in three lines: load it, ask it, score it, give it to others."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch

from hyperadapters.config import cells_from
from hyperadapters.errors import ConfigError
from hyperadapters.run import extended
from hyperadapters.run.assembly import Assembly
from hyperadapters.run.hub import folder_of, upload
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.scoring.prediction import predict
from hyperadapters.trained.card import card
from hyperadapters.trained.folder import figures_in, write

__all__ = ["Trained", "load"]


@final
@dataclass(frozen=True, repr=False)
class Trained:
    """A trained model with everything it was made of.

    Args:
        assembly: its run file, method, adapted model, tokenizer, tasks and corpora.
        folder: that it was read from; None where it was made here.
    """

    assembly: Assembly
    folder: Path | None = None

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

    def card(self, name: str = "", *, license: str = "", revision: str | None = None) -> str:
        """The model card, as Markdown.

        Args:
            name: what others load the model by; the name of its run where there is none.
            license: of the model, as the hub writes it: `apache-2.0`.
            revision: the branch that others load; None for the main one.

        Raises:
            BundleError: the scores in the folder of the run are broken.
        """
        figures = figures_in(self.folder)
        return card(self.assembly, figures, name or self.assembly.run.name, license, revision)

    def save(
        self,
        folder: str | Path,
        *,
        name: str = "",
        license: str = "",
        revision: str | None = None,
    ) -> None:
        """Writes a folder that needs nothing of this machine: the model, its scores and its card.

        Args:
            folder: that is not there yet, or is empty; `load` reads it.
            name: what the card says that others load it by; the folder where there is none.
            license: of the model, as the hub writes it: `apache-2.0`.
            revision: the branch that the card says others load; None for the main one.

        Raises:
            BundleError: it is not empty, or the model cannot be read without files that stay here.
        """
        place, told = Path(folder), name or str(folder)
        run = self.folder
        write(self.assembly, place, run=run, name=told, license=license, revision=revision)

    def push_to_hub(
        self,
        name: str,
        *,
        private: bool | None = None,
        revision: str | None = None,
        license: str = "",
    ) -> str:
        """Uploads what `save` writes; the account is the one that `hf auth login` logged in.

        Args:
            name: `user/name`; is made where it is not there.
            private: whether a new name is hidden from others; None for what the account says.
            revision: the branch; is made where it is not there.
            license: of the model, as the hub writes it: `apache-2.0`.

        Returns:
            The address of the commit.

        Raises:
            HubError: it is no name, nobody is logged in, or the hub refuses.
            BundleError: the model cannot be read without files that stay here.
        """
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "upload"
            self.save(place, name=name, license=license, revision=revision)
            return upload(place, name, private=private, revision=revision)

    def __repr__(self) -> str:
        run, method = self.assembly.run.name, self.assembly.method.name
        return f"Trained({run}: {method}, tasks {', '.join(self.assembly.tasks)})"


def load(
    folder: str | Path,
    *,
    revision: str | None = None,
    adapted: str | Path | None = None,
    data_root: str | Path | None = None,
    device: torch.device | str = "cpu",
) -> Trained:
    """The trained model in the folder of a run, or under a name on the hub, in evaluation mode.

    Args:
        folder: that `hyperadapters train` wrote, or its `model` folder; or `user/name`, whose files
            are downloaded once.
        revision: of a name: its branch, tag or commit.
        adapted: the folder that `hyperadapters adapt` wrote beside it: the model knows its new name
            too.
        data_root: where corpora in files are; only `evaluate` needs it.
        device: where the model is to be.

    Raises:
        BundleError: the folder holds no trained model, is damaged, or belongs to another backbone.
        HubError: there is no such folder, and no such model on the hub.
        BackboneError: the backbone that it was trained on cannot be found.
    """
    beside = None if adapted is None else Path(adapted)
    root = None if data_root is None else Path(data_root)
    place = folder_of(folder, revision)
    assembly = extended.read(place, beside, data_root=root, device=device)
    return Trained(assembly, place if beside is None else None)
