"""Folders for AdapterHub, without its library: what they say, and what they cannot carry."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import exporting
from exporting import CELL
from hyperadapters.errors import ConfigError
from hyperadapters.export import export, format_of, read_adapter
from hyperadapters.export.adaptation import Adaptation, Adapting
from hyperadapters.forms import Bottleneck, Coupling, LoRA, Norm
from hyperadapters.method import Adapter
from hyperadapters.providers import table
from hyperadapters.run.assembly import Assembly
from hyperadapters.sites import Where

PAIR = table("task", "language")
NORMS = Adapter("norms", Norm(), Where("ffn_norm"), table())


def bottleneck(*positions: str, **form: Any) -> Adapter:
    return Adapter("task", Bottleneck(**{"width": 5, **form}), Where(*positions), PAIR)


def written(assembly: Assembly, folder: Path, **options: Any) -> Path:
    (place,) = export(assembly, [CELL], folder, format_of("adapterhub", options))
    return place


def config(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text())
    return found


@pytest.mark.parametrize("width", range(1, 17))
def test_the_reduction_gives_back_the_width_as_adapters_divides(width: int, tmp_path: Path) -> None:
    assembly = exporting.made("bert", tmp_path, bottleneck("ffn", width=width))
    said = config(written(assembly, tmp_path / "out"))
    assert int(said["hidden_size"] // said["config"]["reduction_factor"]) == width


def test_what_a_folder_says(tmp_path: Path) -> None:
    assembly = exporting.made("xlm-roberta", tmp_path, bottleneck("ffn_sum"), silent=(0,))
    folder = written(assembly, tmp_path / "out", base="xlm-roberta-base")
    said = config(folder)
    assert said["version"] == "adapters.1.3.0" and said["name"] == "ner_yo"
    assert said["model_class"] == "XLMRobertaAdapterModel"
    assert said["model_name"] == "xlm-roberta-base"
    inner = said["config"]
    assert inner["original_ln_before"] and inner["output_adapter"] and not inner["mh_adapter"]
    assert inner["leave_out"] == [0]
    head = json.loads((folder / "head_config.json").read_text())
    order = [("O", 0), ("B-PER", 1), ("I-PER", 2)]  # which `adapters` takes for that of the head
    assert list(head["config"]["label2id"].items()) == order
    stem = "roberta.encoder.layer.1.output.adapters.ner_yo"
    assert set(load_file(folder / "adapter.safetensors")) == {
        f"{stem}.{part}.{kind}"
        for part in ("adapter_down.0", "adapter_up")
        for kind in ("weight", "bias")
    }


def test_both_files_hold_the_same_and_a_norm_before_has_both_its_names(tmp_path: Path) -> None:
    assembly = exporting.made("bert", tmp_path, bottleneck("ffn", norm="before", unit_scale=True))
    folder = written(assembly, tmp_path / "out")
    safe = load_file(folder / "adapter.safetensors")
    pickled = torch.load(folder / "pytorch_adapter.bin", weights_only=True)
    assert safe.keys() == pickled.keys()
    assert all(torch.equal(safe[name], pickled[name]) for name in safe)
    stem = "bert.encoder.layer.0.output.adapters.ner_yo"
    scale = safe[f"{stem}.adapter_norm_before.weight"]
    assert torch.equal(scale, safe[f"{stem}.adapter_down.0.weight"])
    given = assembly.model.adapters["task"].entries["language=yo,task=ner"]["scale"]  # type: ignore[index,union-attr]
    assert torch.equal(scale, given[0] + 1.0)


@pytest.mark.parametrize("family", ["t5", "mbart"])
@pytest.mark.parametrize("position", ["ffn_sum", "cross_attention"])
def test_both_towers_are_written_and_read(family: str, position: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, bottleneck(position))
    folder = written(assembly, tmp_path / "out")
    model = assembly.model.backbone
    read = read_adapter(folder, model, CELL.row).pieces["bottleneck"]
    towers = {site.tower for site in read}
    assert towers == ({"decoder"} if position == "cross_attention" else {"encoder", "decoder"})
    taken = Adapting(assembly).adaptation(CELL)
    again = Adaptation(taken.target, {"task": read}, {}, taken.row, taken.base)
    second = tmp_path / "second"
    second.mkdir()
    format_of("adapterhub", {}).save(again, second)  # type: ignore[attr-defined]
    first, found = (
        load_file(folder / "adapter.safetensors"),
        load_file(second / "adapter.safetensors"),
    )
    assert first.keys() == found.keys()
    assert all(torch.equal(first[name], found[name]) for name in first)
    assert config(folder) == config(second)


def test_a_folder_for_each_adapter_of_a_stack(tmp_path: Path) -> None:
    language = Adapter("language", Bottleneck(width=8), Where("ffn_sum"), table("language"))
    assembly = exporting.made("bert", tmp_path, language, bottleneck("ffn_sum"))
    folder = written(assembly, tmp_path / "out")
    assert config(folder / "language")["name"] == "language_ner_yo"
    assert config(folder / "task")["name"] == "task_ner_yo"
    assert not (folder / "adapter_config.json").exists()


def coupling(**form: Any) -> Adapter:
    return Adapter("inv", Coupling(**form), Where("embeddings", tower="encoder"), PAIR)


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_parallel_adapters_and_couplings_are_written_and_read(family: str, tmp_path: Path) -> None:
    parallel = bottleneck("ffn_parallel", scaling=4.0)
    assembly = exporting.made(family, tmp_path, coupling(reduction=4), parallel)
    folder = written(assembly, tmp_path / "out")
    said = config(folder)["config"]
    assert said["is_parallel"] and said["scaling"] == 4.0
    assert said["inv_adapter"] == "nice" and said["inv_adapter_reduction_factor"] == 4
    read = read_adapter(folder, assembly.model.backbone, CELL.row).pieces
    taken = Adapting(assembly).adaptation(CELL)
    for ours, theirs in (("inv", "invertible"), ("task", "bottleneck")):
        assert taken.adapters[ours].keys() == read[theirs].keys()
        for site, piece in taken.adapters[ours].items():
            for slot, weight in piece.weights.items():
                assert torch.equal(weight, read[theirs][site].weights[slot])


FAULTS: list[tuple[str, tuple[Adapter, ...], str]] = [
    ("bert", (bottleneck("layer"),), r"no place for `encoder.0.layer`(.|\n)*`ffn_sum`"),
    ("bert", (bottleneck("attention", "ffn_sum"),), "lets all parts of an adapter read alike"),
    ("bert", (Adapter("l", LoRA(2), Where("key"), PAIR),), "cannot carry the adapter `l`"),
    ("bert", (bottleneck("ffn"), NORMS), r"cannot carry trained norms(.|\n)*--with-backbone"),
    ("bert", (NORMS,), "has nothing to carry"),
    ("bert", (coupling(depth=3), bottleneck("ffn")), "cannot carry the coupling(.|\\n)*two turns"),
    ("bert", (coupling(activation="silu"), bottleneck("ffn")), "the non-linearity of the adapter"),
    ("distilbert", (bottleneck("ffn"),), "not written for `distilbert`"),
]


@pytest.mark.parametrize(("family", "adapters", "said"), FAULTS)
def test_what_it_cannot_carry_is_named(
    family: str, adapters: tuple[Adapter, ...], said: str, tmp_path: Path
) -> None:
    assembly = exporting.made(family, tmp_path, *adapters)
    with pytest.raises(ConfigError, match=said):
        written(assembly, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_heads_that_adapters_does_not_have(tmp_path: Path) -> None:
    assembly = exporting.assembled("t5", tmp_path, exporting.BOTTLENECK)
    with pytest.raises(ConfigError, match=r"none of `T5AdapterModel`(.|\n)*--no-head"):
        written(assembly, tmp_path / "out", backbone=True)
    assert (written(assembly, tmp_path / "out", backbone=True, head=False) / "backbone").is_dir()


def test_a_task_whose_head_no_class_has(tmp_path: Path) -> None:
    assembly = exporting.assembled("mbart", tmp_path, exporting.LORA)
    with pytest.raises(ConfigError, match=r"no model of `transformers` has the head of task `ner`"):
        export(assembly, [CELL], tmp_path / "out", format_of("peft", {}))


def test_a_head_of_the_backbone_that_was_trained_alone_is_not_left_out(tmp_path: Path) -> None:
    """A language-model head is no part of an adapter; merged, it goes along."""
    mlm = {"kind": "mlm", "data": {"format": "cldr", "content": "text", "train": 4}}
    run = exporting.run("bert", tmp_path, exporting.LORA)
    changes = {"tasks": {**run["tasks"], "mlm": mlm}, "train": {**run["train"], "mlm": ["yo"]}}
    assembly = exporting.assembled("bert", tmp_path, exporting.LORA, **changes)
    cell = assembly.cell("mlm", "yo")
    with pytest.raises(ConfigError, match=r"`peft` cannot carry the backbone's own head"):
        export(assembly, [cell], tmp_path / "out", format_of("peft", {}))
    (folder,) = export(assembly, [cell], tmp_path / "out", format_of("merged", {}))
    head = "cls.predictions.transform.dense.weight"
    wanted = assembly.model.backbone.state_dict()[head]
    assert torch.equal(load_file(folder / "model.safetensors")[head], wanted)
