"""The built-in trees as a source: enough to see a parser train, and for tests of one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

from hyperadapters.data.corpora import SPLITS
from hyperadapters.data.formats.conllu import read_conllu
from hyperadapters.data.formats.trees import read_trees
from hyperadapters.data.limits import Limit
from hyperadapters.data.source import Place, Sample, Source
from hyperadapters.examples import Example, Tagged, Tree
from hyperadapters.routes import Route

__all__ = ["BuiltInTrees"]

_FOLDER = Path(__file__).parent
_LANGUAGES = ("de", "en", "tr")

_READERS: Mapping[str, tuple[type[Example], Callable[[Path], Sequence[Example]]]] = {
    "trees": (Tree, read_trees),
    "upos": (Tagged, read_conllu),
}
"""Per content, what it is made of, and what reads it."""


@final
@dataclass(frozen=True, kw_only=True)
class BuiltInTrees(Source):
    """Ten sentences in English, German and Turkish each, with trees by the guidelines of Universal
    Dependencies: six to train on, two dev, two test. All languages say the same.

    Args:
        content: `trees` for parsing, or `upos`, the part of speech of each word, for tagging.
        limit: most sentences per split, for all splits or by split.
    """

    format: Literal["built-in-trees"] = "built-in-trees"
    content: Literal["trees", "upos"] = "trees"
    limit: Limit = None

    @property
    def gives(self) -> type[Example]:
        """By the `content`."""
        return _READERS[self.content][0]

    @property
    def _place(self) -> Place:
        return _Files()

    def _samples(self, text: Path, route: Route, split: str) -> Iterator[Sample]:
        return (Sample(one, one.texts[0]) for one in _READERS[self.content][1](text))


@final
class _Files(Place):
    """The files beside this one: one per language and split, as the ids of their sentences say."""

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[Path]:
        """The file of a language and a split."""
        found = str(route) in _LANGUAGES and split in SPLITS
        return [_FOLDER / f"{route}-{split}.conllu"] if found else []

    def routes(self, root: Path | None) -> Sequence[Route]:
        """All languages."""
        return [Route.of(name) for name in _LANGUAGES]
