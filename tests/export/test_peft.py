"""Folders of `peft` are loaded by it and by `transformers`, and answer alike."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForTokenClassification

import exporting
from exporting import CELL, LORA
from hyperadapters.errors import ConfigError
from hyperadapters.export import export, format_of
from hyperadapters.export.portable import READERS, readers_of
from hyperadapters.run.assembly import Assembly

FAMILIES = ("bert", "xlm-roberta", "t5")
METHODS: dict[str, dict[str, Any]] = {
    "attention": LORA,
    "two-maps": {**LORA, "maps": "query-value"},
    "all-and-norms": {**LORA, "maps": "all", "norms": "trained"},
}
TOLERANCE = 1e-5
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
"""What `peft` 0.21 still calls in `transformers` 5.23."""


def written(assembly: Assembly, folder: Path, **options: Any) -> Path:
    (place,) = export(assembly, [CELL], folder, format_of("peft", options))
    return place


def plain(assembly: Assembly) -> Any:
    """The backbone with a fresh head for the labels."""
    source = assembly.model.backbone.name_or_path
    labels = len(exporting.LABELS)
    return AutoModelForTokenClassification.from_pretrained(source, num_labels=labels)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("method", METHODS)
def test_peft_and_transformers_read_it_and_answer_alike(
    family: str, method: str, tmp_path: Path
) -> None:
    assembly = exporting.assembled(family, tmp_path, METHODS[method])
    given = exporting.inputs(family)
    wanted = exporting.answers(assembly, given)
    folder = written(assembly, tmp_path / "out")

    model = plain(assembly)
    tuned = PeftModel.from_pretrained(model, folder)
    found = tuned.load_adapter(str(folder), adapter_name="again")
    assert not found.unexpected_keys
    assert not [key for key in found.missing_keys if ".again." in key]
    with torch.no_grad():
        torch.testing.assert_close(
            tuned.eval()(**given).logits, wanted, rtol=TOLERANCE, atol=TOLERANCE
        )

    other = plain(assembly)
    told = other.load_adapter(str(folder))
    assert told is None or not (told.missing_keys or told.unexpected_keys)
    with torch.no_grad():
        torch.testing.assert_close(
            other.eval()(**given).logits, wanted, rtol=TOLERANCE, atol=TOLERANCE
        )
    with tuned.disable_adapter(), torch.no_grad():
        assert (tuned(**given).logits - wanted).abs().max() > 0.1


def test_the_folder_keeps_the_rules_of_every_server(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, METHODS["two-maps"])
    bare = readers_of(written(assembly, tmp_path / "bare", head=False))
    assert {reader: faults for reader, faults in bare.items() if faults} == {}
    headed = readers_of(written(assembly, tmp_path / "headed"))
    assert {reader for reader, faults in headed.items() if not faults} == {
        "peft",
        "transformers",
        "vllm",
    }
    assert set(READERS) == set(bare)


def test_the_profile(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, METHODS["two-maps"])
    folder = written(assembly, tmp_path / "out", base="bert-base-multilingual-cased")
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "bert-base-multilingual-cased"
    assert config["r"] == config["lora_alpha"] == 8
    assert config["target_modules"] == ["key", "query", "value"]
    facts = json.loads((folder / "hyperadapters.json").read_text())
    assert facts["labels"] == exporting.LABELS
    assert facts["row"] == {"language": "yo", "task": "ner"}


def test_modules_are_named_whole_where_their_last_names_mean_more(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, LORA)
    last = {"lora": [-1]}
    phases = tuple(_silent(phase, last) for phase in assembly.model.phases)
    assembly.model.enter(phases[-1])
    config = json.loads((written(assembly, tmp_path / "out") / "adapter_config.json").read_text())
    assert "bert.encoder.layer.0.attention.self.key" in config["target_modules"]
    assert len(config["target_modules"]) == 3


def _silent(phase: Any, layers: Any) -> Any:
    from dataclasses import replace

    return replace(phase, leave_out=layers)


def test_what_it_cannot_carry_is_named(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, exporting.BOTTLENECK)
    with pytest.raises(ConfigError, match=r"`peft` cannot carry the adapter `adapters`") as caught:
        written(assembly, tmp_path / "out")
    assert "`Bottleneck` at 2 sites, such as `encoder.0.ffn`" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_rank_beyond_all_servers_is_refused(tmp_path: Path) -> None:
    assembly = exporting.assembled("bert", tmp_path, {**LORA, "rank": 65})
    with pytest.raises(ConfigError, match="a rank of 65"):
        written(assembly, tmp_path / "out")
