"""Where data sets of the hub are, for the sources that read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from hyperadapters.data.formats.rows import DataSet
from hyperadapters.data.limits import SplitNames, of_split
from hyperadapters.data.source import Place
from hyperadapters.data.templates import Codes, codes_for, filled
from hyperadapters.routes import Route

__all__ = ["OnHub"]


@final
@dataclass(frozen=True)
class OnHub(Place):
    """A data set of the hub, with a subset for each language or one for all.

    Args:
        dataset: its name.
        subset: a template with `{language}`, or none.
        revision: a commit or tag.
        splits: our split -> its name there.
        codes: our language name -> what the data set calls it.
        known: the languages that it is known to have.
    """

    dataset: str
    subset: str | None
    revision: str | None
    splits: SplitNames
    codes: Codes
    known: tuple[str, ...]

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[DataSet]:
        """The data set; what it has is known when it is loaded."""
        fields = {"language": codes_for(str(route), self.codes)[0]}
        names = (self.dataset, *([filled(self.subset, fields)] if self.subset else ()))
        split = of_split(self.splits, split) or split
        return [DataSet(names, {"split": split, "revision": self.revision}, "/".join(names))]

    def routes(self, root: Path | None) -> Sequence[Route]:
        """The languages that are known."""
        return [Route.of(name) for name in self.known]
