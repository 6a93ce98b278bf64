"""A table of one row is a trained model of its own, and a place to start from."""

from pathlib import Path

import pytest
import torch

import exporting
import hyperadapters
from exporting import BOTTLENECK, CELL, LORA
from hyperadapters.config import run_from
from hyperadapters.errors import UnknownName
from hyperadapters.export import export, format_of
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import assemble
from hyperadapters.training.starting import begin


@pytest.mark.parametrize("method", [BOTTLENECK, {**LORA, "norms": "trained"}])
@pytest.mark.parametrize("family", ["bert", "t5"])
def test_it_is_loaded_and_answers_alike(
    family: str, method: dict[str, object], tmp_path: Path
) -> None:
    assembly = exporting.assembled(family, tmp_path, method)
    given = exporting.inputs(family)
    networks = dict(assembly.model.adapters.items())
    (folder,) = export(assembly, [CELL], tmp_path / "out", format_of("table", {}))
    assert dict(assembly.model.adapters.items()) == networks
    read = hyperadapters.load(folder).assembly
    wanted = exporting.answers(assembly, given)
    torch.testing.assert_close(exporting.answers(read, given), wanted, rtol=0, atol=1e-6)
    assert read.model.adapters.keys() == networks.keys()
    with pytest.raises(UnknownName, match="row of a table `language=tr,task=ner`"):
        exporting.answers(read, given, Cell("ner", Route.of("tr")))


def test_a_mix_is_a_row_like_any_other(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, BOTTLENECK)
    given, cell = exporting.inputs("bert"), Cell("ner", Route.of("en*0.75+yo*0.25"))
    wanted = exporting.answers(assembly, given, cell)
    (folder,) = export(assembly, [cell], tmp_path / "out", format_of("table", {}))
    read = hyperadapters.load(folder).assembly
    same = Cell("ner", Route.of(hyperadapters.mix({"yo": 1, "en": 3})))
    torch.testing.assert_close(exporting.answers(read, given, same), wanted, rtol=0, atol=1e-6)
    assert not torch.allclose(exporting.answers(assembly, given), wanted, rtol=0, atol=1e-3)
    with pytest.raises(UnknownName, match="row of a table `language=en,task=ner`"):
        exporting.answers(read, given, Cell("ner", Route.of("en*0.5+yo*0.5")))


def test_a_run_starts_from_it(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, BOTTLENECK)
    (folder,) = export(assembly, [CELL], tmp_path / "out", format_of("table", {}))
    start = {"start_from": {"run": str(folder), "phase": "train"}}
    run = exporting.run(
        "bert",
        tmp_path,
        {"name": "pair-table", "bottleneck": 5},
        tasks={"ner": exporting.run("bert", tmp_path, "psf")["tasks"]["ner"]},
        train={"ner": ["yo"]},
        phases={"train": start},
    )
    begun = assemble(run_from({**run, "output": str(tmp_path / "begun")}))
    begin(begun)
    given = exporting.inputs("bert")
    wanted = exporting.answers(assembly, given)
    torch.testing.assert_close(exporting.answers(begun, given), wanted, rtol=0, atol=1e-6)
