"""Backbones by shape, from scratch and from folders."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor
from transformers import AutoConfig, PreTrainedTokenizerFast

import tiny
from hyperadapters.backbones import architectures, backbone_parameters, head_parameters
from hyperadapters.backbones.architectures import empty
from hyperadapters.data.vocabulary import train_tokenizer
from hyperadapters.errors import BackboneError, UnknownName

SIZES = {  # without pooler and head; the published sizes
    "bert-base-multilingual-cased": 177_262_848,
    "xlm-roberta-base": 277_453_056,
    "distilbert-base-multilingual-cased": 134_734_080,
    "transformer-base": 90_218_496,
    "transformer-big": 268_517_376,
}


@pytest.mark.parametrize("name", SIZES)
def test_known_architectures_have_their_published_size(name: str) -> None:
    model = architectures.empty(name)
    assert sum(parameter.numel() for parameter in backbone_parameters(model)) == SIZES[name]
    assert all(parameter.device.type == "meta" for parameter in model.parameters())


def test_the_head_of_mbert_without_the_tied_matrix() -> None:
    model = architectures.empty("google-bert/bert-base-multilingual-cased")
    assert sum(parameter.numel() for parameter in head_parameters(model)) == 711_675


def test_an_unknown_architecture_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown architecture `t5-smal`(.|\n)*mean `t5-small`"):
        architectures.empty("t5-smal")


def test_a_folder_is_counted_and_loaded(tmp_path: Path) -> None:
    model = tiny.backbone("bert")
    model.save_pretrained(tmp_path)
    for other in (architectures.empty(str(tmp_path)), architectures.load_backbone(tmp_path)):
        sizes = [sum(p.numel() for p in m.parameters()) for m in (other, model)]
        assert sizes[0] == sizes[1]


def test_no_layer_is_skipped_in_training(tmp_path: Path) -> None:
    model = tiny.backbone("m2m_100")
    model.config.encoder_layerdrop = model.config.decoder_layerdrop = 0.9
    model.save_pretrained(tmp_path)
    loaded = architectures.load_backbone(tmp_path)
    assert (loaded.config.encoder_layerdrop, loaded.config.decoder_layerdrop) == (0.0, 0.0)
    assert loaded.model.encoder.layerdrop == 0.0


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_a_backbone_that_lacks_weights_is_refused(family: str, tmp_path: Path) -> None:
    model = tiny.backbone(family)
    model.save_pretrained(tmp_path)
    architectures.load_backbone(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    lost = sorted(name for name in weights if re.search(r"(layers?|block)\.0\.", name))[0]
    del weights[lost]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BackboneError, match="is not whole(.|\n)*1 tensors are missing") as caught:
        architectures.load_backbone(tmp_path)
    assert lost.partition(".")[2] in str(caught.value)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("family", tiny.ENCODERS)
def test_a_model_without_a_head_gets_one(family: str, tied: bool, tmp_path: Path) -> None:
    inner = tiny.backbone(family).base_model
    inner.config.tie_word_embeddings = tied
    inner.save_pretrained(tmp_path)
    loaded = architectures.load_backbone(tmp_path)
    assert sum(parameter.numel() for parameter in head_parameters(loaded)) > 0


def test_a_missing_or_broken_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="cannot be read(.|\n)*safetensors(.|\n)*local folder"):
        architectures.load_backbone(tmp_path / "nothing")
    with pytest.raises(BackboneError, match="the tokenizer `.*` cannot be read"):
        architectures.load_tokenizer(tmp_path / "nothing")
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(UnknownName, match="unknown backbone type `gpt2`"):
        architectures.load_backbone(tmp_path)


def test_code_beside_a_model_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass C: pass\n")
    config = {"model_type": "mine", "auto_map": {"AutoConfig": "evil.C"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "Mine", "auto_map": {"AutoTokenizer": ["evil.C", "evil.C"]}})
    )
    monkeypatch.setattr("builtins.input", lambda *asked: "y")
    for read in (architectures.load_backbone, architectures.load_tokenizer, architectures.empty):
        with pytest.raises(BackboneError, match="cannot be read"):
            read(str(tmp_path))
    assert not (tmp_path / "ran").exists()


def test_attention_of_others_is_not_fetched(tmp_path: Path) -> None:
    tiny.backbone("bert").save_pretrained(tmp_path)
    said = json.loads((tmp_path / "config.json").read_text())
    named = {"attn_implementation": "ada/own", "_attn_implementation": "ada/own"}  # 5.x and 4.57
    (tmp_path / "config.json").write_text(json.dumps({**said, **named}))
    for read in (architectures.load_backbone, architectures.empty):
        with pytest.raises(BackboneError, match=r"asks for code of others(.|\n)*`ada/own`|ada/own"):
            read(str(tmp_path))


@pytest.mark.parametrize(
    "config",
    [{}, {"model_type": "bert", "hidden_act": "gleu"}, {"model_type": "bert", "hidden_size": "8"}],
    ids=["no-type", "unknown-value", "text-for-a-number"],
)
def test_a_configuration_that_cannot_be_read_is_named(
    config: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    for read in (architectures.load_backbone, architectures.empty):
        with pytest.raises(BackboneError, match="the backbone `.*` cannot be read"):
            read(str(tmp_path))


@pytest.mark.parametrize("text", ["{}", '{"model": {"type": "Nothing"}}'])
def test_a_damaged_tokenizer_is_named(text: str, tmp_path: Path) -> None:
    train_tokenizer(["a text of words"], 30, 16).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text(text)
    with pytest.raises(BackboneError, match="the tokenizer `.*` cannot be read"):
        architectures.load_tokenizer(tmp_path)


def test_a_model_without_its_tokenizer_gets_none_made_up(tmp_path: Path) -> None:
    tiny.backbone("bert").save_pretrained(tmp_path)
    with pytest.raises(BackboneError, match="has no vocabulary|cannot be read"):
        architectures.load_tokenizer(tmp_path)


def test_a_tokenizer_must_pad(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(["a text of words"], 30, 16)
    tokenizer.pad_token = None
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(BackboneError, match="has no padding token"):
        architectures.load_tokenizer(tmp_path)


@pytest.mark.parametrize("family", ["qwen2", "llama", "bert"])
def test_a_tokenizer_is_read_as_it_was_saved_beside_any_model(family: str, tmp_path: Path) -> None:
    """transformers 5.23.0 exchanges its rules beside `qwen2`, so that no token is found."""
    words = {"<unk>": 0, "</s>": 1, "north": 2, "south": 3, "wind": 4}
    inner = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    inner.normalizer = normalizers.Lowercase()
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    saved = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", eos_token="</s>")
    saved.save_pretrained(tmp_path)
    AutoConfig.for_model(family).save_pretrained(tmp_path)
    assert architectures.load_tokenizer(tmp_path)("North wind")["input_ids"] == [2, 4]


def test_every_token_has_an_embedding(tmp_path: Path) -> None:
    tiny.backbone("bert").save_pretrained(tmp_path)
    architectures.load_backbone(tmp_path, tokens=40)
    with pytest.raises(BackboneError, match="at most 40 tokens(.|\n)*found: 41"):
        architectures.load_backbone(tmp_path, tokens=41)


def test_tokens_of_ones_own_leave_a_head_that_is_not_tied_as_it_is(tmp_path: Path) -> None:
    """What the message says works, also for a T5 whose head was trained apart."""
    tiny.backbone("t5").save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    weights["lm_head.weight"] = torch.randn(40, 16, dtype=torch.float64)
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(BackboneError, match="has no embedding for") as caught:
        architectures.load_backbone(tmp_path, tokens=44)
    model = architectures.load_backbone(tmp_path)
    apart = model.lm_head.weight is not model.shared.weight  # older `transformers` tie it
    head = model.lm_head.weight.detach().clone()
    told = "set `config.tie_word_embeddings = False`" in str(caught.value)
    assert told == apart
    if told:
        model.config.tie_word_embeddings = False
    model.resize_token_embeddings(44)
    model.save_pretrained(tmp_path)
    again = architectures.load_backbone(tmp_path, tokens=44)
    assert torch.equal(again.lm_head.weight[:40], head)
    assert (again.lm_head.weight is not again.shared.weight) == apart


def test_of_a_head_that_is_tied_nothing_is_said(tmp_path: Path) -> None:
    tiny.backbone("t5").save_pretrained(tmp_path)
    with pytest.raises(BackboneError, match="your own, call `resize_token_embeddings`") as caught:
        architectures.load_backbone(tmp_path, tokens=44)
    assert "beside it; or" in str(caught.value)


@pytest.mark.parametrize("alone", [True, False])
def test_a_backbone_with_an_adapter_beside_it_is_refused(alone: bool, tmp_path: Path) -> None:
    told = {"peft_type": "LORA", "base_model_name_or_path": "somewhere/else"}
    (tmp_path / "adapter_config.json").write_text(json.dumps(told))
    save_file({"a": torch.zeros(1)}, tmp_path / "adapter_model.safetensors")
    if not alone:
        tiny.backbone("bert").save_pretrained(tmp_path)
    reads = (architectures.load_backbone,) if alone else (architectures.load_backbone, empty)
    for read in reads:
        with pytest.raises(BackboneError, match="has an adapter of `peft`") as caught:
            read(str(tmp_path))
        assert "adapter_config.json" in str(caught.value) and "merge_and_unload" in str(
            caught.value
        )
    for file in tmp_path.glob("adapter_*"):
        file.unlink()
    if not alone:
        architectures.load_backbone(tmp_path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_backbone_that_is_not_finite_is_refused(value: float, tmp_path: Path) -> None:
    name = "bert.encoder.layer.1.output.dense.weight"
    _reweighed(tmp_path, name, lambda weight: weight.index_fill(0, torch.tensor(3), value))
    with pytest.raises(BackboneError, match=f"not finite(.|\\n)*in 1 tensors, among them `{name}`"):
        architectures.load_backbone(tmp_path)


@pytest.mark.parametrize("kind", [torch.int8, torch.int32, torch.bool])
def test_a_backbone_of_whole_numbers_is_refused(kind: torch.dtype, tmp_path: Path) -> None:
    name = "bert.encoder.layer.1.output.dense.weight"
    _reweighed(tmp_path, name, lambda weight: (weight * 10).to(kind))
    said = f"no floating-point numbers(.|\\n)*`{name}`"
    with pytest.raises(BackboneError, match=f"{said}|cannot be read"):  # older `transformers`
        architectures.load_backbone(tmp_path)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_a_backbone_in_half_precision_is_read_with_its_positions(
    kind: torch.dtype, tmp_path: Path
) -> None:
    """Older files have the numbers of positions too, which are whole."""
    _reweighed(tmp_path, "bert.embeddings.word_embeddings.weight", lambda weight: weight.to(kind))
    weights = load_file(tmp_path / "model.safetensors")
    weights["bert.embeddings.position_ids"] = torch.arange(512)[None]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    model = architectures.load_backbone(tmp_path)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def _reweighed(folder: Path, name: str, change: Callable[[Tensor], Tensor]) -> None:
    tiny.backbone("bert").save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    weights[name] = change(weights[name])
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_the_most_tokens_a_backbone_reads(family: str) -> None:
    expected = {"t5": None, "mt5": None, "roberta": 510, "xlm-roberta": 510}
    expected |= dict.fromkeys(("marian", "m2m_100", "mbart"), 64)
    expected |= dict.fromkeys(tiny.DECODERS, 32)  # and as many that it writes
    assert architectures.positions(tiny.backbone(family)) == expected.get(family, 512)


def test_an_encoder_from_scratch_has_the_shape_asked_for() -> None:
    shape = {"layers": 2, "width": 8, "heads": 2, "ffn": 12, "positions": 20, "dropout": 0.0}
    for kind in ("bert", "roberta"):
        model = architectures.from_scratch({"type": kind, **shape}, vocabulary=30, pad_id=1)
        assert model.config.hidden_size == 8
        assert len(model.base_model.encoder.layer) == 2
        assert architectures.positions(model) == 20
