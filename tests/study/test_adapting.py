"""A trained run gets one more name; what it had stays as it was, to the bit."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file
from torch import Tensor

import hyperadapters as ha
import tiny_runs
from commands import call, right
from hyperadapters.config import load_run, run_from
from hyperadapters.context import Row
from hyperadapters.errors import BundleError, ConfigError, HyperadaptersError
from hyperadapters.machine.tensors import load_tensors
from hyperadapters.mixture.streams import corpora_of
from hyperadapters.run import bundle, extended
from hyperadapters.run.assembly import assemble
from hyperadapters.study import Wanted, adapt, performing
from hyperadapters.study.adapting import same_rows
from hyperadapters.training import train
from hyperadapters.training.stage import Stage

METHOD = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
STEPS = ("steps=3", "batch=4")
SENTENCE = "12 Mart 2024 , 1.200 Türk lirası"


def run_values(output: Path, **changes: Any) -> dict[str, Any]:
    pretrain = {**tiny_runs.PLAIN, "train": {"mlm": ["en"]}, "steps": 2, "batch": 4}
    own = {"method": METHOD, "phases": {"pretrain": pretrain}, "checkpoint_every": 2}
    return tiny_runs.values(output, **{**own, **changes})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of Hyper-X in three languages; not to be changed."""
    folder = tmp_path_factory.mktemp("adapting") / "run"
    train(assemble(run_from(run_values(folder))), folder)
    return folder


@pytest.fixture(scope="module")
def finnish(trained: Path) -> Path:
    """What `adapt` wrote for a new language; not to be changed."""
    folder = trained.parent / "finnish"
    wanted = Wanted(language=("fi",), init_from="tr", examples=16, changes=STEPS)
    found = adapt(trained, wanted, folder)
    assert {score.language for score in found.matrix.cells} == {"fi"}
    assert {score.task for score in found.matrix.cells} == {"fields", "spans"}
    assert found.same == len({(t, n) for t, n in rows_of(trained)})
    return folder


@pytest.fixture
def unreported(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page: that of a run takes a second."""
    monkeypatch.setattr(performing, "write_report", lambda folder: None)


def rows_of(trained: Path) -> list[tuple[str, str]]:
    run = run_values(trained)
    return [(task, name) for task, names in run["train"].items() for name in names]


def written(assembly: Any, row: Row) -> dict[Any, Tensor]:
    return {
        (name, site, slot): weight
        for name, sites in assembly.model.written(row, row["task"]).items()
        for site, piece in sites.items()
        for slot, weight in piece.weights.items()
    }


def test_a_new_language_is_one_vector_and_leaves_every_row_as_it_was(
    trained: Path, finnish: Path
) -> None:
    before, after = extended.read(trained), extended.read(trained, finnish)
    for task, language in rows_of(trained):
        row = Row(task=task, language=language)
        one, two = written(before, row), written(after, row)
        assert one.keys() == two.keys()
        assert all(torch.equal(one[place], two[place]) for place in one)
    old, new = before.model.kept(), after.model.kept()
    (added,) = new.keys() - old.keys()
    assert added.endswith("language=fi")
    assert new[added].shape == (4,)
    assert all(torch.equal(old[name], new[name]) for name in old)
    turkish = new[added.replace("=fi", "=tr")]
    assert not torch.equal(new[added], turkish)
    assert same_rows(before, after.model) == len(rows_of(trained))


def test_what_is_new_is_a_few_kilobytes(trained: Path, finnish: Path) -> None:
    files = {file.name: file for file in (finnish / "model").iterdir()}
    assert set(files) == {"adapted.json", "weights.safetensors"}
    assert sum(file.stat().st_size for file in files.values()) <= 8192
    assert [*load_tensors(files["weights.safetensors"])] == [
        "adapters.adapters.embeddings.language.vectors.language=fi"
    ]
    told = json.loads(files["adapted.json"].read_text())
    assert told["model"] == json.loads((trained / "model" / "bundle.json").read_text())["seal"]


def test_what_was_read_answers_as_what_was_in_memory(trained: Path, finnish: Path) -> None:
    """The end of training is in a checkpoint too, and that has the whole model."""
    last = max((finnish / "checkpoints").glob("0*"))
    whole = extended.read(trained, finnish)
    model = ha.load(trained, adapted=finnish)
    scores = {cell.task: cell.score for cell in model.evaluate().cells}
    stored = json.loads((finnish / "results.json").read_text())
    assert scores == {cell["task"]: cell["score"] for cell in stored["cells"]}
    assert {cell.standing for cell in model.evaluate().cells} == {"trained pair"}
    assert len(model.predict("fields", "fi", [SENTENCE])) == 1
    ended = load_file(last / "model.safetensors")
    kept = whole.model.kept()
    assert ended.keys() == kept.keys()
    assert all(torch.equal(ended[name], kept[name]) for name in kept)


@pytest.mark.usefixtures("unreported")
def test_a_name_begins_as_another_or_as_the_mean_of_all(trained: Path, tmp_path: Path) -> None:
    vectors = bundle.load(trained / "model").model.embeddings()["language"]
    expected = {"ta": vectors["ta"], "mean": torch.stack([*vectors.values()]).mean(dim=0)}
    for start, vector in expected.items():
        folder = tmp_path / start
        still = ("steps=1", "batch=4", "learning_rate=1e-30")
        wanted = Wanted(("fields",), ("fi",), init_from=start, examples=4, changes=still)
        adapt(trained, wanted, folder)
        found = extended.read(trained, folder).model.embeddings()["language"]["fi"]
        torch.testing.assert_close(found, vector)


@pytest.mark.usefixtures("unreported")
def test_only_so_many_examples_are_drawn(trained: Path, tmp_path: Path) -> None:
    few = adapt(
        trained, Wanted(language=("fi",), task=("fields",), examples=2, changes=STEPS), tmp_path
    )
    assert [cell.task for cell in few.matrix.cells] == ["fields"]
    run = load_run(tmp_path / "run.yaml")
    phase = run.phases["adapt-fi"]
    assert (phase.examples, phase.after, phase.trains) == (2, True, ("language=fi",))
    assembly = extended.read(trained, tmp_path)
    ((cell, corpus),) = corpora_of(assembly, assembly.method.phases[-1])
    whole = assembly.corpus(cell, "train").examples
    assert len(corpus.examples) == 2 < len(whole)
    assert all(example in whole for example in corpus.examples)
    (again,) = corpora_of(assembly, assembly.method.phases[-1])
    assert again[1].examples == corpus.examples


def task_file(folder: Path, **changes: Any) -> Path:
    data = {"format": "cldr", "content": "fields", "train": 24, "dev": 6, "test": 6}
    values = {"tasks": {"more": {"kind": "tagging", "data": data}}, "train": {"more": ["en"]}}
    file = folder / "more.yaml"
    file.write_text(yaml.safe_dump({**values, **changes}))
    return file


@pytest.mark.usefixtures("unreported")
def test_a_new_task_begins_with_the_head_of_one_with_the_same_labels(
    trained: Path, tmp_path: Path
) -> None:
    still = ("steps=1", "batch=4", "learning_rate=1e-30")
    wanted = Wanted(("more",), file=task_file(tmp_path), init_from="fields", changes=still)
    found = adapt(trained, wanted, tmp_path / "out")
    assert [(cell.task, cell.language) for cell in found.matrix.cells] == [("more", "en")]
    kept = extended.read(trained, tmp_path / "out").model.kept()
    own = {name: tensor for name, tensor in kept.items() if "task=more" in name}
    assert len(own) > 1  # a vector, and a head
    for name, tensor in own.items():
        torch.testing.assert_close(tensor, kept[name.replace("=more", "=fields")])
    assert sum(f.stat().st_size for f in (tmp_path / "out" / "model").iterdir()) <= 8192


@pytest.mark.usefixtures("unreported")
def test_with_the_hypernetwork_it_is_a_run_of_its_own_with_the_old_cells(
    trained: Path, tmp_path: Path
) -> None:
    wanted = Wanted(("fields",), ("fi",), fit="hypernetwork+embedding", changes=STEPS)
    found = adapt(trained, wanted, tmp_path / "out")
    assert found.same == 0
    assert {cell.language for cell in found.matrix.cells} == {"en", "tr", "ta", "fi"}
    alone = bundle.load(tmp_path / "out" / "model")
    before, after = bundle.load(trained / "model").model.kept(), alone.model.kept()
    moved = {name.split(".")[1] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"adapters"}  # not the norms, the heads or the backbone


@pytest.mark.usefixtures("unreported")
def test_a_run_that_was_stopped_goes_on_to_the_same_weights(trained: Path, tmp_path: Path) -> None:
    """From the checkpoint after two of its three updates."""
    wanted = Wanted(("fields",), ("fi",), examples=8, changes=STEPS)
    adapt(trained, wanted, tmp_path / "whole")
    whole = extended.read(trained, tmp_path / "whole").model.kept()

    plain, done = Stage.update, []

    def stopping(stage: Stage) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(stage)
        plain(stage)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Stage, "update", stopping)
        adapt(trained, wanted, tmp_path / "halves")
    assert any("000002" in path.name for path in (tmp_path / "halves" / "checkpoints").iterdir())
    adapt(trained, wanted, tmp_path / "halves")
    halves = extended.read(trained, tmp_path / "halves").model.kept()
    assert all(torch.equal(whole[name], halves[name]) for name in whole)


REFUSED = {
    "known": (Wanted(language=("tr",)), "the run has all of these already: `tr`"),
    "nothing": (Wanted(), "one name is to be new"),
    "start": (Wanted(language=("fi",), init_from="tk"), "unknown language `tk`"),
    "no file": (Wanted(task=("more",)), "nothing says what it is"),
    "two": (Wanted(task=("more",), language=("fi",)), "new are `task=more` and `language=fi`"),
    "no data": (Wanted(language=("qqq",)), "no task of the run has data to fit `qqq` on"),
    "recipe": (Wanted(language=("fi",), changes=("stepz=3",)), "stepz"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_one_message_and_leaves_nothing(
    case: str, trained: Path, tmp_path: Path
) -> None:
    wanted, said = REFUSED[case]
    with pytest.raises(HyperadaptersError) as caught:
        adapt(trained, wanted, tmp_path / "out")
    assert said in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"backbone": {"name": "x"}}, "says more than what a task is"),
        ({"tasks": {"other": {"kind": "mlm"}}}, "does not say what `more` is"),
        ({"train": {}}, "nothing says in which languages `more` is trained"),
    ],
)
def test_a_file_says_what_a_task_is_and_no_more(
    changes: dict[str, Any], said: str, trained: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        adapt(trained, Wanted(("more",), file=task_file(tmp_path, **changes)), tmp_path / "out")
    assert said in str(caught.value)


def test_a_run_of_translation_alone_says_that_its_cells_are_directions(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    recipe = {"steps": 1, "batch": 4, "contexts_per_batch": 2, "length": 24}
    train(assemble(run_from(tiny_runs.translation(folder, recipe=recipe))), folder)
    with pytest.raises(ConfigError, match=r"(?s)new language of translation.*mt in directions"):
        adapt(folder, Wanted(language=("it",)))
    assert not (tmp_path / "run-it").exists()


def test_a_run_without_a_hypernetwork_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = tiny_runs.values(folder, recipe={"steps": 1, "batch": 4, "length": 24})
    train(assemble(run_from(run)), folder)
    with pytest.raises(BundleError, match="`full-fine-tuning` has no hypernetwork"):
        adapt(folder, Wanted(language=("fi",)))
    assert not (tmp_path / "run-fi").exists()


def test_it_is_read_beside_its_own_run_and_undamaged(
    trained: Path, finnish: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    train(assemble(run_from(run_values(other, seed=1))), other)
    with pytest.raises(BundleError, match="was fitted on another trained model"):
        extended.read(other, finnish)
    with pytest.raises(BundleError, match="what one name adds to a trained model"):
        ha.load(finnish)
    with pytest.raises(BundleError, match="holds nothing that a trained model could"):
        extended.read(trained, other)


def test_the_commands(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "fi"
    asked = ("--language", "fi", "--task", "fields", "--init-from", "tr", "--examples", 4)
    steps = [part for change in STEPS for part in ("--set", change)]
    said = right("adapt", trained, *asked, *steps, "--output", out)
    assert f"rows as they were, to the bit: {len(rows_of(trained))}" in said
    beside = ("--adapted", out)
    told = right("predict", trained, "--task", "fields", "--language", "fi", *beside, text=SENTENCE)
    assert [line.split("\t")[0] for line in told.split("\n") if line] == SENTENCE.split()
    assert "fi" in right("evaluate", trained, *beside)
    assert (out / "report.html").is_file()
    wrong = call("adapt", trained, "--language", "fi", "--train", "all")
    assert wrong.exit_code == 2
    assert "unknown part to fit `all`" in wrong.output
