"""Which row a batch is computed with, given the row of its data and the turn it has."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from hyperadapters.context import CONTEXT_FACTORS, Row
from hyperadapters.errors import ConfigError
from hyperadapters.mixes import unsigned

__all__ = ["ApartFrom", "Cycle", "Fixed", "Observed", "Schedule", "Then", "fixed"]


class Schedule(ABC):
    """A map from observed rows to the rows they run under.

    Attributes:
        period: after how many micro-batches the map repeats itself.
    """

    period: int = 1

    @abstractmethod
    def row(self, observed: Row, micro_batch: int) -> Row:
        """The row to run with.

        Args:
            observed: the row of the data.
            micro_batch: how many micro-batches the phase has drawn before this one (0-based
                counter).
        """

    @abstractmethod
    def spelt_out(self) -> str | dict[str, Any]:
        """As a run file writes it, in plain values."""


@final
@dataclass(frozen=True)
class Observed(Schedule):
    """Data run under their own row."""

    def row(self, observed: Row, micro_batch: int) -> Row:
        """`observed` itself."""
        return observed

    def spelt_out(self) -> str:
        """`observed`."""
        return "observed"


@final
@dataclass(frozen=True)
class Fixed(Schedule):
    """Some factors get one name, whatever the data say (BAD-X; a wrong language in evaluation)."""

    names: tuple[tuple[str, str], ...]

    def __init__(self, names: Mapping[str, str] | None = None, /, **more: str) -> None:
        object.__setattr__(self, "names", tuple(sorted({**(names or {}), **more}.items())))

    def row(self, observed: Row, micro_batch: int) -> Row:
        """`observed` with the fixed names put in."""
        return observed.replaced(**dict(self.names))

    def spelt_out(self) -> dict[str, Any]:
        """`fixed`, and the names."""
        return {"fixed": dict(self.names)}


@final
@dataclass(frozen=True)
class Cycle(Schedule):
    """Micro-batch n runs under row n mod k of the list (target-language-ready adapters, equation
    2); a row without factors leaves data their own.
    """

    rows: tuple[tuple[tuple[str, str], ...], ...]

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        object.__setattr__(self, "rows", tuple(tuple(sorted(row.items())) for row in rows))
        object.__setattr__(self, "period", len(rows))

    def row(self, observed: Row, micro_batch: int) -> Row:
        """`observed` with the names of the row whose turn it is."""
        return observed.replaced(**dict(self.rows[micro_batch % len(self.rows)]))

    def spelt_out(self) -> dict[str, Any]:
        """`cycle`, and the names of each row, `observed` for one without any."""
        return {"cycle": [dict(row) or Observed().spelt_out() for row in self.rows]}


@final
@dataclass(frozen=True)
class ApartFrom(Schedule):
    """Data of certain names run under their own row, all others as another schedule says.

    Args:
        schedule: that of the others.
        names: one of them is enough: `{"task": "mlm"}`.
    """

    schedule: Fixed | Cycle
    names: tuple[tuple[str, str], ...]

    def __init__(self, schedule: Fixed | Cycle, names: Mapping[str, str]) -> None:
        object.__setattr__(self, "schedule", schedule)
        object.__setattr__(self, "names", tuple(sorted(names.items())))
        object.__setattr__(self, "period", schedule.period)

    def row(self, observed: Row, micro_batch: int) -> Row:
        """`observed` itself if it has one of the names."""
        if any(observed.get(factor) == name for factor, name in self.names):
            return observed
        return self.schedule.row(observed, micro_batch)

    def spelt_out(self) -> dict[str, Any]:
        """The other schedule, and the names."""
        return {**self.schedule.spelt_out(), "apart_from": dict(self.names)}


@final
@dataclass(frozen=True)
class Then(Schedule):
    """One schedule after another: the second maps the row that the first gives."""

    first: Schedule
    second: Schedule

    def row(self, observed: Row, micro_batch: int) -> Row:
        """What the second makes of it."""
        return self.second.row(self.first.row(observed, micro_batch), micro_batch)

    def spelt_out(self) -> dict[str, Any]:
        """Both, one after the other."""
        return {"then": [self.first.spelt_out(), self.second.spelt_out()]}


def fixed(names: Sequence[str]) -> Fixed:
    """The schedule of `--run-as`: `language=nl` lets all data run under the Dutch row.

    Args:
        names: each a context factor, an equals sign and a name; none leaves every row as it is.

    Raises:
        ConfigError: one of them is anything else, or two are of the same factor.
        ContextError: a weight of a mix has a sign.
    """
    pairs = dict(unsigned(name).partition("=")[::2] for name in names)
    wrong = [factor for factor, name in pairs.items() if factor not in CONTEXT_FACTORS or not name]
    if wrong:
        raise ConfigError(
            f"`--run-as {wrong[0]}` names no row",
            expected=f"FACTOR=NAME, with a factor of {', '.join(CONTEXT_FACTORS)}",
            remedy="for example `--run-as language=nl`",
        )
    if len(pairs) < len(names):
        raise ConfigError(
            "`--run-as` names a factor twice", found=", ".join(names), expected="one name of each"
        )
    return Fixed(pairs)
