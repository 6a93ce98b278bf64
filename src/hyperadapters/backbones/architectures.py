"""Backbones: loaded from a folder or the hub, known offline by shape, or made from scratch."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerFast
from transformers.models.auto.tokenization_auto import get_tokenizer_config
from transformers.utils import find_adapter_config_file
from transformers.utils import logging as transformers_logging

from hyperadapters.backbones import FAMILIES, Model, family_of, first_position
from hyperadapters.backbones.scratch import from_random
from hyperadapters.backbones.shapes import ARCHITECTURES
from hyperadapters.backbones.soundness import (
    check_alone,
    check_complete,
    check_numbers,
    check_types,
    check_vocabulary,
    types_in,
)
from hyperadapters.errors import BackboneError, UnknownName

__all__ = [
    "configuration",
    "empty",
    "empty_from",
    "from_scratch",
    "load_backbone",
    "load_tokenizer",
    "positions",
    "pretrained",
    "quiet",
    "reading",
    "save_tokenizer",
]

_OF_ITS_FILE_ALONE = ("PreTrainedTokenizerFast", "TokenizersBackend")
"""Names of the class of tokenizers that are `tokenizer.json` and nothing else."""


def empty(name: str) -> Model:
    """A model without weights, on the device `meta`: for counting parameters, never from the
    network.

    Args:
        name: a local folder with a `config.json`, or an architecture known offline by name.

    Raises:
        UnknownName: it is neither.
        BackboneError: the `config.json` cannot be read.
    """
    short = name.rsplit("/", 1)[-1]
    if (Path(name) / "config.json").is_file():
        return empty_from(name, local_files_only=True)
    if short not in ARCHITECTURES:
        raise UnknownName("architecture", name, ARCHITECTURES)
    return _empty(AutoConfig.for_model(**ARCHITECTURES[short]), name)


def empty_from(source: str | Path, revision: str | None = None, **given: Any) -> Model:
    """A model of `load_backbone` without weights; `given` is for reading its `config.json`.

    Raises:
        UnknownName, BackboneError: its type cannot be adapted, or its `config.json` not be read.
    """
    return _empty(_shape(source, revision=revision, **given), source)


def _empty(shape: Any, source: str | Path) -> Model:
    _check(shape)
    with torch.device("meta"), reading("backbone", source):
        return _auto(shape).from_config(shape, trust_remote_code=False)


def from_scratch(
    shape: Mapping[str, Any], vocabulary: int, pad_id: int = 0, eos_id: int | None = None
) -> Model:
    """A backbone with random weights.

    Args:
        shape: `type` (a BERT-like model_type, `marian`, `t5`, or one of `DECODERS`), `layers`,
            `width`, `heads`, `ffn`, `positions`, `dropout`.
        vocabulary: token ids.
        pad_id: of them, the one that padding has.
        eos_id: of them, the one that ends what a decoder writes.
    """
    return _model(**from_random(shape, vocabulary, pad_id, eos_id))


def load_backbone(source: str | Path, revision: str | None = None, *, tokens: int = 0) -> Model:
    """A pre-trained backbone with its language-model head, in float32, from a folder or the hub.

    A model without such a head gets a fresh one over its own input embedding. Only safetensors are
    read. No layer is skipped in training (LayerDrop, as M2M-100 does): its adapters would be too.

    Args:
        source: a folder, or a name on the hub.
        revision: branch, tag or commit on the hub.
        tokens: of its tokenizer; each needs an embedding.

    Raises:
        BackboneError: it cannot be found or read, its type cannot be adapted, the files lack
            weights of it, these are no finite numbers, an adapter lies beside it, or it has fewer
            embeddings than there are tokens.
    """
    shape = _shape(source, revision=revision, encoder_layerdrop=0.0, decoder_layerdrop=0.0)
    _check(shape)
    kind = _auto(shape)
    model, missing = pretrained("backbone", source, kind, config=shape, revision=revision)
    check_complete(model, missing, source)
    check_vocabulary(model, tokens)
    return model


def pretrained(what: str, source: str | Path, kind: Any, **given: Any) -> tuple[Model, set[str]]:
    """A model in float32 whose weights are finite, and the names of those that its files lack; of
    files only safetensors are read, and no code that lies beside them is run.

    Args:
        what: it is, for messages.
        source: a folder, or a name on the hub.
        kind: the class of `transformers` that reads it.
        given: further arguments of its `from_pretrained`.

    Raises:
        BackboneError: it cannot be found or read, or its weights are no finite numbers.
    """
    with reading(what, source), quiet():
        model, found = kind.from_pretrained(
            source,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            **given,
        )
        stored = types_in(source)
    check_types(stored, model, source)
    check_numbers(model, source)
    return model, set(found["missing_keys"])


def load_tokenizer(source: str | Path, revision: str | None = None) -> PreTrainedTokenizerFast:
    """The fast tokenizer beside a backbone. One without padding pads with its end, as is done for
    decoders: padding is masked, so that no model sees which token it is.

    Raises:
        BackboneError: it cannot be found or read, or is none that text can be trained with.
    """
    with reading("tokenizer", source):
        named = get_tokenizer_config(source, revision=revision).get("tokenizer_class")
        # 5.x exchanges the rules of such a tokenizer for those of Qwen 2 beside a Qwen 2 model
        reader = PreTrainedTokenizerFast if named in _OF_ITS_FILE_ALONE else AutoTokenizer
        tokenizer = reader.from_pretrained(source, revision=revision, trust_remote_code=False)
    if tokenizer.pad_token_id is None and tokenizer.eos_token_id is not None:
        tokenizer.pad_token = tokenizer.eos_token  # decoders have no padding of their own
    wrong = _wrong_with(tokenizer)
    if wrong is not None:
        raise BackboneError(
            f"the tokenizer of `{source}` {wrong}",
            expected="a fast one, with a vocabulary, and a token for padding or for the end",
            cause="the tokenizer's files are not in the folder: `tokenizer.json` first of all",
            remedy="save the model's own tokenizer beside it",
        )
    return tokenizer


def _wrong_with(tokenizer: Any) -> str | None:
    """What keeps a tokenizer from being used, if anything."""
    if not tokenizer.is_fast:
        return "is not a fast one"
    if set(tokenizer.get_vocab()) <= set(tokenizer.all_special_tokens):  # made up of nothing
        return "has no vocabulary"
    return "has no padding token" if tokenizer.pad_token_id is None else None


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes a tokenizer into a folder, as it is between two calls.

    Raises:
        OSError: it cannot be written.
    """
    tokenizer.backend_tokenizer.no_truncation()  # a call leaves its own behind
    try:
        tokenizer.save_pretrained(folder)
    except OSError:
        raise
    except Exception as error:  # `tokenizers` has no class for what the disk says
        raise OSError(f"{folder}: {error}") from error


def _shape(source: str | Path, **changes: Any) -> Any:
    """What the `config.json` of a backbone says; code that lies beside it is not run."""
    with reading("backbone", source):
        adapter = find_adapter_config_file(str(source), revision=changes.get("revision"))
    check_alone(adapter, source)
    return configuration("backbone", source, **changes)


def configuration(what: str, source: str | Path, **changes: Any) -> Any:
    """What a `config.json` says; code that lies beside it is not run.

    Args:
        what: it is of, for messages.
        source: a folder, or a name on the hub.
        changes: of its values; and further arguments of `from_pretrained`.

    Raises:
        BackboneError: it cannot be found or read, or it names attention on the hub.
    """
    with reading(what, source):
        shape = AutoConfig.from_pretrained(source, trust_remote_code=False, **changes)
    attention = str(getattr(shape, "_attn_implementation", None))
    if "/" in attention:  # a name on the hub, whose code would be fetched and run
        raise BackboneError(
            f"the {what} `{source}` asks for code of others",
            expected="attention that is part of transformers, such as `sdpa`",
            found=f"`attn_implementation: {attention}` in its `config.json`",
            remedy="take that line out of a copy of the folder, if you trust the weights",
        )
    return shape


@contextmanager
def reading(what: str, source: str | Path) -> Iterator[None]:
    """Whatever `transformers` and `tokenizers` raise of files, which has no class of its own, as a
    BackboneError.
    """
    try:
        yield
    except Exception as error:
        raise BackboneError(
            f"the {what} `{source}` cannot be read",
            expected="a folder of `save_pretrained`, with safetensors, or a name on the hub",
            found=f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}",
            cause="a wrong path, a damaged file, or no network and no copy in the cache",
            remedy="give the path of a local folder",
        ) from error


def _model(**given: Any) -> Model:
    shape = AutoConfig.for_model(**given)
    _check(shape)
    return _auto(shape).from_config(shape)


def _auto(shape: Any) -> Any:
    return getattr(transformers, FAMILIES[shape.model_type].towers.auto)


def _check(shape: Any) -> None:
    if shape.model_type not in FAMILIES:
        raise UnknownName("backbone type", shape.model_type, FAMILIES)
    if getattr(shape, "use_bidirectional_attention", False):
        raise BackboneError(
            f"the backbone of type `{shape.model_type}` sees what follows a token",
            expected="a decoder, each of whose tokens sees those before it",
            found="`use_bidirectional_attention` in its `config.json`",
            cause="it was made for embeddings of texts, and cannot write",
            remedy="take the model that it was made from",
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Silences `transformers`: `describe` reports a fresh head, and files need no progress bar."""
    level = transformers_logging.get_verbosity()
    with warnings.catch_warnings():
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        try:
            yield
        finally:
            transformers_logging.set_verbosity(level)
            transformers_logging.enable_progress_bar()


def positions(model: Model) -> int | None:
    """The most tokens a backbone can read, and the most that it can write: half of what a decoder
    alone has, where both are one sequence; None where there is no limit.
    """
    most = getattr(model.config, "max_position_embeddings", None)
    if most is None or model.config.model_type in ("t5", "mt5"):
        return None
    sharing = family_of(model).towers.sharing
    return (int(most) - (first_position(model) or 0)) // sharing
