"""Schedules along a route: what is made of its ends holds for its hops."""

from dataclasses import dataclass
from typing import Any, final

from hyperadapters.context import Row
from hyperadapters.schedules import Schedule

__all__ = ["Along"]


@final
@dataclass(frozen=True)
class Along(Schedule):
    """What a schedule makes of a route, in its hops: one in the middle has names of its own.

    Args:
        route: the row of its first source and last target; of a direction, the direction itself.
        schedule: of the route.
    """

    route: Row
    schedule: Schedule

    def row(self, observed: Row, micro_batch: int) -> Row:
        """A hop's row, with the names exchanged that it has in common with the route."""
        ran = self.schedule.row(self.route, micro_batch)
        own = {f: name for f, name in ran.items() if observed.get(f) == self.route.get(f)}
        return observed.replaced(**own)

    def spelt_out(self) -> str | dict[str, Any]:
        """That of the route."""
        return self.schedule.spelt_out()
