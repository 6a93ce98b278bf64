"""Bundles: what is saved is what was trained, and nothing that does not fit is loaded."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import tiny
import tiny_runs
from hyperadapters.backbones import architectures
from hyperadapters.config import run_from
from hyperadapters.context import Context, Row
from hyperadapters.errors import BackboneError, BundleError, ConfigError, DataError
from hyperadapters.examples import Tagged
from hyperadapters.routes import Route
from hyperadapters.run import bundle
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.prediction import ask
from hyperadapters.tasks import collate
from hyperadapters.training import train


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder with its tokenizer, in a folder of `transformers`."""
    folder = tmp_path_factory.mktemp("encoder")
    assembly = assemble(run_from(tiny_runs.values(folder)))
    bundle.save(assembly, folder / "model")
    return folder / "model" / "backbone"


def hyper_x(encoder: Path, output: Path, **changes: object) -> Assembly:
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    run = tiny_runs.values(
        output, backbone={"path": str(encoder)}, method={**method, "std": 0.4}, **changes
    )
    return assemble(run_from(run))


def logits(assembly: Assembly) -> torch.Tensor:
    task, row = assembly.tasks["spans"], Row(task="spans", language="tr")
    examples = assembly.corpus(assembly.cell("spans", "en"), "test").examples
    encoded = [task.encode(assembly.tokenizer, example, 24) for example in examples]
    batch = collate([(task, row, one) for one in encoded], 0, torch.Generator())
    with torch.no_grad():
        return assembly.model.eval()(Context.uniform(row, len(encoded)), batch).logits["spans"]


def test_a_loaded_model_gives_the_same_logits(encoder: Path, tmp_path: Path) -> None:
    assembly = hyper_x(encoder, tmp_path)
    bundle.save(assembly, tmp_path / "model")
    loaded = bundle.load(tmp_path / "model")
    assert torch.equal(logits(loaded), logits(assembly))
    assert loaded.tasks == assembly.tasks
    assert not (tmp_path / "model" / "backbone").exists(), "a frozen backbone is not saved"
    facts = json.loads((tmp_path / "model" / "bundle.json").read_text(encoding="utf-8"))
    tagging = ("fields", "spans")
    assert facts["format"] == bundle.FORMAT == 4
    assert facts["tasks"] == {
        name: {"labels": list(assembly.tasks[name].labels)} for name in tagging
    }
    saved = load_file(tmp_path / "model" / "weights.safetensors")
    assert "adapters.adapters.embeddings.language.vectors.language=tr" in saved
    assert not [n for n in saved if n.startswith("backbone.bert")]


def test_a_model_is_loaded_where_it_is_wanted(encoder: Path, tmp_path: Path) -> None:
    bundle.save(hyper_x(encoder, tmp_path), tmp_path / "model")
    loaded = bundle.load(tmp_path / "model", device="meta").model
    assert {parameter.device.type for parameter in loaded.parameters()} == {"meta"}


def test_a_trained_backbone_travels_as_a_folder_of_transformers(tmp_path: Path) -> None:
    assembly = assemble(run_from(tiny_runs.values(tmp_path)))
    bundle.save(assembly, tmp_path / "model")
    assert (tmp_path / "model" / "backbone" / "config.json").is_file()
    modes = {path.stat().st_mode for path in (tmp_path / "model").rglob("*") if path.is_file()}
    assert len(modes) == 1, "who may read the run file may read the weights"
    assert torch.equal(logits(bundle.load(tmp_path / "model")), logits(assembly))


def test_saving_again_replaces_the_bundle(encoder: Path, tmp_path: Path) -> None:
    assembly = hyper_x(encoder, tmp_path)
    bundle.save(assembly, tmp_path / "model")
    with torch.no_grad():
        assembly.model.kept()["heads.task=spans.entries.shared.bias"].add_(1.0)
    bundle.save(assembly, tmp_path / "model")
    assert torch.equal(logits(bundle.load(tmp_path / "model")), logits(assembly))


def test_other_weights_in_the_backbone_are_noticed(encoder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "encoder"
    copy.mkdir()
    for file in encoder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    bundle.save(hyper_x(copy, tmp_path), tmp_path / "model")
    weights = load_file(copy / "model.safetensors")
    weights["bert.encoder.layer.0.output.dense.weight"][0, 0] += 1.0
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(BundleError, match="not the one that this model was trained on(.|\n)*other"):
        bundle.load(tmp_path / "model")


def test_what_is_scored_may_change_what_was_trained_may_not(encoder: Path, tmp_path: Path) -> None:
    bundle.save(hyper_x(encoder, tmp_path), tmp_path / "model")
    more = ["tasks.spans.data.test=3", "evaluate.spans=[ta]"]
    loaded = bundle.load(tmp_path / "model", changes=more)
    assert len(loaded.corpus(loaded.cell("spans", "ta"), "test")) == 3
    assert loaded.run.evaluate["spans"] == ("ta",)
    kept = loaded.tasks["spans"].labels
    mapping = bundle.load(tmp_path / "model", changes=["tasks.spans.label_map.MISC=O"])
    task = mapping.tasks["spans"]
    assert task.labels == kept and "B-MISC" not in kept
    task.check(Tagged(("today",), ("B-MISC",)))
    with pytest.raises(DataError, match="`B-MISC` is not among(.|\n)*label_map.MISC=O"):
        loaded.tasks["spans"].check(Tagged(("today",), ("B-MISC",)))
    trained = ("method.code=7", "train.spans=[en]", "recipe.steps=1")
    told = ("tasks.spans.labels=[A]", "tasks.spans.kind=mlm", "tasks.new={kind: mlm}", "tasks={}")
    for change in (*trained, *told):
        with pytest.raises(
            ConfigError, match=f"`{re.escape(change)}` would change what was trained"
        ):
            bundle.load(tmp_path / "model", changes=[change])


def test_a_translation_model_translates_as_before_it_was_saved(tmp_path: Path) -> None:
    assembly = assemble(run_from(tiny_runs.translation(tmp_path, evaluate={"mt": ["de-en"]})))
    tiny.redraw(assembly.model, seed=1, scale=1.5)
    assembly.model.eval()
    bundle.save(assembly, tmp_path / "model")
    loaded = bundle.load(tmp_path / "model")
    lines = [
        (Route.of("de", "en"), "drei Tage"),
        (Route.of("en", "fr"), "in May"),
        (Route.of("de", "fr"), "am Montag"),
    ]
    before, after = (list(ask(one, "mt", lines)) for one in (assembly, loaded))
    assert any(before) and before == after
    assert (tmp_path / "model" / "backbone").is_dir(), "jointly trained"


def test_adapters_are_trained_in_a_translation_model_that_stays_as_it_is(tmp_path: Path) -> None:
    """`joint: false`, from a dense model that another run has trained."""
    dense = assemble(run_from(tiny_runs.translation(tmp_path, method="transformer-base")))
    bundle.save(dense, tmp_path / "dense")
    for name in ("language-adapters-base", "pair-adapters-base", "hyper-adapters-base-tiny"):
        run = tiny_runs.translation(
            tmp_path / name,
            backbone={"path": str(tmp_path / "dense" / "backbone")},
            method={"name": name, "bottleneck": 3, "joint": False},
            recipe={
                "steps": 2,
                "length": 32,
                "warmup": 1,
                "batch_tokens": 64,
                "contexts_per_batch": 1,
            },
        )
        assembly = assemble(run_from(run))
        begun = {n: p.clone() for n, p in assembly.model.named_parameters()}
        train(assembly, tmp_path / name)
        moved = {n for n, p in assembly.model.named_parameters() if not torch.equal(begun[n], p)}
        assert moved and all(name.startswith("adapters.") for name in moved)
        for parameter, now in dense.model.backbone.state_dict().items():
            assert torch.equal(now, assembly.model.backbone.state_dict()[parameter])


def test_answers_asked_for_later_must_fit_the_positions_too(tmp_path: Path) -> None:
    bundle.save(assemble(run_from(tiny_runs.translation(tmp_path))), tmp_path / "model")
    with pytest.raises(ConfigError, match=r"(?s)tasks\.mt\.length.*at most 32 tokens.*found: 80"):
        bundle.load(tmp_path / "model", changes=["tasks.mt.length=80"])


def test_a_trained_model_is_scored_with_another_tokenizer(tmp_path: Path) -> None:
    values = tiny_runs.translation(tmp_path / "run", evaluate={"mt": ["de-en"]})
    bundle.save(assemble(run_from(values)), tmp_path / "model")
    for tokenizer, variant in (("auto", ""), ("char", "tok:char"), ("none", "tok:none")):
        loaded = bundle.load(tmp_path / "model", changes=[f"tasks.mt.tokenize={tokenizer}"])
        (score,) = evaluate(loaded).cells
        assert score.variant == variant
        assert f"|{variant or 'tok:13a'}|" in score.note


def test_a_cell_may_be_left_out_of_groups_that_keep_it(tmp_path: Path) -> None:
    for pair in ("ar-en", "de-en"):
        (tmp_path / f"{pair}.tsv").write_text("\n".join(f"a {n}\tb {n}" for n in range(300)))
    values = tiny_runs.translation(
        tmp_path / "run",
        train={"mt": ["ar-en", "en-ar", "de-en", "en-de"]},
        evaluate={"mt": ["de-en", "ar-en-de"]},
        groups={"into English": ["de-en"], "through English": ["ar-en-de"]},
    )
    values["tasks"]["mt"]["data"] = {"format": "pairs", "path": "{first}-{second}.tsv"}
    bundle.save(assemble(run_from(values), data_root=tmp_path), tmp_path / "model")
    loaded = bundle.load(tmp_path / "model", data_root=tmp_path, changes=["evaluate.mt=[de-en]"])
    assert loaded.run.evaluate == {"mt": ("de-en",)}


def test_a_backbone_without_a_head_is_the_same_at_every_start(
    encoder: Path, tmp_path: Path
) -> None:
    """Its language-model head, which no task uses, is drawn anew every time."""
    whole = architectures.load_backbone(encoder)
    whole.base_model.save_pretrained(tmp_path / "bare")
    architectures.load_tokenizer(encoder).save_pretrained(tmp_path / "bare")
    tasks = tiny_runs.values(tmp_path)["tasks"]
    tagging = {"tasks": {"spans": tasks["spans"]}, "train": {"spans": ["en"]}}
    assembly = hyper_x(tmp_path / "bare", tmp_path, **tagging, select={"spans": ["en"]})
    bundle.save(assembly, tmp_path / "model")
    torch.manual_seed(99)
    assert bundle.load(tmp_path / "model").model.kept().keys() == assembly.model.kept().keys()


def test_a_backbone_that_has_moved_is_found_and_must_be_the_same(
    encoder: Path, tmp_path: Path
) -> None:
    shutil.copytree(encoder, tmp_path / "here")
    bundle.save(hyper_x(tmp_path / "here", tmp_path), tmp_path / "model")
    (tmp_path / "here").rename(tmp_path / "there")
    with pytest.raises(BackboneError, match="there is no folder `.*here`"):
        bundle.load(tmp_path / "model")
    moved = f"backbone.path={tmp_path / 'there'}"
    assert bundle.load(tmp_path / "model", changes=[moved]).run.backbone.path is not None
    backbone = architectures.load_backbone(tmp_path / "there")
    with torch.no_grad():
        next(backbone.parameters()).add_(1.0)
    backbone.save_pretrained(tmp_path / "there")
    with pytest.raises(BundleError, match="not the one that this model was trained on"):
        bundle.load(tmp_path / "model", changes=[moved])


def test_a_folder_without_a_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="holds no trained model(.|\n)*bundle.json"):
        bundle.load(tmp_path)


def _change(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def _reweigh(change: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[Path], object]:
    """Weights of another value or type in the place of those that were saved."""

    def reweigh(folder: Path) -> None:
        saved = load_file(folder / "weights.safetensors")
        save_file({n: change(t) for n, t in saved.items()}, folder / "weights.safetensors")

    return reweigh


def _flip(folder: Path) -> None:
    content = bytearray((folder / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "file", "found"),
    [
        (lambda f: (f / "bundle.json").write_text("{"), "bundle.json", "EOF"),
        (lambda f: (f / "bundle.json").write_text("[]"), "bundle.json", r"\[\]"),
        (lambda f: (f / "bundle.json").write_text("[" * 9999), "bundle.json", "recursion limit"),
        (lambda f: (f / "bundle.json").write_text('{"format": 4}'), "bundle.json", "no checksums"),
        (_change("bundle.json", '"O"', '"I-day"'), "bundle.json", "other values"),
        (_change("bundle.json", '"labels"', '"label"'), "bundle.json", "other values"),
        (_change("run.yaml", "seed: 0", "seed: 1"), "run.yaml", "another content"),
        (_change("tokenizer.json", "[UNK]", "[UNX]"), "tokenizer.json", "another content"),
        (lambda f: (f / "tokenizer_config.json").unlink(), "tokenizer_config.json", "no such file"),
        (lambda f: (f / "added_tokens.json").write_text("{}"), "added_tokens.json", "not written"),
        (_flip, "weights.safetensors", "another content"),
        (_reweigh(lambda t: t * torch.nan), "weights.safetensors", "another content"),
        (_reweigh(lambda t: t.to(torch.int8)), "weights.safetensors", "another content"),
    ],
    ids=[
        *("json", "list", "deep", "no-checksums", "renamed-label", "renamed-key", "run-file"),
        *("tokenizer", "lost-file", "added-file", "one-bit", "nan", "integers"),
    ],
)
def test_damage_is_named(
    encoder: Path, tmp_path: Path, damage: Callable[[Path], object], file: str, found: str
) -> None:
    bundle.save(hyper_x(encoder, tmp_path), tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(BundleError, match=f"damaged(.|\n)*{file}(.|\n)*found: .*{found}") as caught:
        bundle.load(tmp_path / "model")
    assert "`--set` changes what is scored, and only that" in str(caught.value)


def test_every_file_of_a_trained_backbone_is_checked(tmp_path: Path) -> None:
    bundle.save(assemble(run_from(tiny_runs.values(tmp_path))), tmp_path / "model")
    files = sorted((tmp_path / "model" / "backbone").iterdir())
    assert {"config.json", "model.safetensors"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(BundleError, match=f"damaged(.|\n)*backbone/{file.name}"):
            bundle.load(tmp_path / "model")
        file.write_bytes(content)
    bundle.load(tmp_path / "model")


def test_a_bundle_may_be_moved(encoder: Path, tmp_path: Path) -> None:
    assembly = hyper_x(encoder, tmp_path)
    bundle.save(assembly, tmp_path / "model")
    (tmp_path / "model" / ".DS_Store").touch()
    shutil.copytree(tmp_path / "model", tmp_path / "elsewhere")
    assert torch.equal(logits(bundle.load(tmp_path / "elsewhere")), logits(assembly))


@pytest.mark.parametrize("written", ['{"format": 99}', '{"format": [4]}', "{}"])
def test_a_bundle_of_another_format_is_not_called_damaged(
    encoder: Path, tmp_path: Path, written: str
) -> None:
    bundle.save(hyper_x(encoder, tmp_path), tmp_path / "model")
    (tmp_path / "model" / "bundle.json").write_text(written)
    with pytest.raises(BundleError, match="another format(.|\n)*expected: format 4(.|\n)*version"):
        bundle.load(tmp_path / "model")


def test_weights_that_are_no_numbers_are_refused_whatever_their_checksum(
    encoder: Path, tmp_path: Path
) -> None:
    assembly = hyper_x(encoder, tmp_path)
    with torch.no_grad():
        assembly.model.kept()["heads.task=spans.entries.shared.bias"].fill_(torch.nan)
    bundle.save(assembly, tmp_path / "model")
    with pytest.raises(BundleError, match="the saved weights are not finite"):
        bundle.load(tmp_path / "model")


@pytest.mark.parametrize("name", ["notes.txt", ".notes", "backbone/mine.txt"])
def test_files_of_others_are_not_lost_where_a_bundle_is_written_again(
    encoder: Path, tmp_path: Path, name: str
) -> None:
    assembly = hyper_x(encoder, tmp_path)
    bundle.save(assembly, tmp_path / "model")
    mine = tmp_path / "model" / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(BundleError, match=f"{name}` would be lost"):
        bundle.save(assembly, tmp_path / "model")
    assert mine.read_text() == "mine"
    mine.unlink()
    bundle.save(assembly, tmp_path / "model")


def test_a_fixed_part_of_the_backbone_that_is_no_parameter_counts_too(tmp_path: Path) -> None:
    """Marian's bias of its output is a buffer that is saved."""
    dense = assemble(run_from(tiny_runs.translation(tmp_path, method="transformer-base")))
    bundle.save(dense, tmp_path / "dense")
    shutil.copytree(tmp_path / "dense" / "backbone", tmp_path / "backbone")
    run = tiny_runs.translation(
        tmp_path,
        backbone={"path": str(tmp_path / "backbone")},
        method={"name": "language-adapters-base", "joint": False, "bottleneck": 3},
    )
    bundle.save(assemble(run_from(run)), tmp_path / "model")
    bundle.load(tmp_path / "model")
    file = tmp_path / "backbone" / "model.safetensors"
    weights = load_file(file)
    weights["final_logits_bias"] = weights.get("final_logits_bias", torch.zeros(1, 300)) + 9.0
    save_file(weights, file, {"format": "pt"})
    with pytest.raises(BundleError, match="not the one that this model was trained on"):
        bundle.load(tmp_path / "model")


def _described(encoder: Path, output: Path, vectors: Path) -> Assembly:
    """HyperFormer++ on an encoder, its tasks described by frozen vectors."""
    method = {"name": "hyperformer++-small", "reduction": 4, "embedding": 4, "hidden": 6, "code": 4}
    given = {**method, "vectors": str(vectors), "std": 0.4}
    return assemble(
        run_from(tiny_runs.values(output, backbone={"path": str(encoder)}, method=given))
    )


def test_vectors_of_a_file_travel_with_the_model_and_no_update_moves_them(
    encoder: Path, tmp_path: Path
) -> None:
    vectors = tmp_path / "tasks.json"
    given = {"fields": [1.0, 0.5], "spans": [-1.0, 2.0], "mlm": [0.0, 1.0]}
    vectors.write_text(json.dumps(given), encoding="utf-8")
    assembly = _described(encoder, tmp_path / "run", vectors)
    train(assembly, tmp_path / "run")
    assert torch.equal(assembly.model.embeddings()["task"]["spans"], torch.tensor([-1.0, 2.0]))
    bundle.save(assembly, tmp_path / "model")
    expected = logits(assembly)
    vectors.write_text(json.dumps({name: [9.0, 9.0] for name in given}), encoding="utf-8")
    assert torch.equal(logits(bundle.load(tmp_path / "model")), expected)
    vectors.rename(tmp_path / "elsewhere.json")
    with pytest.raises(DataError, match="no file of vectors(.|\n)*--set method.vectors=FILE"):
        bundle.load(tmp_path / "model")
    moved = [f"method.vectors={tmp_path / 'elsewhere.json'}"]
    assert torch.equal(logits(bundle.load(tmp_path / "model", changes=moved)), expected)
