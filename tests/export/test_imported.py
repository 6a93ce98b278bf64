"""What was exported is read back; written again it is the same."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import exporting
from exporting import BOTTLENECK, CELL, LORA
from hyperadapters.context import Row
from hyperadapters.errors import BundleError, ConfigError
from hyperadapters.export import format_of, read_adapter
from hyperadapters.export.adaptation import Adaptation, Adapting
from hyperadapters.export.base import Light
from hyperadapters.forms import Linear
from hyperadapters.method import HEADS, Method, Phase
from hyperadapters.model.adapt import adapt
from hyperadapters.model.binding import Piece
from hyperadapters.run.assembly import Assembly

ROW = Row(task="ner", language="yo")
CASES = [
    ("peft", family, method)
    for family in ("bert", "xlm-roberta", "t5")
    for method in ({**LORA, "maps": "query-value"}, {**LORA, "maps": "all", "norms": "trained"})
]
CASES += [("adapterhub", family, BOTTLENECK) for family in ("bert", "t5")]


def saved(assembly: Assembly, format: str, folder: Path, **options: Any) -> Adaptation:
    """What a row adds, also written into a folder."""
    taken = Adapting(assembly).adaptation(CELL)
    save(format, taken, folder, **options)
    return taken


def save(format: str, taken: Adaptation, folder: Path, **options: Any) -> None:
    folder.mkdir()
    made = format_of(format, options)
    assert isinstance(made, Light)
    made.save(taken, folder)


def again(imported: Any, taken: Adaptation) -> Adaptation:
    """What was read, as a row that can be written."""
    head = {"labels": Piece(Linear(3), imported.head)} if imported.head else {}
    return Adaptation(taken.target, imported.pieces, head, taken.row, taken.base, facts=taken.facts)


def tensors(folder: Path) -> dict[str, Tensor]:
    return {
        f"{p.name}:{k}": t for p in folder.glob("*.safetensors") for k, t in load_file(p).items()
    }


@pytest.mark.parametrize(("format", "family", "method"), CASES)
def test_export_import_export_is_the_identity(
    format: str, family: str, method: dict[str, Any], tmp_path: Path
) -> None:
    assembly = exporting.assembled(family, tmp_path, method)
    options: dict[str, Any] = {}
    if format == "adapterhub":
        options = {"backbone": True, "head": family == "bert"}
    taken = saved(assembly, format, tmp_path / "first", **options)
    imported = read_adapter(tmp_path / "first", assembly.model.backbone, ROW)
    second = again(imported, taken)
    if format == "adapterhub":  # norms are in a backbone of their own there
        norms = {name: own for name, own in taken.adapters.items() if name == "norms"}
        renamed = {"adapters": imported.pieces["bottleneck"], **norms}
        second = Adaptation(
            taken.target, renamed, second.head, taken.row, taken.base, facts=taken.facts
        )
    save(format, second, tmp_path / "second", **options)
    first, found = tensors(tmp_path / "first"), tensors(tmp_path / "second")
    assert first.keys() == found.keys() and len(first) > 4
    for name, tensor in first.items():
        # what is trained of a norm is a difference, which is rounded
        exact = "orm" not in name
        torch.testing.assert_close(found[name], tensor, rtol=0, atol=0 if exact else 2e-7)
    config = (tmp_path / "first" / "adapter_config.json").read_text()
    assert (tmp_path / "second" / "adapter_config.json").read_text() == config


@pytest.mark.parametrize(("format", "method"), [("peft", LORA), ("adapterhub", BOTTLENECK)])
def test_an_imported_adapter_is_a_baseline_that_answers_alike(
    format: str, method: dict[str, Any], tmp_path: Path
) -> None:
    assembly = exporting.assembled("bert", tmp_path, method)
    options = {} if format == "peft" else {"backbone": True}
    saved(assembly, format, tmp_path / "out", **options)
    backbone = assembly.model.backbone
    if format == "adapterhub":
        from transformers import AutoModelForMaskedLM

        backbone = AutoModelForMaskedLM.from_pretrained(tmp_path / "out" / "backbone")
    imported = read_adapter(tmp_path / "out", backbone, ROW)
    made = imported.adapters()
    phase = Phase(trains=frozenset({HEADS, *(adapter.name for adapter in made)}))
    model = adapt(
        backbone, Method("read", made, (phase,)), tasks=list(assembly.tasks.values()), rows=[ROW]
    )
    model.heads.update(assembly.model.heads)
    given = exporting.inputs("bert")
    wanted = exporting.answers(assembly, given)
    assembly.model.eval()
    from dataclasses import replace

    found = exporting.answers(replace(assembly, model=model.eval()), given)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)
    (table,) = imported.tables.values()
    assert list(table.entries) == ["language=yo,task=ner"]
    assert all(parameter.requires_grad for parameter in table.parameters())


def test_other_lora_folders_have_their_scale(tmp_path: Path) -> None:
    model = exporting.tiny.backbone("bert", dtype=torch.float32)
    a, b = torch.randn(4, 16), torch.randn(16, 4)
    stem = "base_model.model.bert.encoder.layer.1.attention.self.value"
    save_file(
        {f"{stem}.lora_A.weight": a, f"{stem}.lora_B.weight": b},
        tmp_path / "adapter_model.safetensors",
    )
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 6, "target_modules": ["value"]}
    for rslora, scale in ((False, 1.5), (True, 3.0)):
        whole = json.dumps({**config, "use_rslora": rslora})
        (tmp_path / "adapter_config.json").write_text(whole)
        ((site, piece),) = read_adapter(tmp_path, model).pieces["lora"].items()
        assert str(site) == "encoder.1.value"
        update = piece.weights["b"] @ piece.weights["a"]
        torch.testing.assert_close(update, scale * (b @ a))


def _config(folder: Path, **changes: Any) -> None:
    file = folder / "adapter_config.json"
    values = json.loads(file.read_text())
    inner = values.get("config", values)
    inner.update(changes)
    file.write_text(json.dumps(values))


PEFT_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"use_dora": True}, "it has DoRA"),
    ({"bias": "all"}, "it has trained biases"),
    ({"rank_pattern": {"key": 3}}, "ranks or scales by pattern"),
    ({"peft_type": "IA3"}, "the method `IA3`"),
]
HUB_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"inv_adapter": "glow"}, "the invertible adapter `glow`"),
    ({"use_gating": True}, "it has gates"),
    ({"architecture": "lora"}, "the architecture `lora`"),
    ({"non_linearity": "leakyrelu"}, "the non-linearity `leakyrelu`"),
    ({"scaling": "learned"}, "a scale that is learned"),
    ({"ln_before": True, "ln_after": True}, "two norms"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Assembly]]:
    made = {}
    for format, method in (("peft", LORA), ("adapterhub", BOTTLENECK)):
        folder = tmp_path_factory.mktemp(format)
        assembly = exporting.assembled("bert", folder, method)
        saved(assembly, format, folder / "out", **({"backbone": True} if format != "peft" else {}))
        made[format] = folder / "out", assembly
    return made


@pytest.mark.parametrize(
    ("format", "changes", "said"),
    [("peft", *fault) for fault in PEFT_FAULTS] + [("adapterhub", *fault) for fault in HUB_FAULTS],
)
def test_what_no_form_computes_is_named(
    format: str, changes: dict[str, Any], said: str, folders: dict[str, Any]
) -> None:
    folder, assembly = folders[format]
    before = (folder / "adapter_config.json").read_text()
    _config(folder, **changes)
    try:
        with pytest.raises(ConfigError, match=said):
            read_adapter(folder, assembly.model.backbone)
    finally:
        (folder / "adapter_config.json").write_text(before)


def test_folders_that_do_not_fit(folders: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"holds no adapter(.|\n)*adapter_model.safetensors"):
        read_adapter(tmp_path, folders["peft"][1].model.backbone)
    for format in ("peft", "adapterhub"):
        other = exporting.tiny.backbone("t5", dtype=torch.float32)
        with pytest.raises(BundleError, match="the adapter does not fit the backbone"):
            read_adapter(folders[format][0], other)


@pytest.mark.parametrize(
    ("format", "safe", "pickled"),
    [
        ("peft", "adapter_model.safetensors", "adapter_model.bin"),
        ("adapterhub", "adapter.safetensors", "pytorch_adapter.bin"),
    ],
)
def test_a_pickle_is_never_read_and_the_way_to_convert_it_works(
    format: str, safe: str, pickled: str, folders: dict[str, Any], tmp_path: Path
) -> None:
    import shutil
    import subprocess
    import sys

    folder, assembly = folders[format]
    whole = tmp_path / "copy"
    shutil.copytree(folder, whole)
    wanted = load_file(whole / safe)
    torch.save(wanted, whole / pickled)
    (whole / safe).unlink()
    with pytest.raises(BundleError, match="is pickled, and no pickle is read") as caught:
        read_adapter(whole, assembly.model.backbone)
    said = str(caught.value).partition('python -c "')[2].rpartition('"')[0]
    subprocess.run([sys.executable, "-c", said], cwd=whole, check=True)
    found = load_file(whole / safe)
    assert found.keys() == wanted.keys()
    read_adapter(whole, assembly.model.backbone)
