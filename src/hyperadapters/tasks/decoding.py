"""What a backbone with a decoder writes: found by a search, and read as text."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jaxtyping import Int
from torch import Tensor

from hyperadapters.backbones import BeamSearch, GreedySearch
from hyperadapters.context import Context
from hyperadapters.data.reading import pieces_kept
from hyperadapters.errors import BackboneError
from hyperadapters.tasks.base import Model, Tokenizer

__all__ = ["decoded", "ended", "generated", "spelt", "started"]


def started(tokenizer: Tokenizer) -> int:
    """The id that a decoder begins with, where no target language does.

    The padding id, as in T5 and Marian; `</s>` where the tokenizer has a token for beginnings too,
    as those of BART, mBART and M2M-100 do, be it under the name of a classifier's.
    """
    begins = {tokenizer.bos_token_id, tokenizer.cls_token_id} != {None}
    return int(tokenizer.eos_token_id if begins else tokenizer.pad_token_id)


def ended(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The token ids of each text, and that of its end."""
    return [[*ids, tokenizer.eos_token_id] for ids in pieces_kept(tokenizer, texts)]


_UNCHANGED: Mapping[str, Any] = {
    **{"do_sample": False, "repetition_penalty": 1.0, "encoder_repetition_penalty": 1.0},
    **{"no_repeat_ngram_size": 0, "encoder_no_repeat_ngram_size": 0, "length_penalty": 1.0},
    **{"min_length": 0, "min_new_tokens": 0},
}
"""Whatever `generation_config.json` beside a backbone says: probabilities are the model's own."""


def generated(
    model: Model,
    context: Context,
    inputs: Mapping[str, Int[Tensor, "example token"]],
    tokenizer: Tokenizer,
    *,
    beams: int,
    most: int,
    given: int = 1,
) -> Int[Tensor, "example found"]:
    """The best tokens for each source, behind those that its decoder ids begin with, up to the end
    that targets have.

    Args:
        beams: of the search; with one it is greedy.
        most: tokens that are found.
        given: how many of the decoder ids are there before.
    """
    starts = inputs["decoder_input_ids"][:, :given]
    return model.search(
        context,
        GreedySearch() if beams == 1 else BeamSearch(beams),
        input_ids=inputs["input_ids"],
        attention_mask=inputs["attention_mask"],
        decoder_input_ids=starts,
        decoder_start_token_id=starts[:, 0].tolist(),
        max_new_tokens=most,
        **_UNCHANGED,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def decoded(tokenizer: Tokenizer, tokens: Int[Tensor, "example token"]) -> list[str]:
    """The text of each row of tokens, without special ones and without space around it."""
    texts: list[str] = tokenizer.batch_decode(tokens, skip_special_tokens=True)
    return [text.strip() for text in texts]


@lru_cache(maxsize=16)
def spelt(tokenizer: Tokenizer, size: int, texts: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The token ids of each label's text and of its end.

    Args:
        size: `len(tokenizer)`, by which tokens that were added since are noticed.

    Raises:
        BackboneError: the tokenizer has no token for a part of a text, or the same for two texts.
    """
    found = tuple(map(tuple, ended(tokenizer, texts)))
    for place, ids in enumerate(found):
        if tokenizer.unk_token_id in ids[:-1]:  # the end may be the unknown token too
            raise _unwritable(f"has no token for a part of `{texts[place]}`")
        if ids in found[:place]:
            other = texts[found.index(ids)]
            raise _unwritable(f"has the same tokens for `{other}` and `{texts[place]}`")
    return found


def _unwritable(what: str) -> BackboneError:
    return BackboneError(
        f"the tokenizer {what}",
        expected="tokens of its own for the text of every label",
        cause="the vocabulary was learned from other text",
        remedy="write the label otherwise, `labels: {name: text}`",
    )
