"""A merged backbone is a plain model that answers as the row does."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoModelForTokenClassification

import exporting
import tiny
import tiny_runs
from exporting import BOTTLENECK, CELL, LORA
from hyperadapters.config import run_from
from hyperadapters.context import Context
from hyperadapters.errors import ConfigError
from hyperadapters.export import export, format_of
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import assemble


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "t5"])
def test_it_answers_as_the_row_does_without_any_other_library(family: str, tmp_path: Path) -> None:
    method = {**LORA, "maps": "all", "norms": "trained"}
    assembly = exporting.assembled(family, tmp_path, method)
    given = exporting.inputs(family)
    before = {n: p.clone() for n, p in assembly.model.backbone.named_parameters()}
    (folder,) = export(assembly, [CELL], tmp_path / "out", format_of("merged", {}))
    model = AutoModelForTokenClassification.from_pretrained(folder)
    assert [model.config.id2label[place] for place in range(3)] == exporting.LABELS
    with torch.no_grad():
        found = model.eval()(**given).logits
    torch.testing.assert_close(found, exporting.answers(assembly, given), rtol=1e-5, atol=1e-5)
    assert (folder / "tokenizer.json").is_file()
    for name, parameter in assembly.model.backbone.named_parameters():
        assert torch.equal(parameter, before[name]), name


def test_one_direction_becomes_a_model_that_translates_alone(tmp_path: Path) -> None:
    method = {**LORA, "maps": "all", "norms": "trained", "conditioning": "direction"}
    first = {"pretrain": {"train": {"mt": ["de-en"]}, "steps": 1}}
    run = tiny_runs.translation(tmp_path, method=method, phases=first)
    assembly = assemble(run_from(run))
    tiny.redraw(assembly.model, seed=3, scale=0.4)
    assembly.model.eval()
    cell = Cell("mt", Route.of("de", "fr"))  # a direction that no phase trains
    (folder,) = export(assembly, [cell], tmp_path / "out", format_of("merged", {}))
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    given = assembly.tokenizer(["drei", "vier Tage"], return_tensors="pt", padding=True)
    ids = {name: given[name] for name in ("input_ids", "attention_mask")}
    asked = {**ids, "num_beams": 2, "max_length": 8}
    wanted = assembly.model.generate(Context.uniform(cell.row, 2), **asked)
    assert torch.equal(model.generate(**asked), wanted)
    base = assembly.model.backbone.generate(**asked)
    assert base.shape != wanted.shape or not torch.equal(base, wanted)


def test_a_bottleneck_cannot_be_merged(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, BOTTLENECK)
    with pytest.raises(ConfigError, match="a bottleneck has a non-linearity and cannot be merged"):
        export(assembly, [CELL], tmp_path / "out", format_of("merged", {}))
    assert not (tmp_path / "out").exists()
