"""What each phase of a run is: which there are, what they are trained on, and all else they do."""

from dataclasses import replace
from typing import Any

import pytest

from hyperadapters.config import (
    RunFile,
    cells_from,
    cells_of,
    digest,
    evaluated,
    method_of,
    resolved,
    run_from,
)
from hyperadapters.errors import ConfigError, ContextError, UnknownName
from hyperadapters.method import BACKBONE, HEADS, Phase, Recipe, Start
from hyperadapters.methods import METHODS
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Cycle, Fixed, Observed

_PAIRS = {"kind": "translation", "data": {"format": "cldr", "content": "pairs"}}


def _phases(values: dict[str, Any], **changes: Any) -> dict[str, Phase]:
    return {phase.name: phase for phase in method_of(run_from({**values, **changes})).phases}


def _cells(**tasks: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(task, Route.of(name)) for task, names in tasks.items() for name in names.split()
    )


def test_a_run_has_its_methods_phases(values: dict[str, Any]) -> None:
    (phase,) = _phases(values).values()
    assert phase == replace(
        METHODS["hyper-x-base"]().phases[0],
        cells=_cells(ner="en tr", fields="en", mlm="en tr ta"),
        select=_cells(ner="en tr", fields="en"),
        recipe=replace(METHODS["hyper-x-base"]().phases[0].recipe, steps=10),
    )
    method = method_of(run_from(values))
    assert method.adapters == METHODS["hyper-x-base"](bottleneck=32).adapters


def test_added_phases_come_first_in_the_order_of_the_file(values: dict[str, Any]) -> None:
    phases = {
        "words": {"train": {"fields": ["en"]}},
        "train": {"steps": 3},
        "text": {"train": {"mlm": ["en"]}},
    }
    assert list(_phases(values, phases=phases)) == ["words", "text", "train"]


def test_a_phase_without_cells_is_left_out(values: dict[str, Any]) -> None:
    changes = {"method": "mad-x", "recipe": {}, "phases": {"task": {"train": {}}}}
    run = run_from({**values, **changes})
    assert [phase.name for phase in method_of(run).phases] == ["language"]
    assert resolved(run)["phases"]["task"] == {"train": {}}
    assert digest(run_from(resolved(run))) == digest(run)


@pytest.mark.parametrize("train", [{}, {"mlm": []}])
def test_a_phase_of_the_run_alone_has_cells(values: dict[str, Any], train: Any) -> None:
    with pytest.raises(ConfigError, match="unknown phase `text`"):
        run_from({**values, "phases": {"text": {"train": train}}})


def test_some_phase_is_left(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="every phase is left out"):
        run_from({**values, "phases": {"train": {"train": {"ner": []}}}})


def test_an_added_phase_trains_the_backbone_while_no_adapter_acts(values: dict[str, Any]) -> None:
    added = _phases(values, phases={"text": {"train": {"mlm": ["en"]}}})["text"]
    assert (added.trains, added.acts) == ({BACKBONE, HEADS}, frozenset())
    assert added.cells == _cells(mlm="en")
    assert added.recipe == Recipe(steps=10), "`recipe` reaches it"
    assert (added.under, added.start_from, added.leave_out) == (Observed(), None, {})


def test_every_phase_may_have_cells_of_its_own(values: dict[str, Any]) -> None:
    phases = {"text": {"train": {"mlm": ["ta"]}}, "train": {"train": {"ner": ["en"]}}}
    found = _phases(values, phases=phases)
    assert found["text"].cells == _cells(mlm="ta")
    assert found["train"].cells == _cells(ner="en")
    del values["train"], values["groups"]
    again = _phases(values, phases=phases)
    assert [phase.cells for phase in again.values()] == [phase.cells for phase in found.values()]
    assert evaluated(run_from({**values, "phases": phases})) == _cells(ner="en")


def test_a_phase_has_the_cells_of_its_tasks(values: dict[str, Any]) -> None:
    found = _phases(values, method="mad-x-v2", recipe={})
    assert found["language"].cells == _cells(mlm="en tr ta")
    assert found["task"].cells == _cells(ner="en tr", fields="en")
    own = {"task": {"train": {"mlm": ["en"], "ner": ["en"]}}}
    found = _phases(values, method="mad-x-v2", recipe={}, phases=own)
    assert found["task"].cells == _cells(mlm="en", ner="en"), "what the run says counts"


def test_what_chooses_is_of_a_task_that_the_phase_trains(values: dict[str, Any]) -> None:
    values |= {"select": {"ner": ["tr"], "fields": ["en"]}}
    phases = {"words": {"train": {"fields": ["en"]}}, "train": {"train": {"ner": ["en"]}}}
    found = _phases(values, phases=phases)
    assert found["words"].select == _cells(fields="en")
    assert found["train"].select == _cells(ner="tr")
    phases["train"]["select"] = {"ner": ["en", "tr"]}
    assert _phases(values, phases=phases)["train"].select == _cells(ner="en tr")


@pytest.mark.parametrize("criterion", ["loss", "perplexity"])
def test_language_modelling_alone_is_chosen_by_its_own_text(
    values: dict[str, Any], criterion: str
) -> None:
    phases: dict[str, Any] = {"text": {"train": {"mlm": ["en", "ta"]}, "criterion": criterion}}
    assert _phases(values, phases=phases)["text"].select == _cells(mlm="en ta")
    phases["text"]["select"] = {"mlm": ["ta"]}
    assert _phases(values, phases=phases)["text"].select == _cells(mlm="ta")
    phases["text"]["select"] = {}
    assert _phases(values, phases=phases)["text"].select == ()


def test_or_by_those_of_its_cells_that_its_method_names(values: dict[str, Any]) -> None:
    """BAD-X chooses by text of the target; what a run says comes first."""
    bad_x = {"name": "bad-x", "target": "tr"}
    assert _phases(values, method=bad_x, recipe={})["language"].select == _cells(mlm="tr")
    other = {"language": {"select": {"mlm": ["en"]}}}
    chosen = _phases(values, method=bad_x, recipe={}, phases=other)["language"].select
    assert chosen == _cells(mlm="en")
    elsewhere = {"language": {"train": {"mlm": ["en", "ta"]}}}
    chosen = _phases(values, method=bad_x, recipe={}, phases=elsewhere)["language"].select
    assert chosen == _cells(mlm="en ta")


@pytest.mark.parametrize("criterion", ["score", "last"])
def test_or_by_nothing_where_text_is_no_criterion(values: dict[str, Any], criterion: str) -> None:
    phases = {"text": {"train": {"mlm": ["en"]}, "criterion": criterion}}
    assert _phases(values, phases=phases)["text"].select == ()


def test_beside_a_scored_task_text_does_not_choose(values: dict[str, Any]) -> None:
    phases = {
        "text": {"train": {"mlm": ["en"], "ner": ["en"]}, "select": None, "criterion": "loss"}
    }
    assert _phases(values, phases=phases)["text"].select == _cells(ner="en tr")


def test_what_a_phase_does_can_be_said(values: dict[str, Any]) -> None:
    said = {
        "trains": ["adapters"],
        "acts": ["adapters", "norms"],
        "leave_out": {"adapters": [0, -1]},
        "under": {"cycle": [{"language": "en"}, {"language": "tr"}]},
        "select_under": {"fixed": {"language": "tr"}},
        "score_under": {"fixed": {"language": "en", "task": "ner"}},
        "start_from": {"run": "runs/a", "phase": "train"},
    }
    (phase,) = _phases(values, phases={"train": said}).values()
    assert (phase.trains, phase.acts) == ({"adapters"}, {"adapters", "norms"})
    assert phase.leave_out == {"adapters": (0, -1)}
    assert phase.under == Cycle([{"language": "en"}, {"language": "tr"}])
    assert phase.select_under == Fixed(language="tr")
    assert phase.score_under == Fixed(language="en", task="ner")
    assert phase.start_from == Start("runs/a", "train")


def test_what_a_run_does_not_say_is_the_methods_own(values: dict[str, Any]) -> None:
    method = {"name": "bad-x", "target": "tr"}
    own = METHODS["bad-x"](target="tr").phases[-1]
    phase = _phases(values, method=method, recipe={}, phases={"task": {"steps": 3}})["task"]
    assert own.under != Observed()
    assert phase == replace(
        own, cells=phase.cells, select=phase.select, recipe=replace(own.recipe, steps=3)
    )
    observed = {"task": {"under": "observed", "leave_out": {}, "acts": []}}
    phase = _phases(values, method=method, recipe={}, phases=observed)["task"]
    assert (phase.under, phase.select_under) == (Observed(), own.select_under)
    assert phase.acts == frozenset()


def test_a_recipe_reaches_every_phase_and_a_phases_own_keys_win(values: dict[str, Any]) -> None:
    values |= {"recipe": {"steps": 5, "warmup": 2}}
    found = _phases(values, phases={"text": {"train": {"mlm": ["en"]}, "steps": 7}})
    assert found["text"].recipe == Recipe(steps=7, warmup=2)
    assert (found["train"].recipe.steps, found["train"].recipe.warmup) == (5, 2)


def test_each_task_reads_its_own_routes() -> None:
    run = RunFile.model_validate(
        {
            "name": "x",
            "backbone": {"name": "bert-base-cased"},
            "method": "hyper-x-base",
            "tasks": {
                "mt": _PAIRS,
                "ner": {"kind": "tagging", "data": {"format": "cldr", "content": "spans"}},
            },
            "train": {"mt": ["de-en", "pt-BR:en"], "ner": ["pt-BR"]},
        }
    )
    expected = (
        Cell("mt", Route.of("de", "en")),
        Cell("mt", Route.of("pt-BR", "en")),
        Cell("ner", Route.of("pt-BR")),
    )
    assert cells_of(run, run.train) == evaluated(run) == expected
    assert cells_from(run, ["mt/de-en-fr", "ner/pt-BR"]) == (
        Cell("mt", Route.of("de", "en", "fr")),
        Cell("ner", Route.of("pt-BR")),
    )
    assert cells_from(run, ()) == ()
    with pytest.raises(UnknownName, match=r"unknown task `nre`(.|\n)*did you mean `ner`"):
        cells_from(run, ["nre/tr"])
    with pytest.raises(ContextError, match="`de` is not a translation direction"):
        cells_from(run, ["mt/de"])
    for name in ("ner", "ner/"):
        with pytest.raises(ConfigError, match=rf"`{name}` names no cell\n.*TASK/LANGUAGE, such"):
            cells_from(run, [name])


def test_a_phase_may_come_behind_those_of_the_method(values: dict[str, Any]) -> None:
    """And train what is stored under one name alone, on some examples, from another name."""
    start = {"run": "runs/a", "phase": "train", "init_from": "tr"}
    more = {"train": {"fields": ["fi"]}, "after": True, "trains": ["language=fi"], "examples": 16}
    phases = {"more": {**more, "start_from": start}, "text": {"train": {"mlm": ["en"]}}}
    run = run_from({**values, "phases": phases})
    found = method_of(run).phases
    assert [phase.name for phase in found] == ["text", "train", "more"]
    assert (found[-1].examples, found[-1].trains) == (16, {"language=fi"})
    assert found[-1].start_from == Start("runs/a", "train", init_from="tr")
    again = run_from(resolved(run))
    assert resolved(again) == resolved(run)
    assert digest(again) == digest(run)


def test_a_name_that_no_cell_has_is_no_part(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"unknown part of the method `language=fi`"):
        run_from({**values, "phases": {"train": {"trains": ["language=fi"]}}})
