"""Models of `transformers` are scored as those of this library are that compute the same."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, BertForTokenClassification

import tiny
import tiny_runs
from hyperadapters.backbones import BeamSearch, architectures
from hyperadapters.config import RunFile, run_from
from hyperadapters.context import Context, Row
from hyperadapters.errors import BackboneError, ConfigError, DataError, UnknownName
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.foreign import PlainModel, evaluate_foreign, load_foreign
from hyperadapters.scoring.matrix import Matrix
from hyperadapters.tasks import Share
from hyperadapters.tasks.plain import Plain


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Full fine-tuning, untrained: one plain model with a head for each task."""
    cells = {"fields": ["en", "tr"], "mlm": ["tr", "ta"], "spans": ["en"]}
    made = assemble(run_from(tiny_runs.values(tmp_path_factory.mktemp("run"), evaluate=cells)))
    with torch.no_grad():
        for name, parameter in made.model.named_parameters():
            if name.startswith("heads.") or "embeddings" in name:
                parameter.normal_(0, 0.5)
    return made


def saved(assembly: Assembly, folder: Path, names: Sequence[str] | None) -> str:
    """A token classifier that computes what the run's model does for `fields`, as `transformers`
    saves it; its labels have these names.
    """
    kept, backbone = assembly.model.kept(), assembly.model.backbone
    head = {
        part: kept[f"heads.task=fields.entries.shared.{part}"].squeeze(0)
        for part in ("weight", "bias")
    }
    shape = AutoConfig.for_model(**backbone.config.to_dict())
    shape.num_labels = len(head["bias"])
    if names is not None:
        shape.id2label = dict(enumerate(names))
        shape.label2id = {name: place for place, name in enumerate(names)}
    model = BertForTokenClassification(shape)
    model.bert.load_state_dict(backbone.bert.state_dict())
    model.classifier.load_state_dict(head)
    model.save_pretrained(folder)
    architectures.save_tokenizer(assembly.tokenizer, folder)
    return str(folder)


def scored(source: str, run: RunFile, task: str, **how: Any) -> Matrix:
    library = Library(run)
    foreign = load_foreign(source, run, task, library)
    return evaluate_foreign(foreign, run, library, name="theirs", **how)


def close(found: Matrix, own: Matrix, task: str) -> None:
    """The same cells of a task, with the same statistics."""
    cells = [cell for cell in own.cells if cell.task == task]
    assert [cell.language for cell in found.cells] == [cell.language for cell in cells]
    for theirs, ours in zip(found.cells, cells, strict=True):
        assert theirs.metric == ours.metric and theirs.sentences == ours.sentences
        assert list(theirs.statistics) == [pytest.approx(one, rel=1e-4) for one in ours.statistics]


def with_labels(assembly: Assembly, labels: Sequence[str] | None) -> RunFile:
    fields = assembly.run.tasks["fields"].model_copy(
        update={"labels": None if labels is None else tuple(labels)}
    )
    return assembly.run.model_copy(update={"tasks": {**assembly.run.tasks, "fields": fields}})


def test_labels_are_those_that_the_model_names(assembly: Assembly, tmp_path: Path) -> None:
    """Whatever the run file says of them."""
    source = saved(assembly, tmp_path, assembly.tasks["fields"].labels)
    own = evaluate(assembly)
    assert len({cell.score for cell in own.cells if cell.task == "fields"}) > 1
    other = list(reversed(assembly.tasks["fields"].labels))
    for labels in (None, other):
        close(scored(source, with_labels(assembly, labels), "fields"), own, "fields")


def test_a_label_that_the_model_lacks_is_mapped_onto_one_that_it_has(
    assembly: Assembly, tmp_path: Path
) -> None:
    labels = assembly.tasks["fields"].labels
    source = saved(assembly, tmp_path, [labels[0], "X", *labels[2:]])
    advice = rf"(?s)`{labels[1]}` is not among the labels.*label_map.{labels[1]}={labels[0]}`"
    with pytest.raises(DataError, match=advice):
        scored(source, assembly.run, "fields")
    mapping = assembly.run.tasks["fields"].model_copy(update={"label_map": {labels[1]: "X"}})
    tasks = {**assembly.run.tasks, "fields": mapping}
    found = scored(source, assembly.run.model_copy(update={"tasks": tasks}), "fields")
    close(found, evaluate(assembly), "fields")


def test_labels_are_named_by_the_settings_where_the_model_does_not(
    assembly: Assembly, tmp_path: Path
) -> None:
    source, labels = saved(assembly, tmp_path, None), assembly.tasks["fields"].labels
    close(scored(source, with_labels(assembly, labels), "fields"), evaluate(assembly), "fields")
    for unfit in (None, labels[:-1]):
        with pytest.raises(ConfigError, match="the model does not name its labels") as caught:
            scored(source, with_labels(assembly, unfit), "fields")
        message = str(caught.value)
        assert f"{len(labels)} names under `labels` of the task" in message
        assert "found: LABEL_0, LABEL_1" in message


def test_a_language_model_is_scored_by_its_perplexity(assembly: Assembly, tmp_path: Path) -> None:
    assembly.model.backbone.save_pretrained(tmp_path)
    architectures.save_tokenizer(assembly.tokenizer, tmp_path)
    found = scored(str(tmp_path), assembly.run, "mlm")
    close(found, evaluate(assembly), "mlm")
    assert [cell.language for cell in found.cells] == ["tr", "ta"]


def test_a_matrix_says_whose_model_it_is(assembly: Assembly, tmp_path: Path) -> None:
    source = saved(assembly, tmp_path, assembly.tasks["fields"].labels)
    run = assembly.run.model_copy(update={"groups": {"seen": ("tr",)}})
    found = scored(source, run, "fields")
    assert (found.run, found.method, found.seeds) == ("theirs", "not of this library", ())
    assert found.groups == {"seen": ("tr",)}
    assert {cell.standing for cell in found.cells} == {"unseen language"}
    assert all(cell.note.endswith("what it was trained on is not told") for cell in found.cells)
    trained = [assembly.cell("fields", "en"), assembly.cell("spans", "tr")]
    told = scored(source, run, "fields", trained=trained).cells
    assert [cell.standing for cell in told] == ["trained pair", "unseen pair"]
    assert all(cell.note.endswith("not trained by this library") for cell in told)
    assert scored(source, run, "fields", split="dev").cells != found.cells
    assert Matrix.from_json(found.to_json()) == found


def test_no_more_is_read_than_the_run_and_the_model_allow(
    assembly: Assembly, tmp_path: Path
) -> None:
    source = saved(assembly, tmp_path, assembly.tasks["fields"].labels)
    library = Library(assembly.run)
    assert load_foreign(source, assembly.run, "fields", library).length == 24
    recipe = assembly.run.recipe.model_copy(update={"length": 64})
    longer = assembly.run.model_copy(update={"recipe": recipe})
    assert load_foreign(source, longer, "fields", library).length == 32


def test_what_cannot_be_scored_is_refused(assembly: Assembly, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="(?s)unknown task `feilds`.*mean `fields`"):
        scored(str(tmp_path), assembly.run, "feilds")
    data = {"format": "cldr", "content": "kinds", "train": 4, "dev": 2, "test": 2}
    corrupted = {"kind": "span-corruption", "data": {**data, "content": "text"}}
    own = {"tasks": {"text": corrupted}, "train": {"text": ["en"]}, "method": "full-fine-tuning"}
    written = run_from(tiny_runs.translation(tmp_path / "run", **own))
    with pytest.raises(ConfigError, match="a model of another library cannot be scored on `text`"):
        scored(str(tmp_path), written, "text")
    with pytest.raises(BackboneError):
        scored(str(tmp_path / "nowhere"), assembly.run, "fields")
    assembly.model.backbone.save_pretrained(tmp_path / "bare")
    architectures.save_tokenizer(assembly.tokenizer, tmp_path / "bare")
    with pytest.raises(BackboneError, match=r"(?s)is not whole.*missing, among them `classifier"):
        scored(str(tmp_path / "bare"), assembly.run, "fields")


def test_the_context_is_not_looked_at(assembly: Assembly, tmp_path: Path) -> None:
    """The same sentences in two languages have the same score."""
    source = saved(assembly, tmp_path, assembly.tasks["fields"].labels)
    corpus = assembly.corpus(assembly.cell("fields", "en"), "test")
    turkish = assembly.cell("fields", "tr")
    library = Library(
        assembly.run, corpora={(turkish, "test"): replace(corpus, route=turkish.route)}
    )
    foreign = load_foreign(source, assembly.run, "fields", library)
    english, other = evaluate_foreign(foreign, assembly.run, library, name="theirs").cells
    assert english.statistics == other.statistics


def _same(logits: torch.Tensor, share: Share) -> torch.Tensor:
    return logits


def _nothing(shape: Any, settings: Any) -> dict[str, Any]:
    return {}


def test_a_model_that_writes_does_so_whatever_the_context() -> None:
    inner, batch = tiny.backbone("marian"), tiny.batch("marian", 2)
    plain = PlainModel(inner, "mt", Plain("AutoModelForSeq2SeqLM", _same, _nothing))
    inputs = {name: batch.inputs[name] for name in ("input_ids", "attention_mask")}
    row = Row(task="mt", source_language="de", target_language="en")
    found = plain.search(Context.uniform(row, 2), BeamSearch(3), **inputs, max_new_tokens=4)
    assert torch.equal(found, inner.generate(**inputs, num_beams=3, max_new_tokens=4))
