"""How models are told the languages of a direction: as they were in their pre-training."""

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.models.m2m_100.modeling_m2m_100 import shift_tokens_right as shifted
from transformers.models.mbart.modeling_mbart import shift_tokens_right as shifted_mbart

from hyperadapters.config import run_from
from hyperadapters.errors import BackboneError, ConfigError
from hyperadapters.examples import Pair
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.foreign import evaluate_foreign, load_foreign
from hyperadapters.scoring.prediction import predict
from hyperadapters.tasks import Translation, directions
from hyperadapters.tasks.directions import LanguageTokens
from hyperadapters.training import train
from pretrained_translators import CODES, TEXTS, saved, tokenizer_of
from tiny_tokenizers import of_family

PAIR = Pair(TEXTS["en"][0], TEXTS["de"][0], ("en", "de"))


def task(kind: str) -> Translation:
    return Translation("mt", beams=2, length=6, marking=LanguageTokens(CODES[kind]))


@pytest.mark.parametrize("kind", CODES)
def test_both_sides_are_those_of_transformers(kind: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(kind, tmp_path)
    own = task(kind).encode(tokenizer, PAIR, 60)
    tokenizer.src_lang, tokenizer.tgt_lang = CODES[kind]["en"], CODES[kind]["de"]
    theirs = tokenizer(PAIR.first, text_target=PAIR.second, return_tensors="pt")
    assert own.ids == theirs["input_ids"][0].tolist()
    ends, pads = tokenizer.eos_token_id, tokenizer.pad_token_id
    labels = theirs["labels"]
    read = shifted(labels, pads, ends) if kind == "nllb" else shifted_mbart(labels, pads)
    assert own.decoder_ids == read[0].tolist()
    assert own.targets["labels"][1:] == labels[0, 1:].tolist()
    assert own.targets["labels"][0] == -100, "the language is given, not learned"


@pytest.mark.parametrize("kind", CODES)
def test_the_tokenizer_stays_as_it_was(kind: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(kind, tmp_path)
    before = tokenizer(PAIR.first)["input_ids"]
    task(kind).encode(tokenizer, Pair("ein See", "a lake", ("de", "sw")), 60)
    assert tokenizer.src_lang == CODES[kind]["en"]
    assert tokenizer.backend_tokenizer.encode(PAIR.first).ids == before  # as it would be saved


@pytest.mark.parametrize("kind", CODES)
def test_long_sides_are_cut_and_still_end(kind: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_of(kind, tmp_path)
    long = Pair("house " * 50, "Haus " * 50, ("en", "de"))
    own = task(kind).encode(tokenizer, long, 12)
    assert len(own.ids) == 12 and own.ids[-1] == tokenizer.eos_token_id
    assert own.decoder_ids is not None
    assert len(own.decoder_ids) == len(own.targets["labels"]) == 11
    assert own.targets["labels"][-1] == tokenizer.eos_token_id
    assert not own.uncut and not own.target_uncut
    least = task(kind).encode(tokenizer, long, 2)
    assert len(least.ids) == len(least.targets["labels"]) == 2, "of nothing but marks"


def values(kind: str, source: Path, output: Path, **changes: Any) -> dict[str, Any]:
    """A run file: hyper-adapters on a pre-trained model."""
    data = {"format": "cldr", "content": "pairs", "train": 8, "dev": 2, "test": 4}
    mt = {
        "kind": "translation",
        "beams": 2,
        "length": 6,
        "language_tokens": CODES[kind],
        "data": data,
    }
    method = {"name": "hyper-adapters-base-tiny", "hidden": 6, "bottleneck": 3, "std": 3.0}
    return {
        "name": "x",
        "output": str(output),
        "backbone": {"path": str(source)},
        "method": {**method, "joint": False},
        "tasks": {"mt": mt},
        "train": {"mt": ["en-de", "de-en"]},
        "evaluate": {"mt": ["en-de", "de-en"]},
        "recipe": {"steps": 2, "batch": 4, "contexts_per_batch": 2, "length": 60},
        **changes,
    }


def test_a_language_without_a_named_token_is_told_with_its_line(tmp_path: Path) -> None:
    tokens = {"en": "eng_Latn"}
    whole = values("nllb", tmp_path, tmp_path / "run")
    whole["tasks"]["mt"]["language_tokens"] = tokens
    with pytest.raises(ConfigError, match=r"`train.mt.0`: `language_tokens` .* none for `de`"):
        run_from(whole)


def plain(kind: str, folder: Path) -> Assembly:
    model_folder = folder / "model"
    model_folder.mkdir()
    saved(kind, model_folder)
    return assemble(run_from(values(kind, model_folder, folder / "run", method="full-fine-tuning")))


@pytest.mark.parametrize("kind", CODES)
def test_what_is_found_is_what_transformers_generates(kind: str, tmp_path: Path) -> None:
    assembly = plain(kind, tmp_path)
    texts = TEXTS["en"]
    found = list(predict(assembly, "mt", "en-de", texts))
    model, tokenizer = assembly.model.backbone, assembly.tokenizer
    tokenizer.src_lang = CODES[kind]["en"]
    given = tokenizer(texts, return_tensors="pt", padding=True)
    asked = {name: given[name] for name in ("input_ids", "attention_mask")}
    with torch.no_grad():
        theirs = model.generate(
            **asked,
            num_beams=2,
            max_new_tokens=6,  # the language among them
            forced_bos_token_id=tokenizer.convert_tokens_to_ids(CODES[kind]["de"]),
        )
    assert found == [t.strip() for t in tokenizer.batch_decode(theirs, skip_special_tokens=True)]
    assert len(set(found)) > 1


@pytest.mark.parametrize("kind", CODES)
def test_a_model_scores_as_the_same_without_adapters(kind: str, tmp_path: Path) -> None:
    assembly = plain(kind, tmp_path)
    library = Library(assembly.run)
    foreign = load_foreign(str(tmp_path / "model"), assembly.run, "mt", library)
    theirs = evaluate_foreign(foreign, assembly.run, library, name="theirs")
    own = evaluate(assembly)
    assert [cell.statistics for cell in theirs.cells] == [cell.statistics for cell in own.cells]


def test_answers_longer_than_the_positions_of_a_model_are_refused(tmp_path: Path) -> None:
    assembly = plain("mbart-50", tmp_path)
    long = assembly.run.tasks["mt"].model_copy(update={"length": 65})
    run = assembly.run.model_copy(update={"tasks": {"mt": long}})
    with pytest.raises(ConfigError, match="may generate longer answers than the backbone has"):
        load_foreign(str(tmp_path / "model"), run, "mt", Library(run))


def test_hyper_adapters_learn_on_it_and_leave_it_alone(tmp_path: Path) -> None:
    source = tmp_path / "model"
    source.mkdir()
    saved("nllb", source)
    assembly = assemble(run_from(values("nllb", source, tmp_path / "run")))
    before = {name: p.clone() for name, p in assembly.model.backbone.named_parameters()}
    trained = {name: p.clone() for name, p in assembly.model.kept().items()}
    train(assembly, tmp_path / "run")
    for name, parameter in assembly.model.backbone.named_parameters():
        assert torch.equal(parameter, before[name]), name
    kept = assembly.model.kept()
    assert any(not torch.equal(kept[name], trained[name]) for name in trained)
    assert {cell.sentences for cell in evaluate(assembly).cells} == {4}


def test_what_a_tokenizer_cannot_say_is_refused(tmp_path: Path) -> None:
    tokenizer = tokenizer_of("nllb", tmp_path)

    def encode(codes: dict[str, str], own: Any = tokenizer) -> None:
        Translation("mt", marking=LanguageTokens(codes)).encode(own, PAIR, 60)

    with pytest.raises(
        BackboneError, match=r"(?s)no token is named for the language `de`.*language_tokens"
    ):
        encode({"en": "eng_Latn"})
    with pytest.raises(BackboneError, match=r"(?s)no token `deu_Lat`.*did you mean `deu_Latn`"):
        encode({"en": "eng_Latn", "de": "deu_Lat"})
    with pytest.raises(
        BackboneError, match=r"(?s)no token `<2de>`.*language_tokens: \{en: eng_Latn"
    ):
        Translation("mt").encode(tokenizer, PAIR, 60)
    with pytest.raises(BackboneError, match="no token `▁is`"):  # a piece, which is no language
        encode({"en": "▁is", "de": "deu_Latn"})
    with pytest.raises(BackboneError, match="no token `</s>`"):
        encode({"en": "</s>", "de": "deu_Latn"})
    with pytest.raises(BackboneError, match="has no language tokens of its own"):
        encode(CODES["nllb"], of_family("t5"))
    tokenizer.legacy_behaviour = True
    tokenizer.set_src_lang_special_tokens("eng_Latn")
    directions._around.cache_clear()
    with pytest.raises(BackboneError, match="does not begin a text with the token of its language"):
        encode(CODES["nllb"])
