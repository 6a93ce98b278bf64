"""Models of `transformers` that answer questions score as a run that computes the same."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, BertForQuestionAnswering, XLMRobertaForQuestionAnswering

import tiny_runs
from hyperadapters.backbones import architectures
from hyperadapters.config import run_from
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.foreign import evaluate_foreign, load_foreign

CLASSES: dict[str, tuple[Any, str]] = {
    "bert": (BertForQuestionAnswering, "bert"),
    "xlm-roberta": (XLMRobertaForQuestionAnswering, "roberta"),
}
"""The class, and the place of the backbone there."""


def made(folder: Path, kind: str) -> Assembly:
    """Full fine-tuning, untrained, with large weights; contexts take several windows."""
    data = {"format": "cldr", "content": "questions", "train": 40, "dev": 4, "test": 12}
    values = {
        "name": "x",
        "output": str(folder),
        "backbone": {"architecture": {**tiny_runs.ARCHITECTURE, "type": kind}},
        "method": "full-fine-tuning",
        "tasks": {"qa": {"kind": "qa", "data": data}},
        "train": {"qa": ["en"]},
        "evaluate": {"qa": ["en", "tr"]},
        "recipe": {"length": 24},
    }
    assembly = assemble(run_from(values))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in assembly.model.named_parameters():
            if name.startswith("heads.") or "embeddings" in name:
                parameter.normal_(0, 0.5, generator=generator)
    return assembly


def saved(assembly: Assembly, folder: Path, kind: str) -> str:
    """What computes the same, as `transformers` saves it."""
    maker, inner = CLASSES[kind]
    theirs = maker(AutoConfig.for_model(**assembly.model.backbone.config.to_dict()))
    own = assembly.model.backbone.base_model.state_dict()
    getattr(theirs, inner).load_state_dict({k: v for k, v in own.items() if "pooler" not in k})
    kept = assembly.model.kept()
    head = {
        part: kept[f"heads.task=qa.entries.shared.{part}"].squeeze(0) for part in ("weight", "bias")
    }
    theirs.qa_outputs.load_state_dict(head)
    theirs.save_pretrained(folder)
    architectures.save_tokenizer(assembly.tokenizer, folder)
    return str(folder)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_model_of_transformers_answers_as_the_same_run_does(kind: str, tmp_path: Path) -> None:
    assembly = made(tmp_path / "run", kind)
    own, library = evaluate(assembly), Library(assembly.run)
    foreign = load_foreign(saved(assembly, tmp_path / "model", kind), assembly.run, "qa", library)
    theirs = evaluate_foreign(foreign, assembly.run, library, name="theirs")
    assert [cell.statistics for cell in theirs.cells] == [cell.statistics for cell in own.cells]
    assert all(cell.metric == "answer_f1" and cell.sentences == 12 for cell in theirs.cells)
    assert any(0 < one[1] for cell in own.cells for one in cell.statistics), "nothing was found"
