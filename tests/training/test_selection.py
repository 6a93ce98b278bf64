"""Which weights are kept: criteria, dev cells, and what cannot choose."""

import math
from dataclasses import replace

import pytest
import torch

import tiny_runs
from hyperadapters.config import cells_of
from hyperadapters.context import Row
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import TrainingError
from hyperadapters.method import Phase, Recipe
from hyperadapters.routes import Route
from hyperadapters.run.assembly import Assembly
from hyperadapters.schedules import Fixed
from hyperadapters.scoring.cells import score
from hyperadapters.tasks import Tagging
from hyperadapters.tasks.base import Outcomes
from hyperadapters.training.selection import CRITERIA, Result, Selection

CELLS = [Result(0.5, math.log(2), True), Result(0.9, math.log(8), True)]


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    select = {"fields": ["en", "tr"], "spans": ["en"], "mlm": ["tr"]}
    run = tiny_runs.values(tmp_path_factory.mktemp("run"), select=select)
    return tiny_runs.assembled(run, "hypernetwork")


def phase(assembly: Assembly, *tasks: str, **recipe: object) -> Phase:
    """A phase whose checkpoint is chosen by the dev cells of some tasks."""
    every = cells_of(assembly.run, assembly.run.select)
    return Phase(
        trains=frozenset({"heads"}),
        name="last",
        select=tuple(cell for cell in every if cell.task in tasks),
        recipe=replace(Recipe(length=24), **recipe),
    )


@pytest.mark.parametrize(
    ("name", "value", "up"),
    [("score", 0.7, True), ("loss", math.log(4), False), ("perplexity", 5.0, False)],
)
def test_criteria_compare_means_over_cells(name: str, value: float, up: bool) -> None:
    criterion = CRITERIA[name]
    assert criterion.value(CELLS) == pytest.approx(value)
    assert criterion.better(2.0, 1.0) == up
    assert criterion.better(1.0, 2.0) == (not up)
    assert not criterion.better(1.0, 1.0)  # of equals, the first is kept


def test_the_last_is_always_better() -> None:
    assert CRITERIA["last"].better(2.0, 1.0) and CRITERIA["last"].better(1.0, 2.0)


def test_scores_that_go_down_count_negatively() -> None:
    down = [Result(3.0, 1.0, False), Result(5.0, 1.0, False)]
    assert CRITERIA["score"].value(down) == -4


def test_a_metric_that_is_a_mean_of_two_counts_as_two() -> None:
    cells = [Result(0.5, 1.0, True, values=(0.4, 0.6)), Result(0.8, 1.0, True, values=(0.8,))]
    assert CRITERIA["metric"].value(cells) == pytest.approx(0.6)
    assert CRITERIA["score"].value(cells) == pytest.approx(0.65)


def test_where_logits_are_the_answer_the_metric_is_the_score(assembly: Assembly) -> None:
    tasks = ("fields", "spans")
    judged = [
        Selection(assembly, phase(assembly, *tasks, criterion=one)).judge()
        for one in ("score", "metric")
    ]
    assert judged[0] == judged[1]


def test_scores_have_the_names_of_their_cells(assembly: Assembly) -> None:
    chosen = phase(assembly, "fields", "mlm", criterion="loss")
    scores = Selection(assembly, chosen).judge().scores
    assert set(scores) == {"fields/en", "fields/tr", "mlm/tr"}


def test_the_judgement_is_the_evaluation_of_the_cells(assembly: Assembly) -> None:
    scores, number, _ = Selection(assembly, phase(assembly, "fields", "spans")).judge()
    assert list(scores) == ["fields/en", "fields/tr", "spans/en"]
    task = assembly.tasks["fields"]
    corpus = assembly.corpus(assembly.cell("fields", "tr"), "dev")
    encoded = [task.encode(assembly.tokenizer, one, 24) for one in corpus.examples]
    statistics, _ = score(
        assembly.model,
        task,
        Row(task="fields", language="tr"),
        encoded,
        pad_id=assembly.tokenizer.pad_token_id,
    )
    totals = torch.tensor(statistics).sum(0).tolist()
    assert scores["fields/tr"] == pytest.approx(totals[0] / totals[1])
    assert number == pytest.approx(sum(scores.values()) / 3)


def test_the_schedule_of_the_scores_is_used(assembly: Assembly) -> None:
    with torch.no_grad():
        for parameter in assembly.model.adapters.parameters():
            parameter.normal_(0, 1)
    losses = [
        Selection(
            assembly, replace(phase(assembly, "fields", criterion="loss"), select_under=under)
        )
        .judge()
        .value
        for under in (Fixed(language="tr"), Fixed(language="ta"))
    ]
    assert abs(losses[0] - losses[1]) > 1e-3


def test_a_number_that_is_none_is_never_the_best(assembly: Assembly) -> None:
    selection = Selection(assembly, phase(assembly, "fields"))
    assert not selection.better(math.nan, None)
    assert selection.better(0.0, None)
    assert not selection.better(math.nan, 0.0)


@pytest.mark.parametrize("recipe", [{"criterion": "loss"}, {"patience": 2}])
def test_a_choice_needs_cells(assembly: Assembly, recipe: dict[str, object]) -> None:
    with pytest.raises(TrainingError, match="no dev cell can choose the checkpoint") as caught:
        Selection(assembly, phase(assembly, "tlm", **recipe))
    assert "phase `last`" in str(caught.value)


def test_without_a_wish_to_choose_no_cells_are_needed(assembly: Assembly) -> None:
    assert len(Selection(assembly, phase(assembly, "tlm"))) == 0


def test_scores_that_go_up_and_down_do_not_mix(assembly: Assembly) -> None:
    with pytest.raises(TrainingError, match="mix scores that go up with perplexities") as caught:
        Selection(assembly, phase(assembly, "fields", "mlm"))
    assert "fields/en, fields/tr, mlm/tr" in str(caught.value)


def test_an_empty_dev_split_is_an_error(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = Corpus("fields", Route.of("en"), "dev", (), "somewhere.conllu")
    monkeypatch.setitem(assembly.library._read, (assembly.cell("fields", "en"), "dev"), empty)
    with pytest.raises(TrainingError, match="nothing to choose a checkpoint by") as caught:
        Selection(assembly, phase(assembly, "fields"))
    assert "somewhere.conllu" in str(caught.value)


def test_a_task_whose_every_answer_is_one_label_is_named_with_it(assembly: Assembly) -> None:
    judged = Selection(assembly, phase(assembly, "fields", "spans"))
    parameters = dict(assembly.model.heads["task=spans"].named_parameters())
    before = {name: value.detach().clone() for name, value in parameters.items()}
    labels = assembly.tasks["spans"].labels
    with torch.no_grad():
        for value in parameters.values():
            value.zero_()
            if value.shape[-1] == len(labels):
                value[..., 2] = 1.0
        alike = judged.judge().alike
        for name, value in parameters.items():
            value.copy_(before[name])
    assert alike["spans"] == labels[2]


@pytest.mark.parametrize(
    ("right", "predicted", "told"),
    [("AB", "A", {"fields": "A"}), ("AB", "AB", {}), ("A", "A", {}), ("", "", {})],
)
def test_one_label_is_no_fault_where_it_is_the_only_right_one(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch, right: str, predicted: str, told: object
) -> None:
    found = Outcomes(frozenset(right), frozenset(predicted))
    monkeypatch.setattr(Tagging, "outcomes", lambda task, logits, share: found)
    assert Selection(assembly, phase(assembly, "fields")).judge().alike == told
