"""A dev split that a data set does not have: a part of its train or test split, drawn by a seed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, final

import torch
from annotated_types import Ge

from hyperadapters.data.limits import Count
from hyperadapters.data.source import Place, Sample
from hyperadapters.examples import Example
from hyperadapters.routes import Route

__all__ = ["Divided", "Division"]


@final
@dataclass(frozen=True, kw_only=True)
class Division:
    """How a split is divided in two, of which one is `dev`.

    The examples are shuffled, and the first ones are `dev`: the same ones as in the released code
    of Karimi Mahabadi et al. (2021), where they come in the same order, as those of the hub do.

    Args:
        dev_of: the split that `dev` is a part of.
        examples: how many `dev` has; when absent half of them, rounded down.
        seed: of the shuffling.
        drop_last: whether every split then loses its last example, as in the released code: for
            comparing with published figures, never else.
    """

    dev_of: Literal["train", "test"]
    examples: Annotated[Count, Ge(1)] | None = None
    seed: Count = 42
    drop_last: bool = False

    def rule(self, samples: Iterable[Sample], split: str, root: Path | None) -> Iterator[Example]:
        """The examples of a split, in the order that they were shuffled in if it is divided."""
        found = [sample.example for sample in samples]
        if split in ("dev", self.dev_of):
            found = self._part(found, split)
        yield from found[: len(found) - self.drop_last]

    def _part(self, every: Sequence[Example], split: str) -> list[Example]:
        order = torch.randperm(len(every), generator=torch.Generator().manual_seed(self.seed))
        first = len(every) // 2 if self.examples is None else self.examples
        chosen = order[:first] if split == "dev" else order[first:]
        return [every[place] for place in chosen.tolist()]


@final
@dataclass(frozen=True)
class Divided(Place):
    """Another place, in which `dev` is where the split is that it is a part of."""

    place: Place
    dev_of: str

    def find(self, route: Route, split: str, root: Path | None) -> Sequence[Any]:
        """What the other place has of the split, or of the one that it is a part of."""
        return self.place.find(route, self._held_by(split), root)

    def routes(self, root: Path | None) -> Iterable[Route]:
        """Those of the other place."""
        return self.place.routes(root)

    def files(self, texts: Sequence[Any]) -> Sequence[Path]:
        """Those of the other place."""
        return self.place.files(texts)

    def contents(self, texts: Sequence[Any]) -> list[Any]:
        """Those of the other place."""
        return self.place.contents(texts)

    def overlooked(
        self, texts: Sequence[Any], route: Route, split: str, root: Path | None
    ) -> tuple[str, ...]:
        """What the other place overlooks."""
        return self.place.overlooked(texts, route, self._held_by(split), root)

    def missing(self, route: Route, split: str, root: Path | None) -> Any:
        """What the other place says of it."""
        return self.place.missing(route, self._held_by(split), root)

    def _held_by(self, split: str) -> str:
        return self.dev_of if split == "dev" else split
