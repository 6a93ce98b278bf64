"""The six target-language-ready variants: whose turn it is, and what is left out."""

import pytest

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.method import HEADS, Method
from hyperadapters.methods import (
    METHODS,
    SETTINGS,
    mad_x_v2,
    tlr_all_multi,
    tlr_bilingual,
    tlr_leave_out_targ,
    tlr_leave_out_task,
    tlr_target,
    tlr_task_multi,
)
from hyperadapters.methods.settings import (
    AMERICASNLI,
    MASAKHANER,
    TLR_TARGETS,
    TYDIQA,
    UD_TARGETS,
    XNLI,
    XQUAD,
)
from hyperadapters.routes import Cell, Route

NAMES = [name for name in METHODS if name.startswith("tlr-")]
ENGLISH = Row(task="ner", language="en")


def turns(method: Method) -> list[str]:
    """The languages that English data run under, one turn each."""
    schedule = method.phases[1].under
    return [schedule.row(ENGLISH, turn)["language"] for turn in range(schedule.period)]


def test_the_languages_of_the_paper() -> None:
    sets = (UD_TARGETS, MASAKHANER, AMERICASNLI, XNLI, XQUAD, TYDIQA)
    assert [len(languages) for languages in sets] == [10, 9, 10, 6, 4, 5]
    assert set(TLR_TARGETS) == set().union(*map(set, sets))
    assert len(TLR_TARGETS) == 34 and "en" not in TLR_TARGETS


def test_the_language_of_the_data_has_the_first_turn_and_targets_follow_in_order() -> None:
    assert turns(tlr_bilingual(target="sw")) == ["en", "sw"]
    assert turns(tlr_task_multi(targets=MASAKHANER)) == ["en", *MASAKHANER]
    assert turns(tlr_task_multi(targets=["qu", "de"], source="es")) == ["es", "qu", "de"]
    assert turns(tlr_all_multi()) == ["en", *TLR_TARGETS]


def test_a_turn_is_a_micro_batch_and_the_last_is_followed_by_the_first() -> None:
    under = tlr_task_multi(targets=("a", "b")).phases[1].under
    seen = [under.row(ENGLISH, micro_batch)["language"] for micro_batch in range(7)]
    assert seen == ["en", "a", "b", "en", "a", "b", "en"]


def test_the_target_alone() -> None:
    assert turns(tlr_target(target="sw")) == ["sw"]


@pytest.mark.parametrize(
    ("languages", "left"), [(MASAKHANER, 26), (UD_TARGETS, 25), (AMERICASNLI, 25)]
)
def test_the_languages_of_a_task_are_left_out(languages: tuple[str, ...], left: int) -> None:
    found = turns(tlr_leave_out_task(left_out=languages))
    assert len(found) == left and found[0] == "en"
    assert not set(found) & set(languages)


def test_numbers_of_languages() -> None:
    assert len(turns(tlr_all_multi())) == 35
    assert len(turns(tlr_leave_out_targ(target="sw"))) == 34
    assert "sw" not in turns(tlr_leave_out_targ(target="sw"))
    assert len(turns(tlr_target(target="sw"))) == 1
    assert len(turns(tlr_bilingual(target="sw"))) == 2


@pytest.mark.parametrize("name", NAMES)
def test_they_are_mad_x_2_but_for_the_rows_of_the_task(name: str) -> None:
    method, mad_x = METHODS[name](**SETTINGS[name].arguments), mad_x_v2()
    assert len(NAMES) == 6
    assert method.adapters == mad_x.adapters and method.phases[0] == mad_x.phases[0]
    task = method.phases[1]
    assert task.select_under == task.under
    assert (task.trains, task.leave_out) == ({"task", HEADS}, mad_x.phases[1].leave_out)
    assert task.recipe == mad_x.phases[1].recipe


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_under_the_language_of_the_data(name: str) -> None:
    under = METHODS[name](**SETTINGS[name].arguments).phases[1].score_under
    for turn in range(3):
        assert under.row(Row(task="ner", language="yo"), turn)["language"] == "yo"


def test_english_data_run_under_every_language_of_the_cycle() -> None:
    cells = [Cell("ner", Route.of("en")), Cell("mlm", Route.of("en")), Cell("mlm", Route.of("sw"))]
    first, second = tlr_bilingual(target="sw").on(cells).phases
    assert first.rows() == [Row(task="mlm", language="en"), Row(task="mlm", language="sw")]
    assert second.rows() == [ENGLISH, ENGLISH.replaced(language="sw")]


@pytest.mark.parametrize(
    "languages", [["en", "sw"], ["sw", "sw"]], ids=["the source", "a target twice"]
)
def test_a_language_has_one_turn(languages: list[str]) -> None:
    with pytest.raises(ValueError, match="each once, not over en, "):
        tlr_task_multi(targets=languages)


def test_what_is_left_out_is_a_target() -> None:
    with pytest.raises(UnknownName, match="unknown language to leave out `swa`(.|\\n)*mean `sw`"):
        tlr_leave_out_task(left_out=["swa"])
    with pytest.raises(UnknownName, match="unknown language to leave out `de`"):
        tlr_leave_out_targ(target="de")


@pytest.mark.parametrize("wrong", [{"targets": "sw"}, {"left_out": "sw"}], ids=str)
def test_a_text_is_no_list_of_languages(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a list of languages is needed, not the text `sw`"):
        tlr_leave_out_task(**{"left_out": ["yo"], **wrong})
