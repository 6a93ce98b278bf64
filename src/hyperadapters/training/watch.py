"""What the weights that a hypernetwork writes do while it trains: measured, written, warned of."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from math import ceil
from typing import Any, cast, final

from torch import nn

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.method import Phase
from hyperadapters.model.generated import Weights, generated, moved, spreads
from hyperadapters.providers import Provider
from hyperadapters.training.display import Display
from hyperadapters.training.journal import Journal
from hyperadapters.training.progress import Progress

__all__ = ["Watch"]

_LOOKS = 20
"""Updates of a phase that are looked at."""
_TASKS, _LANGUAGES = 2, 3
"""Rows that are looked at are every pair of the first so many names of each."""
_GROWN = 10
"""Times the size at the start, or that of free weights if this is more, from which on growth is
told."""

_EARLY = 4
"""One label for everything is told from this part of the updates on."""


@final
class Watch:
    """Looks at generated weights before and after some of a phase's updates.

    Args:
        adapters: the model's providers by name.
        phase: whose rows are looked at.
        journal: where the sizes are written; only on the main process anything is looked at.
        display: where a collapse is told.
    """

    def __init__(
        self, adapters: nn.ModuleDict, phase: Phase, journal: Journal, display: Display
    ) -> None:
        self._phase, self._journal, self._display = phase, journal, display
        acting = {name: own for name, own in adapters.items() if name in phase.trains}
        self._adapters = nn.ModuleDict(acting)
        self._rows = _sample(phase.rows(), [cast(Provider, own) for own in acting.values()])
        self._starts: dict[str, float] = {}
        self._told = False
        self._alike = set[str]()

    @contextmanager
    def over(self, progress: Progress) -> Iterator[None]:
        """Around an update: its line is written where it is one of those that are looked at."""
        looks = ceil(self._phase.recipe.steps / _LOOKS)
        if not self._journal.writes or (progress.step + 1) % looks or not self._rows:
            yield
            return
        before = generated(self._adapters, self._rows)
        yield
        if before:
            self._write(progress, before, generated(self._adapters, self._rows))

    def answers(self, alike: Mapping[str, str], progress: Progress) -> None:
        """Tells of tasks whose answers on all dev cells are one label, each once, from a quarter of
        the updates on: before that, most models begin so.

        Args:
            alike: from the task to the label.
        """
        if not self._journal.writes or progress.step * _EARLY < self._phase.recipe.steps:
            return
        for task in alike.keys() - self._alike:
            self._display.tell(
                f"phase `{self._phase.name}`, update {progress.step:,}: everything in the dev "
                f"cells of `{task}` is answered `{alike[task]}`. If that stays so, the updates are "
                "too large or too few: try a lower `recipe.learning_rate`, or more `recipe.steps`"
                f"{self._beside_norms()}"
            )
        self._alike |= alike.keys()

    def _beside_norms(self) -> str:
        """What else to try where norms inside adapters start at the scale of a plain norm."""
        sites = (
            own for one in self._adapters.values() for own in cast(Provider, one).slots.values()
        )
        if not any("up" in slots and "scale" in slots and slots["scale"].mean for slots in sites):
            return ""
        return (
            "; beside an encoder like BERT it may help that the norms inside adapters start at 0 "
            "(Adapters, Adapters†: `method: {gain: 0.0}`; HyperFormer: `method: {scale: free}`)"
        )

    def _write(
        self, progress: Progress, before: Mapping[str, Weights], after: Mapping[str, Weights]
    ) -> None:
        found: dict[str, dict[str, Any]] = {}
        for name, weights in after.items():
            steps = moved(before[name], weights)
            for slot, spread in spreads(weights, self._rows).items():
                own = {**spread.as_json(), "step": float(f"{steps[slot]:.4g}")}
                found[f"{name}/{slot}"] = own
                self._warn(name, slot, spread.size, float(before[name][slot].square().mean()))
        line = {"phase": self._phase.name, "step": progress.step, "generated": found}
        self._journal.write(line, update=progress.updates + progress.step)

    def _warn(self, name: str, slot: str, size: float, square: float) -> None:
        """Tells growth once; `square` is the mean square before the update."""
        free = _free_size(cast(Provider, self._adapters[name]), slot)
        start = self._starts.setdefault(f"{name}/{slot}", max(free, square**0.5))
        if self._told or not free or size < _GROWN * start:
            return
        self._told = True
        self._display.tell(
            f"phase `{self._phase.name}`: the weights that `{name}` generates for `{slot}` have "
            f"grown to {size:.2g}, {size / start:.0f} times what they or free weights start from; "
            "all layers may come to get one adapter. Lower `recipe.learning_rate`, or let updates "
            "move generated weights as far as free ones (Hyper-X, HyperFormer++: `method: {scale: "
            "free}`)"
        )


def _free_size(provider: Provider, slot: str) -> float:
    return max(slots[slot].std for slots in provider.slots.values() if slot in slots)


def _sample(rows: Sequence[Row], providers: Sequence[Provider]) -> list[Row]:
    """Every pair of some tasks and some languages of `rows` that all providers know."""
    tasks = list(dict.fromkeys(row["task"] for row in rows))[:_TASKS]
    others = [{factor: row[factor] for factor in row if factor != "task"} for row in rows]
    distinct = list({tuple(other.items()): other for other in others}.values())[:_LANGUAGES]
    pairs = [Row(other, task=task) for task, other in product(tasks, distinct)]
    return [row for row in pairs if all(_knows(provider, row) for provider in providers)]


def _knows(provider: Provider, row: Row) -> bool:
    try:
        provider.check(row.of(provider.factors))
    except UnknownName:
        return False
    return True
