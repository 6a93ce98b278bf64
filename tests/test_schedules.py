"""Which row a micro-batch runs under."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.context import BASE, CONTEXT_FACTORS, Row
from hyperadapters.errors import ConfigError
from hyperadapters.schedules import ApartFrom, Cycle, Fixed, Observed, Then, fixed

ROW = Row(task="ner", language="tr")
PAIRS = [{"source_language": "en", "target_language": t} for t in ("tr", "ta", "fi")]


@given(st.integers(0, 1000))
def test_observed_is_the_row_itself(micro_batch):
    assert Observed().row(ROW, micro_batch) is ROW


@given(st.integers(0, 1000))
def test_fixed_names_win_and_the_others_stay(micro_batch):
    assert Fixed(language="nl").row(ROW, micro_batch) == Row(task="ner", language="nl")


def test_fixed_adds_factors():
    pair = Fixed({"source_language": "en", "target_language": "tr"}).row(ROW, 0)
    assert dict(pair) == {**ROW, "source_language": "en", "target_language": "tr"}


@given(st.integers(0, 1000))
def test_a_cycle_takes_turns(micro_batch):
    row = Cycle(PAIRS).row(ROW, micro_batch)
    assert dict(row) == {**ROW, **PAIRS[micro_batch % 3]}


@given(st.integers(0, 50), st.integers(1, 20))
def test_a_cycle_gives_every_row_its_equal_share(start, turns):
    seen = Counter(
        Cycle(PAIRS).row(ROW, start + step)["target_language"] for step in range(3 * turns)
    )
    assert set(seen.values()) == {turns}


@given(st.integers(0, 50))
def test_data_of_some_names_keep_their_row(micro_batch):
    schedule = ApartFrom(Cycle(PAIRS), {"task": "mlm", "language": "sw"})
    for kept in (ROW.replaced(task="mlm"), ROW.replaced(language="sw")):
        assert schedule.row(kept, micro_batch) is kept
    assert schedule.row(ROW, micro_batch) == Cycle(PAIRS).row(ROW, micro_batch)
    assert schedule.period == 3


@pytest.mark.parametrize(
    "schedule",
    [
        Observed(),
        Fixed(language="nl"),
        Cycle(PAIRS),
        ApartFrom(Cycle(PAIRS), {"task": "mlm"}),
        Then(Cycle(PAIRS), Fixed(language="nl")),
    ],
)
def test_the_base_row_stays(schedule):
    assert schedule.row(BASE, 1) is BASE


def test_schedules_are_values():
    assert Observed() == Observed()
    assert Fixed(language="nl", task="ner") == Fixed({"task": "ner", "language": "nl"})
    assert Cycle(PAIRS) == Cycle([dict(reversed(pair.items())) for pair in PAIRS])
    assert Cycle(PAIRS) != Cycle(PAIRS[::-1])
    assert len({Fixed(language="nl"), Fixed(language="nl"), Observed()}) == 2
    both = Then(Observed(), Fixed(language="nl"))
    assert both == Then(Observed(), Fixed(language="nl"))
    assert both != Then(Fixed(language="nl"), Observed())


@given(st.integers(0, 50))
def test_the_second_maps_what_the_first_gives(micro_batch):
    first = Cycle([{"language": "en"}, {"language": "de", "task": "pos"}])
    both = Then(first, Fixed(language="nl"))
    assert both.row(ROW, micro_batch) == first.row(ROW, micro_batch).replaced(language="nl")
    assert Then(Fixed(language="nl"), first).row(ROW, micro_batch) == first.row(ROW, micro_batch)
    assert Then(first, Observed()).row(ROW, micro_batch) == first.row(ROW, micro_batch)


def test_a_map_repeats_itself_after_its_period():
    assert (Observed().period, Fixed(language="nl").period, Cycle(PAIRS).period) == (1, 1, 3)


def test_a_turn_of_a_cycle_may_leave_data_their_own_row():
    cycle = Cycle([{}, {"language": "nl"}])
    ran = [cycle.row(ROW, turn) for turn in range(3)]
    assert ran == [ROW, Row(task="ner", language="nl"), ROW]
    assert cycle.spelt_out() == {"cycle": ["observed", {"language": "nl"}]}


def test_schedules_are_spelt_out_as_a_run_file_writes_them():
    nl = Fixed(task="ner", language="nl")
    assert Observed().spelt_out() == "observed"
    assert nl.spelt_out() == {"fixed": {"language": "nl", "task": "ner"}}
    assert Cycle(PAIRS).spelt_out() == {"cycle": PAIRS}
    apart = ApartFrom(Cycle(PAIRS), {"task": "mlm"})
    assert apart.spelt_out() == {"cycle": PAIRS, "apart_from": {"task": "mlm"}}
    assert Then(nl, Observed()).spelt_out() == {"then": [nl.spelt_out(), "observed"]}


def test_a_factor_has_one_name():
    assert fixed(["language=nl"]) == Fixed({"language": "nl"})
    assert fixed([]).row(ROW, 5) == ROW
    with pytest.raises(ConfigError, match="names a factor twice"):
        fixed(["language=nl", "language=de"])


@pytest.mark.parametrize("name", ["dialect=nl", "language", "language=", "=nl"])
def test_what_names_no_row(name):
    with pytest.raises(ConfigError) as error:
        fixed(["task=ner", name])
    factor = name.partition("=")[0]
    assert str(error.value).splitlines() == [
        f"`--run-as {factor}` names no row",
        f"  expected: FACTOR=NAME, with a factor of {', '.join(CONTEXT_FACTORS)}",
        "  remedy: for example `--run-as language=nl`",
    ]
