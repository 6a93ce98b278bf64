"""What a run file says of a parsing task."""

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Literal, cast, final

from pydantic import Field

from hyperadapters.data import Corpus
from hyperadapters.document.values import Names, Text
from hyperadapters.errors import DataError
from hyperadapters.examples import Tree
from hyperadapters.metrics import Las, Metric, Uas
from hyperadapters.tasks.base import Task
from hyperadapters.tasks.labels import mapped
from hyperadapters.tasks.parsing import RELATIONS, Parsing
from hyperadapters.tasks.settings import TaskSettings
from hyperadapters.tasks.vectors import POOLS

__all__ = ["ParsingSettings"]

_METRICS: Mapping[str, type[Las] | type[Uas]] = {"las": Las, "uas": Uas}


@final
class ParsingSettings(TaskSettings):
    """A dependency tree per sentence.

    Args:
        metric: `las`, words with the right head and relation, or `uas`, with the right head; the
            note of a score has the other.
        relations: `universal` cuts relations at `:` (`nsubj:pass` is read as `nsubj`), as CoNLL
            2018 counts them; `all` reads them as they are. The note of a score says which.
        vector: what a word's vector is: that of its `first` token, or the `mean` of its tokens'.
        labels: relations, in the order of the head; those of the run's corpora when absent.
        label_map: relations, after they are cut -> what to read them as.
        data: one source, or several: the first that has a split of a language gives it, so train
            and test may come from different ones.
    """

    kind: Literal["parsing"]
    metric: Literal["las", "uas"] = "las"
    relations: Literal["universal", "all"] = "universal"
    vector: Literal["first", "mean"] = "first"
    labels: Names | None = None
    label_map: Mapping[Text, Text] = Field(default_factory=dict)

    takes: ClassVar[tuple[type, ...]] = (Tree,)
    lack: ClassVar[str] = "have no trees"
    made_for: ClassVar[frozenset[str]] = frozenset({"kind", "relations", "vector", "labels"})

    def build(self, name: str, corpora: Callable[[], Iterable[Corpus]]) -> Task:
        """The task; labels that are left open are read off all its corpora, because a rare one may
        stand in one test set only.
        """
        relation = RELATIONS[self.relations]
        labels = self.labels
        if labels is None:
            trees = (cast(Tree, one) for corpus in corpora() for one in corpus.examples)
            read = (mapped(relation(one), self.label_map) for tree in trees for one in tree.labels)
            labels = tuple(sorted(set(read)))
        if not labels:
            raise DataError(f"no labels for task `{name}`", remedy="list them under `labels:`")
        metric: Metric = _METRICS[self.metric](self.relations)
        pool = POOLS[self.vector]
        return Parsing(name, tuple(labels), metric, pool, relation, self.label_map)
