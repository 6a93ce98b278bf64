"""From run files to objects."""

from pathlib import Path

import pytest
import torch

import tiny_runs
from hyperadapters.config import method_of, run_from
from hyperadapters.context import Row
from hyperadapters.data.vocabulary import train_tokenizer
from hyperadapters.errors import BackboneError, BundleError, ConfigError, DataError
from hyperadapters.machine.sealed import seal
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble, tasks_of
from hyperadapters.run.loading import TOKENIZER
from hyperadapters.training import train


def test_the_same_seed_builds_the_same_model_and_another_another(tmp_path: Path) -> None:
    first, again, other = (
        assemble(run_from(tiny_runs.values(tmp_path, seed=seed))).model.state_dict()
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_a_tokenizer_is_learned_anew_until_the_run_has_begun(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = run_from(tiny_runs.values(folder, recipe={"steps": 1, "batch": 4, "length": 24}))
    untrained = assemble(run).tokenizer.get_vocab()
    assert not folder.exists(), "to look at a run writes nothing"
    left = run.model_copy(update={"seed": 1})
    train_tokenizer(["another text"], 30, 16).save_pretrained(folder / TOKENIZER)
    begun = assemble(run)
    assert begun.tokenizer.get_vocab() == untrained, "not that of who knows what"
    with pytest.raises(BundleError, match=r"tokenizer` would be replaced"):
        train(begun, folder)
    (folder / TOKENIZER).rename(tmp_path / "of who knows what")
    train(begun, folder)
    assert not list(folder.glob(".*.part")), "nothing half-written stays"
    (folder / TOKENIZER / "tokenizer.json").write_text(
        (folder / TOKENIZER / "tokenizer.json").read_text().replace('"[UNK]"', '"[???]"')
    )
    with pytest.raises(BundleError, match="the tokenizer of the run is damaged"):
        assemble(run)
    seal(folder / TOKENIZER, "checksums.json", {})
    assert "[???]" in assemble(run).tokenizer.get_vocab(), "that of the run, whatever it is"
    assert assemble(left).tokenizer.get_vocab() == untrained, "the run of another file"


def test_pretraining_is_the_first_phase_and_everything_of_the_backbone(tmp_path: Path) -> None:
    pretrain = {"train": {"mlm": ["tr"]}, "steps": 3}
    changes = {"method": "hyper-x-small", "phases": {"pretrain": pretrain}}
    run = run_from(tiny_runs.values(tmp_path, **changes))
    first, second = method_of(run).phases
    assert (first.name, first.recipe.steps, first.acts) == ("pretrain", 3, frozenset())
    assert first.trains == {"backbone", "heads"}
    assert second.trains == {"adapters", "norms", "heads"}
    assert second.recipe.steps == 6


def test_rows_are_those_of_the_trained_pairs(tmp_path: Path) -> None:
    assembly = assemble(run_from(tiny_runs.values(tmp_path)))
    (phase,) = assembly.method.phases
    rows = phase.rows()
    assert Row(task="spans", language="ta") in rows
    assert Row(task="fields", language="ta") not in rows
    assert len(rows) == 7


def test_labels_left_open_are_those_of_the_corpora(tmp_path: Path) -> None:
    assembly = assemble(run_from(tiny_runs.values(tmp_path)))
    labels = assembly.tasks["spans"].labels
    assert labels[0] == "O"
    used = {
        label
        for ex in assembly.corpus(assembly.cell("spans", "ta"), "train").examples
        for label in ex.labels
    }
    assert used <= set(labels)
    assert tasks_of(assembly.run, assembly.library) == assembly.tasks


def test_answers_longer_than_the_backbone_has_positions_for_are_refused(tmp_path: Path) -> None:
    values = tiny_runs.translation(tmp_path)
    values["tasks"]["mt"]["length"] = 33
    with pytest.raises(
        ConfigError, match=r"(?s)longer answers.*tasks\.mt\.length.*at most 32 tokens.*found: 33"
    ):
        assemble(run_from(values))


def test_a_backbone_without_a_decoder_translates_nothing(tmp_path: Path) -> None:
    encoder = assemble(run_from(tiny_runs.values(tmp_path / "encoder")))
    bundle.save(encoder, tmp_path / "model")
    path = {"path": str(tmp_path / "model" / "backbone")}
    run = run_from(tiny_runs.translation(tmp_path / "run", backbone=path))
    with pytest.raises(
        BackboneError, match=r"(?s)cannot learn task `mt`.*`bert`, which has encoder"
    ):
        assemble(run)


def test_pairs_that_are_all_scored_are_no_text_to_learn_from(tmp_path: Path) -> None:
    for split in ("train", "dev", "test"):
        (tmp_path / f"de-en-{split}.tsv").write_text("ja\tyes\nnein\tno\n")
    cells = {"train": {"mt": ["de-en"]}, "evaluate": {"mt": ["de-en"]}}
    values = tiny_runs.translation(tmp_path / "run", **cells)
    path = f"{tmp_path}/{{first}}-{{second}}-{{split}}.tsv"
    values["tasks"]["mt"]["data"] = {"format": "pairs", "path": path}
    message = r"(?s)no text to learn a vocabulary from.*found: 2, all of which are scored"
    with pytest.raises(DataError, match=message):
        assemble(run_from(values))


def test_empty_files_are_no_text_to_learn_from(tmp_path: Path) -> None:
    for language in ("de", "en"):
        (tmp_path / f"{language}.txt").write_text("")
    values = tiny_runs.translation(tmp_path / "run", train={"mt": ["de-en"]})
    values["tasks"]["mt"]["data"] = {"format": "aligned", "paths": ["{language}.txt"]}
    with pytest.raises(DataError, match=r"(?s)no text to learn a vocabulary from.*de\.txt"):
        assemble(run_from(values), data_root=tmp_path)


def test_examples_longer_than_the_backbone_reads_are_refused(tmp_path: Path) -> None:
    run = run_from(tiny_runs.values(tmp_path, recipe={"length": 33}))
    with pytest.raises(
        ConfigError, match="longer examples(.|\n)*at most 32 tokens(.|\n)*found: 33"
    ):
        assemble(run)
