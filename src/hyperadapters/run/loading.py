"""What a run stands on: its backbone and the tokenizer beside it, loaded or made."""

import tempfile
from pathlib import Path
from typing import Any

import torch

from hyperadapters.backbones import architectures
from hyperadapters.config import RunFile, digest, digest_in
from hyperadapters.config.run_file import Architecture, Backbone
from hyperadapters.data.vocabulary import train_joint_tokenizer, train_tokenizer
from hyperadapters.errors import BackboneError, BundleError, DataError
from hyperadapters.machine.sealed import Damage, check, opened, seal
from hyperadapters.run.library import Library

__all__ = [
    "TOKENIZER",
    "backbone_of",
    "check_tokenizer",
    "empty_of",
    "keep_tokenizer",
    "source_of",
    "tokenizer_of",
]

TOKENIZER = "tokenizer"
"""Where a run's folder keeps a tokenizer that was learned."""
_CHECKSUMS = "checksums.json"


def source_of(wanted: Backbone) -> str:
    """The folder, or the name on the hub, that a backbone comes from.

    Raises:
        BackboneError: `path` is no folder, or `name` is one, which would be taken instead.
    """
    if wanted.path is None:
        name = wanted.name or ""
        if Path(name).is_dir():
            raise BackboneError(
                f"`{name}` is a folder here, not only a name on the hub",
                where="backbone.name",
                remedy=f"write `path: {name}` for the folder; start elsewhere for the hub's",
            )
        return name
    folder = Path(wanted.path).expanduser()
    if not folder.is_dir():
        raise BackboneError(
            f"there is no folder `{wanted.path}`",
            where="backbone.path",
            expected="a folder written by `save_pretrained`, named from the folder you are in",
            remedy="correct the path; a model of the hub goes under `name`",
        )
    return str(folder)


def tokenizer_of(run: RunFile, library: Library) -> Any:
    """The tokenizer beside the backbone; for an architecture the one kept in the folder of the run,
    where it has begun, else one learned from its text.

    Raises:
        BackboneError: it cannot be found or read.
        BundleError: the one that was kept is damaged.
        DataError: there is no text to learn one from.
    """
    wanted, kept = run.backbone, run.folder / TOKENIZER
    if wanted.architecture is None:
        source = source_of(wanted)
    elif kept.exists() and digest_in(run.folder) == digest(run):
        check_tokenizer(kept)
        source = str(kept)
    else:
        learned = _learned(library, wanted.architecture)
        with tempfile.TemporaryDirectory() as folder:  # as it will be when it is read again
            architectures.save_tokenizer(learned, Path(folder))
            return architectures.load_tokenizer(folder)
    return architectures.load_tokenizer(source, wanted.revision)


def keep_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Writes a tokenizer that was learned into a folder, with its checksums."""
    architectures.save_tokenizer(tokenizer, folder)
    seal(folder, _CHECKSUMS, {})


def check_tokenizer(folder: Path) -> None:
    """Nothing if a tokenizer that a run has kept is as it was written.

    Raises:
        BundleError: a file of it was changed, is missing, or was added.
    """
    try:
        check(folder, _CHECKSUMS, opened(folder / _CHECKSUMS))
    except Damage as damage:
        raise BundleError(
            "the tokenizer of the run is damaged",
            where=str(damage.file),
            expected="every file as it was written, and no other",
            found=damage.found,
            cause="an incomplete copy, or a change by hand",
            remedy=f"copy it again, or delete `{folder.parent}` to start the run again",
        ) from damage


def backbone_of(wanted: Backbone, tokenizer: Any) -> Any:
    """The backbone, loaded or with random weights.

    Raises:
        BackboneError: it cannot be found or read, or has fewer embeddings than there are tokens.
    """
    if wanted.architecture is not None:
        shape = wanted.architecture.model_dump()
        return architectures.from_scratch(
            shape, len(tokenizer), tokenizer.pad_token_id, tokenizer.eos_token_id
        )
    source = source_of(wanted)
    return architectures.load_backbone(source, wanted.revision, tokens=len(tokenizer))


def empty_of(wanted: Backbone, tokenizer: Any) -> Any:
    """The same on the device `meta`, without weights; nothing is drawn.

    Raises:
        BackboneError: what says its shape cannot be found or read.
    """
    if wanted.architecture is None:
        return architectures.empty_from(source_of(wanted), wanted.revision)
    with torch.device("meta"):
        return backbone_of(wanted, tokenizer)


def _learned(library: Library, shape: Architecture) -> Any:
    """WordPiece for an encoder; with a decoder a joint Unigram vocabulary, with the tokens that
    tasks need.
    """
    corpora = [library.corpus(cell, "train") for cell in library.trained]
    if not any(corpus.examples for corpus in corpora):
        left_out = sum(corpus.left_out for corpus in corpora)
        raise DataError(
            "there is no text to learn a vocabulary from",
            where=", ".join(dict.fromkeys(corpus.source for corpus in corpora)),
            expected="examples in the split `train`",
            found=f"{left_out:,}, all of which are scored and so left out" if left_out else "none",
            cause="the sentences to train on are those to be scored"
            if left_out
            else "the files are empty, or no line of theirs is in the split `train`",
        )
    if not shape.has_decoder:
        texts = [example.text for corpus in corpora for example in corpus.examples]
        return train_tokenizer(texts, shape.vocabulary, shape.positions, form=shape.normal_form)
    sides: dict[str, dict[str, None]] = {}
    for corpus in corpora:
        task, names = library.tasks[corpus.task], corpus.route.languages
        for example in corpus.examples:
            of_example = task.texts(example)
            each = (*names, *names[-1:] * len(of_example))
            for language, text in zip(each, of_example, strict=False):
                sides.setdefault(language, {})[text] = None
    needed = {t for cell in library.trained for t in library.tasks[cell.task].tokens(cell.route)}
    return train_joint_tokenizer(
        {language: tuple(texts) for language, texts in sides.items()},
        shape.vocabulary,
        shape.positions,
        added=sorted(needed),
        form=shape.normal_form,
    )
