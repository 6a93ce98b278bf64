"""What a run lacks is known before it is trained."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.data.corpora import Corpus
from hyperadapters.errors import BackboneError, ConfigError, DataError, UnknownName
from hyperadapters.examples import Tagged
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.tasks import cutting
from hyperadapters.training.readiness import check


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    """A run with an untrained model, over built-in data."""
    return tiny_runs.assembled(tiny_runs.values(tmp_path))


def test_what_cannot_be_scored_is_known_before_training(assembly: Assembly) -> None:
    check(assembly)
    empty = Corpus("fields", Route.of("tr"), "test", (), "tr.tsv")
    library = Library(
        assembly.run,
        assembly.library.data_root,
        corpora={(Cell("fields", Route.of("tr")), "test"): empty},
    )
    with pytest.raises(DataError, match=r"nothing to score for `fields` in `tr`\n  where: tr.tsv"):
        check(replace(assembly, library=library))


def test_a_label_that_only_the_test_has_is_known_before_training(assembly: Assembly) -> None:
    known = assembly.corpus(assembly.cell("fields", "tr"), "test")
    other = replace(known, examples=(*known.examples, Tagged(("Oslo",), ("B-NEW",))))
    corpora = {(Cell("fields", Route.of("tr")), "test"): other}
    library = Library(assembly.run, assembly.library.data_root, corpora=corpora)
    with pytest.raises(DataError, match=r"label `B-NEW` is not among the labels.*\n  where: "):
        check(replace(assembly, library=library))


def test_a_label_that_only_a_phase_trains_on_is_known_before_training(assembly: Assembly) -> None:
    known = assembly.corpus(assembly.cell("fields", "en"), "train")
    other = replace(known, examples=(*known.examples, Tagged(("Oslo",), ("B-NEW",))))
    corpora = {(Cell("fields", Route.of("en")), "train"): other}
    library = Library(assembly.run, assembly.library.data_root, corpora=corpora)
    with pytest.raises(DataError, match=r"label `B-NEW` is not among the labels.*\n  where: "):
        check(replace(assembly, library=library))


def test_a_target_language_without_a_token_is_known_before_training(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.translation(tmp_path, method="transformer-base")))
    other = run_from(
        tiny_runs.translation(
            tmp_path,
            method="transformer-base",
            train={"mt": ["de-en", "sv-en"]},
            evaluate={"mt": ["de-en"]},
        )
    )
    check(replace(made, run=other, library=Library(other)))
    other = other.model_copy(update={"evaluate": {"mt": ("en-sv",)}})
    with pytest.raises(BackboneError, match="no token `<2sv>`"):
        check(replace(made, run=other, library=Library(other)))


def test_a_tokenizer_that_is_not_installed_is_known_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "_installed", lambda tokenizer: tokenizer != "ko-mecab")
    values = tiny_runs.translation(tmp_path, method="transformer-base")
    check(assemble(run_from(values)))
    values["tasks"]["mt"]["tokenize"] = "ko-mecab"
    with pytest.raises(ConfigError, match="the tokenizer `ko-mecab` is not installed"):
        check(assemble(run_from(values)))


@pytest.mark.parametrize("method", ["pair-adapters-base", "hyper-adapters-base-tiny"])
def test_a_direction_without_weights_is_known_before_training(method: str, tmp_path: Path) -> None:
    values = tiny_runs.translation(tmp_path, method={"name": method, "bottleneck": 3})
    check(assemble(run_from({**values, "evaluate": {"mt": ["de-en-fr"]}})))
    untrained = assemble(run_from({**values, "evaluate": {"mt": ["de-fr"]}}))
    if method.startswith("hyper"):
        check(untrained)
        return
    chosen_by = assemble(run_from({**values, "select": {"mt": ["de-fr"]}}))
    for one in (untrained, chosen_by):
        with pytest.raises(
            UnknownName, match="unknown row of a table(.|\n)*only for the rows that"
        ):
            check(one)


def test_a_phase_is_checked_for_what_it_trains_and_for_those_who_act(tmp_path: Path) -> None:
    """`more` is pre-trained alone, where no adapter acts: none needs weights for its languages."""
    values = tiny_runs.translation(tmp_path, method="language-adapters-base")
    values["tasks"]["more"] = values["tasks"]["mt"]
    values["phases"] = {"pretrain": {"train": {"more": ["sv-en"]}}}
    values |= {"evaluate": {"mt": ["de-en"]}, "select": {"mt": ["de-en"], "more": ["sv-en"]}}
    made = assemble(run_from(values))
    chosen = [phase.select for phase in made.method.phases]
    assert chosen == [(made.cell("more", "sv-en"),), (made.cell("mt", "de-en"),)]
    check(made)
    empty = Corpus("more", Route.parse("sv-en"), "dev", (), "sv.txt")
    made.library._read[made.cell("more", "sv-en"), "dev"] = empty
    with pytest.raises(DataError, match=r"(?s)nothing to score for `more`.*out of `select: more`"):
        check(made)
    with pytest.raises(UnknownName, match="sv"):
        check(assemble(run_from({**values, "select": {"mt": ["de-en", "sv-en"]}})))


@pytest.mark.parametrize(
    "changes",
    [
        {"train": {"fields": ["en"]}, "evaluate": {"spans": ["tr"]}},
        {
            "method": "transformer-base",
            "train": {"fields": ["en"], "spans": ["en"]},
            "recipe": {"length": 24, "contexts_per_batch": 1},
        },
    ],
)
def test_a_head_that_nothing_trains_is_not_scored(changes: dict[str, Any], tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.values(tmp_path, **{"select": {}, **changes})))
    with pytest.raises(ConfigError, match="nothing trains the head of `(spans|fields)`"):
        check(made)


def test_every_phase_has_something_to_train_on(tmp_path: Path) -> None:
    text = {"kind": "mlm", "data": {"format": "cldr", "content": "text", "train": 8, "dev": 4}}
    first = {"pretrain": {"train": {"fields": ["en"], "spans": ["en"]}}}
    changes = {"method": "mad-x", "train": {"mlm": ["en"]}, "evaluate": {}, "select": {}}
    values = tiny_runs.values(tmp_path, **changes, recipe={"length": 16}, phases=first)
    values["tasks"]["mlm"] = text
    with pytest.raises(ConfigError, match=r"(?s)`task` has nothing .*`mlm`.*task: {train: {}}"):
        check(assemble(run_from(values)))
    check(assemble(run_from({**values, "phases": {**first, "task": {"train": {}}}})))


def test_a_head_may_be_trained_in_the_first_phase(tmp_path: Path) -> None:
    first = {"pretrain": {"train": {"spans": ["en"]}, "length": 16}}
    changes = {"train": {"fields": ["en"]}, "evaluate": {"spans": ["tr"]}, "select": {}}
    check(assemble(run_from(tiny_runs.values(tmp_path, **changes, phases=first))))


def test_one_text_under_several_languages_is_refused(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_text('{"s": "ein Haus", "t": "a house"}\n' * 40)
    data = {"format": "hub", "path": "all.jsonl", "first": "s", "second": "t"}
    values = tiny_runs.translation(tmp_path, method="transformer-base", evaluate={}, select={})
    values["backbone"]["architecture"]["vocabulary"] = 100
    values["tasks"] = {"mt": {"kind": "translation", "length": 6, "data": data}}
    made = assemble(run_from(values | {"train": {"mt": ["de-en", "en-de"]}}), data_root=tmp_path)
    other = run_from(values | {"train": {"mt": ["de-en", "fr-en"]}})
    with pytest.raises(ConfigError, match="the languages of `mt` would all have the same data"):
        check(replace(made, run=other, library=Library(other, tmp_path)))


def test_the_weights_that_are_needed_are_those_that_scores_run_under(tmp_path: Path) -> None:
    """Finnish has no adapter; under a fixed pair it needs none."""
    more = {"evaluate": {"fields": ["en", "fi"]}}
    pair = tiny_runs.staged(tmp_path, "bad-x", arguments={"target": "tr"}, **more)
    check(assemble(run_from(pair)))
    with pytest.raises(UnknownName, match="unknown row of a table `language=fi`"):
        check(assemble(run_from(tiny_runs.staged(tmp_path, "mad-x-v2", **more))))


def test_what_chooses_a_checkpoint_runs_under_the_rows_of_training(tmp_path: Path) -> None:
    """Cells of Finnish choose among weights that run under the adapter of the target."""
    more = {"select": {"fields": ["fi"]}, "evaluate": {"fields": ["tr"]}}
    target = tiny_runs.staged(tmp_path, "tlr-target", arguments={"target": "tr"}, **more)
    check(assemble(run_from(target)))
    with pytest.raises(UnknownName, match="unknown row of a table `language=fi`"):
        check(assemble(run_from(tiny_runs.staged(tmp_path, "mad-x-v2", **more))))


@pytest.mark.parametrize("layer", [2, -3])
def test_an_adapter_is_left_out_of_layers_that_it_has(layer: int, tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.staged(tmp_path, "mad-x-v2")))
    first, last = made.method.phases[0], made.method.phases[-1]
    for adapter, known in (("task", "0 to 1"), ("invertible", "inside layers")):
        wrong = replace(last, leave_out={adapter: (1, layer)})
        with pytest.raises(
            ConfigError, match=rf"`{adapter}` has no layer (1|{layer})(.|\n)*{known}"
        ):
            check(replace(made, method=replace(made.method, phases=(first, wrong))))
    right = replace(last, leave_out={"task": (0, 1, -1, -2), "language": (1,)})
    check(replace(made, method=replace(made.method, phases=(first, right))))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"acts": None}, "`language=tr,task=fields`, and what acts is nothing"),
        ({"train": {"fields": ["tr", "en"]}}, "`language=en,task=fields`"),
        ({"under": {"cycle": ["observed", {"language": "ta"}]}}, "`language=ta,task=fields`"),
        ({"trains": ["adapters"], "acts": ["norms"]}, "and what acts is `norms`"),
    ],
)
def test_what_a_phase_is_trained_on_reaches_what_it_trains(
    changes: dict[str, Any], found: str, tmp_path: Path
) -> None:
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    pretrain = {"train": {"mlm": ["en"]}, "length": 24}
    own = {"after": True, "train": {"fields": ["tr"]}, "trains": ["language=tr"]}
    own["acts"] = ["adapters", "norms"]

    def made(**changes: Any) -> Assembly:
        phases = {"pretrain": pretrain, "more": {**own, **changes}}
        return assemble(run_from(tiny_runs.values(tmp_path, method=method, phases=phases)))

    check(made())
    check(made(trains=["task=fields"], acts=None))  # its head
    check(made(under={"fixed": {"language": "en*1+tr*1"}}))
    with pytest.raises(ConfigError, match=f"(?s)reaches nothing that phase `more`.*{found}"):
        check(made(**changes))
