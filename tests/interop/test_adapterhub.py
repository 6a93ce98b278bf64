"""Folders for AdapterHub are loaded by `adapters` 1.3.0, and answer alike."""

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor

import exporting
import tiny
from exporting import CELL
from hyperadapters.context import Context
from hyperadapters.export import export, format_of
from hyperadapters.export.adaptation import row_of
from hyperadapters.forms import Bottleneck, Coupling, Norm
from hyperadapters.method import Adapter
from hyperadapters.providers import table
from hyperadapters.run.assembly import Assembly
from hyperadapters.sites import Where

adapters = pytest.importorskip("adapters", reason="`make test-interop` has it")
pytestmark = pytest.mark.filterwarnings("ignore")

ENCODERS = ("bert", "roberta", "xlm-roberta")
SEQ2SEQ = ("t5", "mt5", "mbart")
PAIR = table("task", "language")
SINGLE = {
    "seq_bn": Adapter("task", Bottleneck(width=5), Where("ffn_sum"), PAIR),
    "double_seq_bn": Adapter(
        "task", Bottleneck(width=4, activation="silu"), Where("attention", "ffn"), PAIR
    ),
    "cross": Adapter(
        "task",
        Bottleneck(width=4, activation="gelu"),
        Where("attention", "cross_attention", "ffn"),
        PAIR,
    ),
    "norm-after": Adapter(
        "task",
        Bottleneck(width=3, norm="after", activation="gelu_tanh"),
        Where("attention", "ffn"),
        PAIR,
    ),
    "norm-before": Adapter(
        "task", Bottleneck(width=5, norm="before", unit_scale=True), Where("ffn"), PAIR
    ),
    "hyper-x": Adapter("task", Bottleneck(width=6, activation="tanh"), Where("ffn"), PAIR),
}
PARALLEL = Bottleneck(width=6, scaling=4.0)
SINGLE["par_bn"] = Adapter("task", PARALLEL, Where("ffn_parallel"), PAIR)
COUPLING = Adapter("inv", Coupling(), Where("embeddings", tower="encoder"), table("language"))
LANGUAGE = Adapter("language", Bottleneck(width=8), Where("ffn_sum"), table("language"))


def written(assembly: Assembly, folder: Path, **options: Any) -> Path:
    (place,) = export(assembly, [CELL], folder, format_of("adapterhub", options))
    return place


def theirs(source: str | Path) -> Any:
    """A backbone of `adapters`, whose `MT5AdapterModel` does not load a plain checkpoint."""
    if transformers.AutoConfig.from_pretrained(source).model_type != "mt5":
        return adapters.AutoAdapterModel.from_pretrained(source)
    model = transformers.MT5ForConditionalGeneration.from_pretrained(source)
    adapters.init(model)
    return model


def loaded(source: str | Path, folder: Path, safe: bool, *parts: str) -> Any:
    """A model of `adapters` with everything in a folder, whole."""
    model = theirs(source)
    names = []
    for part in parts or ("",):
        told: dict[str, list[str]] = {}
        names.append(
            model.load_adapter(
                str(folder / part), with_head=False, loading_info=told, use_safetensors=safe
            )
        )
        assert told.get("missing_keys", []) == told.get("unexpected_keys", []) == []
    model.set_active_adapters(adapters.Stack(*names))
    return model.eval()


@torch.no_grad()
def states(assembly: Assembly, given: dict[str, Tensor]) -> Tensor:
    """What our model hands to a head, of the decoder where the inputs are for one."""
    plain = tiny.Probe("ner")
    model, examples = assembly.model, len(given["input_ids"])
    tasks = model.tasks
    model.tasks = {"ner": plain}
    try:
        share = {"ner": tiny.Share(torch.arange(examples), {})}
        batch = tiny.Batch(given, share, (CELL.row,) * examples)
        return model(Context.uniform(row_of(assembly, CELL), examples), batch).logits["ner"]
    finally:
        model.tasks = tasks


def base_states(model: Any, given: dict[str, Tensor]) -> Tensor:
    with torch.no_grad():
        out = model.base_model(**given, output_hidden_states=True)
    found: Tensor = getattr(out, "last_hidden_state", None)
    return out.decoder_hidden_states[-1] if found is None else found


CASES = [(family, name) for family in (*ENCODERS, *SEQ2SEQ) for name in SINGLE]
CASES = [(f, n) for f, n in CASES if n != "cross" or f in SEQ2SEQ]
CASES = [(f, n) for f, n in CASES if n != "par_bn" or f != "mbart"]


@pytest.mark.parametrize(("family", "name"), CASES)
def test_hidden_states_are_ours(family: str, name: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, SINGLE[name])
    given = exporting.inputs(family, decoder=True)
    folder = written(assembly, tmp_path / "out", head=False)
    wanted = states(assembly, given)
    for safe in (True, False):
        model = loaded(assembly.model.backbone.name_or_path, folder, safe)
        torch.testing.assert_close(base_states(model, given), wanted, rtol=0, atol=1e-5)
    model.set_active_adapters(None)
    assert (base_states(model, given) - wanted).abs().max() > 0.1


@pytest.mark.parametrize("family", ENCODERS)
def test_logits_are_ours_with_the_head(family: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, SINGLE["seq_bn"])
    given = exporting.inputs(family)
    folder = written(assembly, tmp_path / "out")
    for safe in (True, False):
        model = adapters.AutoAdapterModel.from_pretrained(assembly.model.backbone.name_or_path)
        told: dict[str, list[str]] = {}
        name = model.load_adapter(
            str(folder), loading_info=told, use_safetensors=safe, set_active=True
        )
        assert told["missing_keys"] == told["unexpected_keys"] == [] and name == "ner_yo"
        with torch.no_grad():
            found = model.eval()(**given).logits
        torch.testing.assert_close(found, exporting.answers(assembly, given), rtol=0, atol=1e-5)
        assert model.get_labels() == exporting.LABELS


@pytest.mark.parametrize("family", ENCODERS)
def test_both_ends_of_an_answer_are_ours(family: str, tmp_path: Path) -> None:
    whole, cell = exporting.asking(family, tmp_path, exporting.LORA)
    assembly = exporting.with_adapters(whole, dict(whole.tasks), SINGLE["seq_bn"], cell=cell)
    given = exporting.inputs(family)
    (folder,) = export(assembly, [cell], tmp_path / "out", format_of("adapterhub", {}))
    model = adapters.AutoAdapterModel.from_pretrained(assembly.model.backbone.name_or_path)
    model.load_adapter(str(folder), use_safetensors=True, set_active=True)
    with torch.no_grad():
        found = model.eval()(**given)
    ends = torch.stack([found.start_logits, found.end_logits], dim=-1)
    torch.testing.assert_close(ends, exporting.answers(assembly, given, cell), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_adapters_of_language_and_task_are_stacked(family: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, LANGUAGE, SINGLE["seq_bn"])
    given = exporting.inputs(family)
    folder = written(assembly, tmp_path / "out", head=False)
    model = loaded(assembly.model.backbone.name_or_path, folder, True, "language", "task")
    found = base_states(model, given)
    torch.testing.assert_close(found, states(assembly, given), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "t5", "mbart"])
def test_a_coupling_goes_with_the_lowest_adapter(family: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, COUPLING, LANGUAGE, SINGLE["seq_bn"])
    given = exporting.inputs(family, decoder=True)
    folder = written(assembly, tmp_path / "out", head=False)
    model = loaded(assembly.model.backbone.name_or_path, folder, True, "language", "task")
    found = base_states(model, given)
    torch.testing.assert_close(found, states(assembly, given), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_layers_are_left_out(family: str, tmp_path: Path) -> None:
    assembly = exporting.made(family, tmp_path, SINGLE["seq_bn"], silent=(-1,))
    given = exporting.inputs(family, decoder=True)
    folder = written(assembly, tmp_path / "out", head=False)
    model = loaded(assembly.model.backbone.name_or_path, folder, True)
    found = base_states(model, given)
    torch.testing.assert_close(found, states(assembly, given), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", ["bert", "t5"])
def test_trained_norms_are_in_the_backbone_beside(family: str, tmp_path: Path) -> None:
    norms = Adapter("norms", Norm(), Where("attention_norm", "ffn_norm", "final_norm"), table())
    assembly = exporting.made(family, tmp_path, SINGLE["hyper-x"], norms)
    given = exporting.inputs(family, decoder=True)
    folder = written(assembly, tmp_path / "out", head=False, backbone=True)
    model = loaded(folder / "backbone", folder, True)
    found = base_states(model, given)
    torch.testing.assert_close(found, states(assembly, given), rtol=0, atol=1e-5)
