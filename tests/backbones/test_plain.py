"""Models of other libraries: read as those libraries read them, whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import AutoConfig, AutoModelForTokenClassification, BertForMaskedLM

import tiny
from hyperadapters.backbones.plain import load_plain
from hyperadapters.errors import BackboneError

AUTO = "AutoModelForTokenClassification"
LABELS = {0: "O", 1: "B-PER", 2: "I-PER"}
IDS = torch.tensor([[5, 6, 7, 8]])


def encoder(folder: Path) -> Path:
    shape = AutoConfig.for_model("bert", vocab_size=40, **tiny.SHAPES["bert"])
    BertForMaskedLM(shape).save_pretrained(folder)
    return folder


def classifier(source: Path) -> Any:
    made = AutoModelForTokenClassification.from_pretrained(source, id2label=LABELS).eval()
    nn.init.normal_(made.classifier.weight)
    return made


def test_a_model_is_read_as_it_was_saved(tmp_path: Path) -> None:
    made = classifier(encoder(tmp_path / "encoder"))
    made.save_pretrained(tmp_path / "tagger")
    read = load_plain(AUTO, tmp_path / "tagger", {"id2label": {0: "not", 1: "listened to"}})
    assert not read.training and read.config.id2label == LABELS
    torch.testing.assert_close(read(IDS).logits, made(IDS).logits, rtol=0, atol=0)


def test_a_model_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match=r"not whole(.|\n)*`classifier.bias`"):
        load_plain(AUTO, encoder(tmp_path))


@pytest.fixture
def tuned(tmp_path: Path) -> tuple[Path, Any]:
    """A folder of `peft` over an encoder without a head, and the model that it was saved from."""
    config = LoraConfig(task_type="TOKEN_CLS", r=2, target_modules=["query"])
    made = get_peft_model(classifier(encoder(tmp_path / "encoder")), config).eval()
    for name, parameter in made.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter)
    made.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter", made


# `peft` and `transformers` warn of each other's names, depending on their versions.
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_a_folder_of_peft_is_the_backbone_it_names_with_adapter_and_head(
    tuned: tuple[Path, Any],
) -> None:
    folder, made = tuned
    read = load_plain(AUTO, folder, {"id2label": LABELS})
    torch.testing.assert_close(read(IDS).logits, made(IDS).logits)
    with made.disable_adapter():
        assert not torch.allclose(read(IDS).logits, made(IDS).logits), "the adapter must bite"


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_a_folder_of_peft_does_not_say_what_its_head_gives(tuned: tuple[Path, Any]) -> None:
    with pytest.raises(BackboneError, match="cannot be read"):
        load_plain(AUTO, tuned[0])


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_a_folder_with_two_models_is_refused(tuned: tuple[Path, Any]) -> None:
    """Which of them was read depended on whether `peft` is installed."""
    folder, _ = tuned
    classifier(folder.parent / "encoder").save_pretrained(folder)
    with pytest.raises(BackboneError, match="has two models(.|\n)*`adapter_config.json`"):
        load_plain(AUTO, folder, {"id2label": LABELS})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_model_that_is_not_finite_is_refused(value: float, tmp_path: Path) -> None:
    made = classifier(encoder(tmp_path / "encoder"))
    nn.init.constant_(made.classifier.bias, value)
    made.save_pretrained(tmp_path / "tagger")
    with pytest.raises(BackboneError, match="not finite(.|\n)*`classifier.bias`"):
        load_plain(AUTO, tmp_path / "tagger")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_attention_of_others_is_not_fetched(tmp_path: Path, tuned: tuple[Path, Any]) -> None:
    folder = tmp_path / "encoder"
    said = json.loads((folder / "config.json").read_text())
    named = {"attn_implementation": "ada/own", "_attn_implementation": "ada/own"}  # 5.x and 4.57
    (folder / "config.json").write_text(json.dumps({**said, **named}))
    for source in (folder, tuned[0]):  # `peft` names this folder
        with pytest.raises(BackboneError, match=r"the model `.*encoder` asks for code of others"):
            load_plain(AUTO, source)
