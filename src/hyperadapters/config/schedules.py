"""Schedules as run files write them: `observed`, `{fixed: {language: nl}}`, `{cycle: [...]}`."""

from collections.abc import Mapping
from typing import Annotated, final

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hyperadapters.context import Row
from hyperadapters.document.values import Closed, Text
from hyperadapters.errors import ContextError
from hyperadapters.schedules import ApartFrom, Cycle, Fixed, Observed, Schedule

__all__ = ["AnySchedule", "ScheduleChoice"]


def _row(names: Mapping[str, str]) -> Mapping[str, str]:
    try:
        Row(names)
    except ContextError as error:
        raise ValueError(error.what) from error
    return names


def _turn(value: object) -> object:
    if value == {}:
        raise ValueError("a row of no factor; `observed` stands for the row of the data")
    return _observed(value)


def _observed(value: object) -> object:
    return {} if value == Observed().spelt_out() else value


Factors = Annotated[Mapping[Text, Text], Field(min_length=1), AfterValidator(_row)]
"""Context factors and the name of each."""
Turn = Annotated[
    Mapping[Text, Text],
    BeforeValidator(_turn, json_schema_input_type=str | Mapping[Text, Text]),
    AfterValidator(_row),
]
"""Context factors and the name of each, or `observed`: no factor is changed."""


@final
class ScheduleChoice(Closed):
    """Which row data run under.

    Args:
        fixed: factors that have one name, whatever the data say.
        cycle: micro-batch n of a phase has the n-th of these rows, from the start again at the end;
            `observed` in place of a row leaves data their own.
        apart_from: data with one of these names keep their own row: `{task: mlm}`.
    """

    fixed: Factors | None = None
    cycle: Annotated[tuple[Turn, ...], Field(min_length=1)] | None = None
    apart_from: Factors | None = None

    @model_validator(mode="after")
    def _one(self) -> "ScheduleChoice":
        if self.fixed and self.cycle:
            raise ValueError("`fixed` and `cycle` exclude each other")
        if self.apart_from and not (self.fixed or self.cycle):
            raise ValueError("`apart_from` stands beside `fixed` or `cycle`")
        return self

    @property
    def schedule(self) -> Schedule:
        """The schedule; data run under their own row where nothing is said."""
        if not (self.cycle or self.fixed):
            return Observed()
        own = Cycle(self.cycle) if self.cycle else Fixed(self.fixed)
        return ApartFrom(own, self.apart_from) if self.apart_from else own


AnySchedule = Annotated[
    ScheduleChoice, BeforeValidator(_observed, json_schema_input_type=str | ScheduleChoice)
]
"""A schedule, or the word `observed`."""
