"""Runs of tasks that a decoder writes: a T5 from scratch, trained, scored, asked and loaded."""

import json
from pathlib import Path

import pytest
import yaml

import hyperadapters
import tiny_runs
from commands import right
from hyperadapters.config import run_from
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.training import train

CLDR = {"format": "cldr", "train": 40, "dev": 4, "test": 6}
RUN = {
    "name": "written",
    "backbone": {
        "architecture": {
            "type": "t5",
            "layers": 1,
            "width": 16,
            "heads": 2,
            "ffn": 16,
            "positions": 32,
            "vocabulary": 400,
        }
    },
    "method": {"name": "hyper-x-base", "code": 4, "bottleneck": 2, "embedding": 2, "hidden": 4},
    "tasks": {
        "kinds": {
            "kind": "text-to-text",
            "template": "what is {text}",
            "metric": "mcc",
            "data": {**CLDR, "content": "kinds"},
        },
        "same": {
            "kind": "text-to-text",
            "template": "one: {first} other: {second}",
            "labels": {"different": "0", "same": "1"},
            "metric": "f1_accuracy",
            "scoring": "likelihood",
            "data": {**CLDR, "content": "same"},
        },
        "spans": {"kind": "span-corruption", "data": {**CLDR, "content": "text"}},
    },
    "phases": {"pretrain": {"train": {"spans": ["en", "tr"]}, "steps": 2, "criterion": "last"}},
    "train": {"kinds": ["en"], "same": ["en", "tr"], "spans": ["en", "tr"]},
    "select": {"kinds": ["en"], "same": ["en", "tr"]},
    "checkpoint_every": 2,
    "evaluate": {"kinds": ["en", "tr"], "same": ["en"], "spans": ["en"]},
    "recipe": {"steps": 3, "batch": 6, "length": 32, "evaluate_every": 2, "criterion": "metric"},
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("written")
    file = folder / "run.yaml"
    file.write_text(yaml.safe_dump(RUN | {"output": str(folder / "run")}), encoding="utf-8")
    right("train", file)
    return folder / "run"


def scores(trained: Path, tmp_path: Path, *asked: str) -> dict[str, dict[str, object]]:
    right("evaluate", trained, "--output", tmp_path / "scores.json", *asked)
    cells = json.loads((tmp_path / "scores.json").read_text())["cells"]
    return {f"{cell['task']}/{cell['language']}": cell for cell in cells}


def test_every_cell_is_scored_and_says_how(trained: Path) -> None:
    cells = json.loads((trained / "results.json").read_text())["cells"]
    found = {f"{cell['task']}/{cell['language']}": cell for cell in cells}
    assert {name: cell["metric"] for name, cell in found.items()} == {
        "kinds/en": "mcc",
        "kinds/tr": "mcc",
        "same/en": "f1_accuracy",
        "spans/en": "perplexity",
    }
    assert "by greedy generation" in found["kinds/tr"]["note"]
    assert "by the likelihood of each label" in found["same/en"]["note"]
    assert "always `" in found["same/en"]["note"] and "accuracy: " in found["same/en"]["note"]
    assert found["same/en"]["sentences"] == 6


def test_a_checkpoint_is_chosen_by_the_mean_of_what_the_matrix_counts(trained: Path) -> None:
    lines = [one for one in tiny_runs.lines(trained) if one["phase"] == "train"]
    (*_, best) = [one for one in lines if one.get("best")]  # whose weights are kept
    assembly = bundle.load(trained / "model")
    cells = assembly.method.phases[-1].select
    matrix = evaluate(assembly, split="dev", cells=cells)
    assert best["dev"] == {f"{one.task}/{one.language}": one.score for one in matrix.cells}
    values = [value for one in matrix.cells for value in one.values]
    assert len(values) == 5  # F1 and accuracy count as two
    assert best["selection"] == pytest.approx(sum(values) / 5)


def test_a_run_whose_checkpoint_is_chosen_so_goes_on_as_if_it_had_not_been_stopped(
    trained: Path, tmp_path: Path
) -> None:
    run = run_from(RUN | {"output": str(trained)})
    tiny_runs.stop_after(4, assemble(run), tmp_path)  # behind the first evaluation
    train(assemble(run), tmp_path)
    assert tiny_runs.lines(tmp_path) == tiny_runs.lines(trained)
    tiny_runs.assert_same_weights(tmp_path, trained, 0.0)


def test_the_way_is_chosen_anew_and_the_matrix_is_the_same_where_it_is_not(
    trained: Path, tmp_path: Path
) -> None:
    before = json.loads((trained / "results.json").read_text())["cells"]
    again = scores(trained, tmp_path)
    for cell in before:
        assert again[f"{cell['task']}/{cell['language']}"]["statistics"] == cell["statistics"]
    other = scores(trained, tmp_path, "--set", "tasks.kinds.scoring=token_likelihood")
    assert "per token" in other["kinds/en"]["note"]
    assert "answered with no label" not in other["kinds/en"]["note"]


def test_a_line_is_a_text_or_two_with_a_tab_between(trained: Path) -> None:
    asked = ("predict", trained, "--task", "same")
    lines = right(*asked, "--language", "en", text="5 May\t5/5\n\n5 May\t\n").splitlines()
    assert lines[0] in ("same", "different") and lines[1] == "" and len(lines) == 3
    mixed = right(*asked, "--json", text="en\t5 May\t5/5\ntr\t5 Mayıs\t6/6\n").splitlines()
    answers = [json.loads(line) for line in mixed]
    assert [one["text"] for one in answers] == [{"same": "1"}.get(o["label"], "0") for o in answers]


def test_a_trained_model_is_loaded_and_asked(trained: Path) -> None:
    model = hyperadapters.load(trained)
    (answer,) = model.predict("kinds", "en", ["5 May"])
    assert set(model.assembly.tasks) == {"kinds", "same", "spans"}
    assert hasattr(answer, "label") and hasattr(answer, "text")
