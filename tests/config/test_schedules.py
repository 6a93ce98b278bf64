"""Schedules as run files write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hyperadapters.config.schedules import AnySchedule, ScheduleChoice
from hyperadapters.schedules import ApartFrom, Cycle, Fixed, Observed

_READER: TypeAdapter[ScheduleChoice] = TypeAdapter(AnySchedule)
_FACTORS = st.sampled_from(["task", "language", "source_language", "target_language"])
_NAMES = st.dictionaries(_FACTORS, st.sampled_from(["en", "pt-BR", "zh_yue"]), min_size=1)


@given(_NAMES, st.lists(_NAMES | st.just({}), min_size=1, max_size=4))
def test_what_a_schedule_spells_out_is_read_as_the_schedule(
    names: dict[str, str], rows: list[dict[str, str]]
) -> None:
    own = (Fixed(names), Cycle(rows))
    for schedule in (Observed(), *own, *(ApartFrom(one, names) for one in own)):
        assert _READER.validate_python(schedule.spelt_out()).schedule == schedule


def test_nothing_said_is_the_row_of_the_data() -> None:
    assert _READER.validate_python({}).schedule == Observed()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"fixed": {"language": "nl"}, "cycle": [{"language": "en"}]}, "exclude each other"),
        ({"fixed": {"dialect": "nl"}}, "`dialect` is not a factor of a context"),
        ({"fixed": {"language": "n.l"}}, "`n.l` cannot be the name of a language"),
        ({"cycle": [{"language": "en"}, {"lang": "nl"}]}, "`lang` is not a factor"),
        ({"fixed": {}}, "at least 1 item"),
        ({"cycle": []}, "at least 1 item"),
        ({"cycle": [{"language": "en"}, {}]}, "`observed` stands for the row of the data"),
        ({"cycle": ["observd"]}, "valid dictionary"),
        ({"apart_from": {"task": "mlm"}}, "stands beside `fixed` or `cycle`"),
        ({"fixed": {"language": "nl"}, "apart_from": {"lang": "nl"}}, "`lang` is not a factor"),
        ({"fixed": {"language": 5}}, "valid string"),
        ({"then": ["observed"]}, "Extra inputs"),
        ("observd", "valid dictionary or instance"),
    ],
)
def test_what_is_no_schedule(written: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _READER.validate_python(written)
