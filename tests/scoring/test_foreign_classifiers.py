"""Classifiers of `transformers` score as a run that computes the same; pairs have segments."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    BertForSequenceClassification,
    XLMRobertaForSequenceClassification,
)

import tiny_runs
from hyperadapters.backbones import architectures
from hyperadapters.config import run_from
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.foreign import evaluate_foreign, load_foreign

_OF_ROBERTA = {"classifier.dense": "dense", "classifier.out_proj": "labels"}
CLASSES: dict[str, tuple[Any, dict[str, str], str]] = {
    "bert": (
        BertForSequenceClassification,
        {"bert.pooler.dense": "dense", "classifier": "labels"},
        "bert",
    ),
    "xlm-roberta": (XLMRobertaForSequenceClassification, _OF_ROBERTA, "roberta"),
}
"""The class, the place there of each part of our head, and of the backbone."""


def made(folder: Path, kind: str) -> Assembly:
    """A run of a pair task and a text task, untrained, with large weights."""
    data = {"format": "cldr", "train": 40, "dev": 4, "test": 12}
    assembly = assemble(
        run_from(
            {
                "name": "x",
                "output": str(folder),
                "backbone": {"architecture": {**tiny_runs.ARCHITECTURE, "type": kind}},
                "method": "full-fine-tuning",
                "tasks": {
                    "same": {"kind": "classification", "data": {**data, "content": "same"}},
                    "kinds": {
                        "kind": "classification",
                        "metric": "macro_f1",
                        "data": {**data, "content": "kinds"},
                    },
                },
                "train": {"same": ["en"], "kinds": ["en"]},
                "evaluate": {"same": ["en", "tr"], "kinds": ["en", "tr"]},
                "recipe": {"length": 14},
            }
        )
    )
    with torch.no_grad():
        for name, parameter in assembly.model.named_parameters():
            if name.startswith("heads.") or "embeddings" in name:
                parameter.normal_(0, 0.5)
    return assembly


def saved(assembly: Assembly, folder: Path, kind: str, task: str) -> str:
    """The classifier that computes what the run does for a task, as `transformers` saves it."""
    maker, parts, inner = CLASSES[kind]
    shape = AutoConfig.for_model(**assembly.model.backbone.config.to_dict())
    labels = assembly.tasks[task].labels  # type: ignore[attr-defined]
    shape.num_labels = len(labels)
    shape.id2label, shape.label2id = dict(enumerate(labels)), {n: i for i, n in enumerate(labels)}
    theirs = maker(shape)
    own = assembly.model.backbone.base_model.state_dict()
    left = getattr(theirs, inner).load_state_dict(own, strict=False)
    assert not left.unexpected_keys
    provider, state = assembly.model.heads[f"task={task}"], theirs.state_dict()
    weights = {str(site.position): own for site, own in _weights(provider).items()}
    for place, part in parts.items():
        for name in ("weight", "bias"):
            state[f"{place}.{name}"] = weights[part][name][0]
    theirs.load_state_dict(state)
    theirs.save_pretrained(folder)
    architectures.save_tokenizer(assembly.tokenizer, folder)
    return str(folder)


def _weights(provider: Any) -> Any:
    from hyperadapters.context import Row

    return provider([Row()], list(provider.slots)).weights


@pytest.mark.parametrize("kind", CLASSES)
def test_a_classifier_of_transformers_scores_as_the_same_run_does(
    kind: str, tmp_path: Path
) -> None:
    assembly = made(tmp_path / "run", kind)
    ours = evaluate(assembly)
    for task in ("same", "kinds"):
        source = saved(assembly, tmp_path / task, kind, task)
        library = Library(assembly.run)
        foreign = load_foreign(source, assembly.run, task, library)
        theirs = evaluate_foreign(foreign, assembly.run, library, name="theirs").cells
        own = [cell for cell in ours.cells if cell.task == task]
        assert [cell.statistics for cell in theirs] == [cell.statistics for cell in own]
        assert "at random" in theirs[0].note
        assert all("cut at 14 tokens" in cell.note for cell in own) == (task == "same")
        guesses = {tuple(one) for cell in own for one in cell.statistics}
        assert len(guesses) > 1, "not one label for all"
