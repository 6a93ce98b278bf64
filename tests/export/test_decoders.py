"""An adapted decoder generates the same text under `peft`, and merged, as it does here."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from peft import AutoPeftModelForCausalLM, AutoPeftModelForSeq2SeqLM
from transformers import AutoModelForCausalLM

import exporting
import tiny
from exporting import LORA
from hyperadapters.context import Context
from hyperadapters.errors import ConfigError
from hyperadapters.export import export, format_of
from hyperadapters.export.portable import readers_of
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly

CELLS = (Cell("kinds", Route.of("en")), Cell("same", Route.of("tr")))
PROMPTS = ("w1 w2 w3", "w7 w8 w9 w4 w5 w6 w1 w30", "w20", "w33 w12 w18", "w2 w4 w6 w8 w10")
TOKENIZER = (
    exporting.tokenizer()
)  # that of Qwen 2 is its own in `transformers` 5, whatever is saved
DATA = {"format": "cldr", "train": 2, "dev": 2, "test": 2}
TASKS = {
    "kinds": {
        "kind": "text-to-text",
        "template": "{text}",
        "labels": {"one": "w1 w2", "two": "w3"},
        "data": {**DATA, "content": "kinds"},
    },
    "same": {
        "kind": "text-to-text",
        "template": "w8 {first} w9 {second}",
        "labels": {"different": "w4", "same": "w5 w6"},
        "data": {**DATA, "content": "same"},
    },
}
RULES = {"max_new_tokens": 6, "do_sample": False}
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


def assembled(family: str, folder: Path) -> Assembly:
    """Two text-to-text tasks whose adapters bite; `same` is never trained in Turkish."""
    train = {"kinds": ["en", "tr"], "same": ["en"]}
    method = {**LORA, "maps": "all"}
    return exporting.assembled(family, folder, method, tasks=TASKS, train=train, scale=1.5)


def padded(side: str) -> dict[str, torch.Tensor]:
    found = TOKENIZER(list(PROMPTS), return_tensors="pt", padding=True, padding_side=side)
    return {name: found[name] for name in ("input_ids", "attention_mask")}


def wanted(assembly: Assembly, cell: Cell) -> list[str]:
    """The text that the row of a cell writes."""
    context = Context.uniform(cell.row, len(PROMPTS))
    found = assembly.model.generate(context, **padded("right"), **RULES)
    return TOKENIZER.batch_decode(found)


def text_of(model: Any) -> list[str]:
    """What a plain model writes, by its own `generate`."""
    given = padded("left")
    found = model.generate(**given, **RULES)
    return TOKENIZER.batch_decode(found[:, given["input_ids"].shape[1] :])


@pytest.mark.parametrize("family", tiny.DECODERS)
def test_peft_generates_the_same_text(family: str, tmp_path: Path) -> None:
    assembly = assembled(family, tmp_path)
    folders = export(assembly, CELLS, tmp_path / "out", format_of("peft", {}))
    scores = []
    for cell, folder in zip(CELLS, folders, strict=True):
        config = json.loads((folder / "adapter_config.json").read_text())
        assert config["task_type"] == "CAUSAL_LM"
        assert {"q_proj", "gate_proj", "down_proj"} <= set(config["target_modules"])
        assert {reader: faults for reader, faults in readers_of(folder).items() if faults} == {}
        model = AutoPeftModelForCausalLM.from_pretrained(folder).eval()
        text = text_of(model)
        assert text == wanted(assembly, cell)
        with torch.no_grad():
            scores.append(model(**padded("left")).logits[:, -1])
        with model.disable_adapter():
            assert text_of(model) != text
    assert (scores[0] - scores[1]).abs().max() > 0.1, "rows must differ"


def test_an_encoder_decoder_has_its_class_of_peft_too(tmp_path: Path) -> None:
    """Its embeddings are tied, so that it has no head that could have been trained."""
    assembly = assembled("t5", tmp_path)
    (folder,) = export(assembly, CELLS[:1], tmp_path / "out", format_of("peft", {}))
    model = AutoPeftModelForSeq2SeqLM.from_pretrained(folder).eval()
    found = TOKENIZER.batch_decode(model.generate(**padded("right"), **RULES))
    assert found == wanted(assembly, CELLS[0])


def test_a_merged_decoder_generates_the_same_text(tmp_path: Path) -> None:
    assembly = assembled("llama", tmp_path)
    (folder,) = export(assembly, CELLS[:1], tmp_path / "out", format_of("merged", {}))
    assert text_of(AutoModelForCausalLM.from_pretrained(folder)) == wanted(assembly, CELLS[0])


@pytest.mark.skipif(transformers.__version__.startswith("4."), reason="it has no such rule")
def test_a_tokenizer_that_would_be_read_as_another_one_is_refused(tmp_path: Path) -> None:
    assembly = replace(assembled("qwen2", tmp_path), tokenizer=TOKENIZER)
    with pytest.raises(ConfigError, match="would be read as another one(.|\n)*`Qwen2Tokenizer`"):
        export(assembly, CELLS[:1], tmp_path / "out", format_of("merged", {}))
    assert not (tmp_path / "out").exists()
