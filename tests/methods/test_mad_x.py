"""MAD-X and BAD-X as values: who acts when, under which row, and where an adapter is silent."""

import pytest
import torch

import tiny
from hyperadapters.context import Context, Row
from hyperadapters.forms import Bottleneck, Coupling
from hyperadapters.method import HEADS, Method
from hyperadapters.methods import bad_x, mad_x, mad_x_hyper_x, mad_x_v2
from hyperadapters.methods.recipes import TaskRecipe
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import table
from hyperadapters.routes import Cell, Route
from hyperadapters.sites import Site
from hyperadapters.slots import Normal

SITES = [
    *(Site("encoder", layer, "ffn_sum") for layer in range(12)),
    Site("encoder", None, "embeddings"),
]
CELLS = [
    *(Cell("mlm", Route.of(language)) for language in ("en", "gn", "tr")),
    *(Cell("ner", Route.of(language)) for language in ("en", "tr")),
]


def _silent(method: Method, phase: int) -> dict[str, set[int | None]]:
    silent = {}
    for adapter in method.adapters:
        sites = adapter.where.select(SITES)
        acting = method.phases[phase].sites(adapter.name, sites)
        silent[adapter.name] = {site.layer for site in set(sites) - set(acting)}
    return silent


def test_the_invertible_adapter_is_the_coupling_of_the_reference_where_the_encoder_begins() -> None:
    for method in (mad_x(), mad_x_v2()):
        first = method.adapters[0]
        assert (first.name, first.form, first.weights) == (
            *("invertible", Coupling(reduction=2, activation="relu", depth=2)),
            table("language"),
        )
        assert first.where.select(SITES) == (Site("encoder", None, "embeddings"),)


def test_the_values_of_the_invertible_adapter() -> None:
    made = mad_x(invertible_reduction=4, invertible_depth=3, activation="gelu", std=0.1)
    coupling, language, task = (adapter.form for adapter in made.adapters)
    assert coupling == Coupling(4, "gelu", 3, Normal(0.1))
    assert language == Bottleneck(reduction=2, activation="gelu", initial=Normal(0.1))
    assert task == Bottleneck(reduction=16, activation="gelu", initial=Normal(0.1))


def test_systems_without_invertible_adapters() -> None:
    """BAD-X has none, nor has MAD-X beside Hyper-X; others can be without."""
    for method in (mad_x_hyper_x(), bad_x(target="gn"), *_bare()):
        assert len(method.adapters) == 2
        assert method.phases[0].acts == {method.adapters[0].name}


def _bare() -> list[Method]:
    return [mad_x(invertible="none"), mad_x_v2(invertible="none")]


@pytest.mark.parametrize("method", [mad_x(), mad_x_v2(), mad_x_hyper_x(), bad_x(target="gn")])
def test_first_the_language_alone_and_then_the_task_on_it(method: Method) -> None:
    *below, task = method.adapters
    first, second = method.phases
    assert (first.name, second.name, task.name) == ("language", "task", "task")
    assert first.trains == first.acts == {adapter.name for adapter in below}
    assert second.trains == {"task", HEADS}
    assert all(second.lets_act(adapter.name) for adapter in method.adapters)
    assert first.has("mlm") and not first.has("ner")
    assert second.has("ner") and not second.has("mlm")


def test_raw_text_is_what_the_run_calls_it() -> None:
    for method in (
        mad_x(text="raw"),
        mad_x_v2(text="raw"),
        mad_x_hyper_x(text="raw"),
        bad_x(target="gn", text="raw"),
    ):
        first, second = method.phases
        assert first.has("raw") and not first.has("mlm")
        assert second.has("mlm") and not second.has("raw")


def test_mad_x_2_leaves_out_the_last_layer_of_both_once_the_task_is_trained() -> None:
    every: dict[str, set[int | None]] = {"invertible": set(), "language": set(), "task": set()}
    assert _silent(mad_x_v2(), 0) == every
    assert _silent(mad_x_v2(), 1) == {**every, "language": {11}, "task": {11}}


@pytest.mark.parametrize("method", [mad_x(), mad_x_hyper_x(), bad_x(target="gn")])
def test_others_leave_nothing_out(method: Method) -> None:
    assert not any(layers for phase in (0, 1) for layers in _silent(method, phase).values())


def _changed_by(model: AdaptedModel, row: Row, adapter: str, layer: int) -> bool:
    """Whether the weights of an adapter at a layer make a difference to what comes out."""
    batch = tiny.batch("bert", 2)
    with torch.no_grad():
        before = model(Context.uniform(row, 2), batch).logits["probe"]
        for weights in model.adapters[adapter].parameters():
            weights[layer].add_(0.5)  # the site comes first
        return not torch.equal(before, model(Context.uniform(row, 2), batch).logits["probe"])


@pytest.mark.parametrize(
    ("method", "phase", "acting"),
    [
        (mad_x_v2("v2", task_reduction=4), 0, {("language", 0), ("language", 1)}),
        (mad_x_v2("v2", task_reduction=4), 1, {("language", 0), ("task", 0)}),
        (
            mad_x_hyper_x("v1", language_width=4, task_width=2),
            1,
            {("language", 0), ("language", 1), ("task", 0), ("task", 1)},
        ),
        (
            mad_x("v1", task_reduction=4),
            1,
            {("language", 0), ("language", 1), ("task", 0), ("task", 1)},
        ),
    ],
    ids=["v2, language", "v2, task", "v1, task", "v1 with couplings, task"],
)
def test_what_acts_in_a_model_of_two_layers(
    method: Method, phase: int, acting: set[tuple[str, int]]
) -> None:
    row = Row(task="ner", language="tr")
    model = tiny.adapted(method, [row])
    model.enter(method.phases[phase])
    places = [(name, layer) for name in ("language", "task") for layer in (1, 0)]
    assert {place for place in places if _changed_by(model, row, *place)} == acting


def test_data_run_under_the_adapter_of_their_own_language() -> None:
    """Also those of several source languages: the MAD-X MS of the Hyper-X paper."""
    first, second = mad_x_hyper_x().on(CELLS).phases
    assert first.rows() == [Row(task="mlm", language=name) for name in ("en", "gn", "tr")]
    assert second.rows() == [Row(task="ner", language=name) for name in ("en", "tr")]
    assert second.score_under.row(Row(task="ner", language="gn"), 5)["language"] == "gn"


@pytest.mark.parametrize("phase", [0, 1])
def test_the_invertible_adapter_acts_in_both_phases_and_is_trained_in_the_first(phase: int) -> None:
    method = mad_x_v2(task_reduction=4)
    row = Row(task="ner", language="tr")
    model = tiny.adapted(method, [row])
    model.enter(method.phases[phase])
    batch = tiny.batch("bert", 2)
    before = model(Context.uniform(row, 2), batch).logits["probe"]
    for weights in model.adapters["invertible"].parameters():
        assert weights.requires_grad is (phase == 0)
        weights.detach().zero_()
    after = model(Context.uniform(row, 2), batch).logits["probe"]
    assert (after - before).abs().max() > 0.1


def test_everything_of_bad_x_runs_under_its_pair() -> None:
    pair = {"source_language": "en", "target_language": "gn"}
    first, second = bad_x(target="gn").on(CELLS).phases
    assert first.rows() == [Row(task="mlm", language=name, **pair) for name in ("en", "gn", "tr")]
    assert second.rows() == [Row(task="ner", language=name, **pair) for name in ("en", "tr")]
    for phase, task in ((first, "mlm"), (second, "ner")):
        for schedule in (phase.under, phase.select_under, phase.score_under):
            for turn in range(3):
                row = schedule.row(Row(task=task, language="gn"), turn)
                assert row.of(pair) == Row(pair)


def test_bad_x_takes_turns_between_its_languages_and_has_one_adapter_for_them() -> None:
    method = bad_x(source="es", target="gn")
    assert method.phases[0].recipe.order == "alternate"
    assert method.adapters[0].weights.factors == ("source_language", "target_language")
    row = method.phases[1].under.row(Row(task="ner", language="es"), 0)
    assert (row["source_language"], row["target_language"]) == ("es", "gn")


def test_a_pair_is_of_two_languages() -> None:
    with pytest.raises(ValueError, match="two languages, not of `en` alone"):
        bad_x(target="en")


@pytest.mark.parametrize(
    ("recipe", "steps", "batch", "rate", "every", "patience"),
    [
        ("conll-2003", 17_560, 8, 5e-5, 250, 0),
        ("ewt", 15_680, 8, 5e-5, 250, 0),
        ("multinli", 61_360, 32, 2e-5, 625, 0),
        ("squad", 82_125, 16, 1e-4, 625, 4),
    ],
)
def test_recipes_of_tasks(
    recipe: TaskRecipe, steps: int, batch: int, rate: float, every: int, patience: int
) -> None:
    """The recipes of the target-language-ready paper; 10, 10, 5 and 15 epochs as updates."""
    for method in (mad_x_v2(recipe=recipe), bad_x(target="gn", recipe=recipe)):
        own = method.phases[1].recipe
        assert (own.steps, own.batch, own.learning_rate) == (steps, batch, rate)
        assert (own.evaluate_every, own.patience, own.criterion) == (every, patience, "score")
        assert (own.decay, own.warmup, own.clip, own.weight_decay) == ("linear", 0, 1.0, 0.0)


def test_recipes_of_languages() -> None:
    own = mad_x_v2().phases[0].recipe
    assert (own.steps, own.batch, own.learning_rate, own.length) == (100_000, 8, 5e-5, 256)
    assert (own.criterion, own.order) == ("perplexity", "alternate")


def test_recipes_of_the_hyper_x_paper() -> None:
    text, task = (phase.recipe for phase in mad_x_hyper_x().phases)
    assert text.steps == 100_000
    assert (task.steps, task.warmup, task.decay) == (20 * 20_000 // 32, 4000, "linear")
    for own in (text, task):
        assert (own.learning_rate, own.batch, own.length) == (1e-4, 32, 256)


@pytest.mark.parametrize("wrong", [{"language_reduction": 0}, {"task_reduction": -1}])
def test_reductions_are_above_0(wrong: dict[str, int]) -> None:
    for method in (mad_x, mad_x_v2, bad_x):
        with pytest.raises(ValueError, match="above 0"):
            method(**wrong, **({"target": "gn"} if method is bad_x else {}))
    with pytest.raises(ValueError, match="above 0"):
        mad_x_hyper_x(task_width=-1)
    with pytest.raises(ValueError, match="above 0"):
        mad_x(invertible_reduction=0)
    with pytest.raises(ValueError, match="`depth` of a coupling is 1 or more"):
        mad_x(invertible_depth=0)
