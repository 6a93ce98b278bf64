"""What the settings of every kind of task say: an entry of a run file under `tasks`."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from hyperadapters.data import Corpus, Sources
from hyperadapters.document.document import Document, Fault, KeyPath
from hyperadapters.document.values import Closed
from hyperadapters.examples import Example
from hyperadapters.routes import Route
from hyperadapters.sites import Tower
from hyperadapters.tasks.base import Task, Tokenizer
from hyperadapters.tasks.plain import Plain

__all__ = ["TaskSettings"]


class TaskSettings(Closed):
    """A task as a run file describes it. Each kind of task has a class of its own.

    Attributes:
        takes: the kinds of examples that it can be trained and scored on.
        lack: what is to be said of data that give others.
        scored: whether the cells that it is trained on are scored where a run file lists none.
        holds_out: whether training leaves out what is scored in any of the task's cells.
        decodes: whether it needs a backbone with a decoder; the others need one with an encoder.
        alone: whether that decoder must be without an encoder: it is what reads.
        directed: whether its cells are directions.
        plain: how it reads models of other libraries; None where it cannot.
        made_for: the keys that a trained model was made for and that can no more be changed.
    """

    kind: str
    data: Sources

    takes: ClassVar[tuple[type, ...]]
    lack: ClassVar[str] = "are not what it takes"
    scored: ClassVar[bool] = True
    holds_out: ClassVar[bool] = False
    decodes: ClassVar[bool] = False
    alone: ClassVar[bool] = False
    directed: ClassVar[bool] = False
    plain: ClassVar[Plain | None] = None
    made_for: ClassVar[frozenset[str]] = frozenset({"kind"})

    def route(self, text: str) -> Route:
        """The language or direction that a run file, or the command line, writes so.

        Raises:
            ContextError: the text is none for this kind of task.
        """
        return Route.of(text)

    @classmethod
    def fits(cls, towers: Collection[Tower]) -> bool:
        """Whether a backbone with these towers can learn it."""
        return ("decoder" if cls.decodes else "encoder") in towers and not (
            cls.alone and "encoder" in towers
        )

    @classmethod
    def needs(cls) -> str:
        """What a backbone must have to learn it, in words."""
        if cls.alone:
            return "that is a decoder alone, such as `llama` or `qwen3`"
        if cls.decodes:
            return "with a decoder, such as `t5`, `marian` or `llama`"
        return "with an encoder, such as `bert` or `xlm-roberta`"

    @abstractmethod
    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task.

        Args:
            name: in the run file.
            corpora: reads everything that the task is trained and scored on, if it is needed.

        Raises:
            DataError: a corpus is missing, broken, or lacks what the task must know.
        """

    def tokens(self, route: Route) -> tuple[str, ...]:
        """The tokens of its own that a vocabulary needs for a cell."""
        return ()

    def texts(self, example: Any) -> tuple[str, ...]:
        """What of an example a vocabulary that is learned must be able to write."""
        texts: tuple[str, ...] = example.texts
        return texts

    def tokens_read(self, tokenizer: Tokenizer, tokens: Sequence[int]) -> int:
        """The tokens that a model reads of an example whose texts have so many."""
        return sum(tokens) + int(tokenizer.num_special_tokens_to_add(pair=len(tokens) > 1))

    def remarks(
        self, tokenizer: Tokenizer, examples: Sequence[Example], length: int
    ) -> Iterator[str]:
        """What to note of a corpus beside its counts.

        Args:
            length: the most tokens that are read of an example.
        """
        return iter(())

    def refuses(self, route: Route) -> str | None:
        """Why a route can be no cell of it, in words."""
        return None

    def unreached(self, route: Route, trained: Sequence[Route]) -> str | None:
        """What a model whose vocabulary is learned in training cannot do in a cell, in words."""
        return None

    def faults(self, document: Document, place: KeyPath) -> Iterator[Fault]:
        """What is wrong with the entry that no single key of it can tell.

        Args:
            document: the run file.
            place: of the entry.
        """
        for source in self.data:
            if source.gives not in self.takes:
                yield document.fault(
                    (*place, "data"),
                    f"the data of a {self.kind} task {self.lack}",
                    expected=f"examples of {' or '.join(one.__name__ for one in self.takes)}",
                    found=f"`format: {source.format}` with examples of {source.gives.__name__}",
                )
                return

    def with_kept(self, kept: dict[str, Any]) -> "TaskSettings":
        """These settings with what a trained model keeps of its task (`Task.kept`)."""
        return type(self).model_validate({**self.model_dump(), **kept}) if kept else self
