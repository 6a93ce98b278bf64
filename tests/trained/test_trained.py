"""A trained model in three lines: what it answers and scores is what it did before it was saved."""

from pathlib import Path

import pytest

import hyperadapters
import tiny
import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.errors import BundleError, ConfigError, ContextError, UnknownName
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.prediction import predict
from hyperadapters.trained import Trained, load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def assembly(folder: Path) -> Assembly:
    """The run, kept in its folder; its adapters are drawn so that they bite."""
    made = assemble(run_from(tiny_runs.staged(folder, "mad-x-v2")))
    tiny.redraw(made.model, seed=1, scale=0.5)
    made.model.eval()
    bundle.save(made, folder / "model")
    return made


@pytest.fixture(scope="module")
def trained(assembly: Assembly, folder: Path) -> Trained:
    return load(folder)


def test_a_model_answers_as_before_it_was_saved(
    assembly: Assembly, trained: Trained, folder: Path
) -> None:
    texts = ["in three days", "", "Monday"]
    expected = list(predict(assembly, "fields", "tr", texts))
    assert trained.predict("fields", "tr", texts) == expected
    assert [[word for word, _ in words] for words in expected] == [text.split() for text in texts]
    assert hyperadapters.load(str(folder)).predict("fields", "tr", texts) == expected
    assert load(folder / "model").predict("fields", "tr", iter(texts)) == expected


def test_a_model_of_translation_translates(tmp_path: Path) -> None:
    made = assemble(run_from(tiny_runs.translation(tmp_path)))
    tiny.redraw(made.model, seed=1, scale=1.5)
    bundle.save(made, tmp_path / "model")
    expected = list(predict(made, "mt", "de-en-fr", ["drei Tage"]))
    assert load(tmp_path).predict("mt", "de-en-fr", ["drei Tage"]) == expected


def test_what_cannot_be_answered_is_refused(trained: Trained) -> None:
    with pytest.raises(UnknownName, match="unknown task `feilds`"):
        trained.predict("feilds", "tr", ["one"])
    with pytest.raises(ConfigError, match="task `mlm` gives no answers to raw text"):
        trained.predict("mlm", "tr", ["one"])
    with pytest.raises((ContextError, UnknownName), match="xx"):
        trained.predict("fields", "xx", ["one"])
    with pytest.raises(ConfigError, match="(?s)`texts` is one text.*found: 'one two'"):
        trained.predict("fields", "tr", "one two")


def test_a_model_is_scored_as_its_run_says_or_as_is_asked(
    assembly: Assembly, trained: Trained
) -> None:
    assert trained.evaluate() == evaluate(assembly)
    expected = evaluate(assembly, cells=[assembly.cell("fields", "tr")], split="dev")
    assert trained.evaluate(["fields/tr"], split="dev") == expected
    with pytest.raises(UnknownName, match="ta"):
        trained.evaluate(["fields/ta"])


def test_cells_are_named_by_task_and_language(trained: Trained) -> None:
    found = trained.evaluate(["fields/tr", "fields/en"], split="dev").cells
    assert [(one.task, one.language) for one in found] == [("fields", "tr"), ("fields", "en")]
    for name in ("fields", "fields/"):
        with pytest.raises(ConfigError, match=f"`{name}` names no cell") as caught:
            trained.evaluate([name])
        assert "TASK/LANGUAGE, such as `ner/tr`" in str(caught.value)
    with pytest.raises(UnknownName, match="(?s)unknown task `feilds`.*did you mean `fields`"):
        trained.evaluate(["feilds/tr"])


def test_a_model_is_loaded_where_it_is_wanted(assembly: Assembly, folder: Path) -> None:
    parameters = load(folder, device="meta").assembly.model.parameters()
    assert {parameter.device.type for parameter in parameters} == {"meta"}


def test_a_model_says_what_it_is(folder: Path) -> None:
    assert repr(load(folder, data_root=str(folder))).startswith("Trained(tiny: ")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="holds no trained model"):
        load(tmp_path)
