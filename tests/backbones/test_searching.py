"""A search from whose batch sentences leave finds what `generate` of `transformers` finds."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from torch import Tensor

import systems
import tiny
from hyperadapters.backbones import BeamSearch, GreedySearch
from hyperadapters.context import BASE, Context, Row
from hyperadapters.model.adapted import AdaptedModel

ROWS = [Row(task="probe", language=language) for language in ("a", "b", "c")]
OF = [ROWS[place] if place < 3 else BASE for place in (0, 1, 3, 2, 0, 1, 3, 0, 1, 0)]
"""One row is of a single sentence, and goes when that does; one that is done alone stays a while.
"""
FAMILIES = ("marian", "m2m_100", "mbart", "t5", "llama", "gemma3_text")


def made(family: str, seed: int = 0) -> AdaptedModel:
    backbone = tiny.backbone(family, seed=seed)
    return tiny.adapted(systems.HYPER_X, ROWS, family=family, model=backbone, seed=seed + 1)


def asked(family: str, seed: int, *, most: int, end: int = 7) -> dict[str, Any]:
    inputs: dict[str, Any] = dict(tiny.batch(family, len(OF), seed=seed).inputs)
    if family in tiny.SEQ2SEQ:
        inputs["decoder_start_token_id"] = inputs.pop("decoder_input_ids")[:, 0].tolist()
    rules = {"eos_token_id": end, "pad_token_id": 1, "max_new_tokens": most}
    return inputs | rules | {"do_sample": False, "length_penalty": 1.0}


def to_ends(found: Tensor, end: int, skipped: int) -> list[list[int]]:
    """What is behind an end does not count: `transformers` fills with pads, or with ends."""
    rows = [row[skipped:] for row in found.tolist()]
    return [row[: row.index(end) + 1] if end in row else row for row in rows]


def an_end(model: AdaptedModel, given: Mapping[str, Any], skipped: int) -> int:
    """A token that about half of the sentences would go on behind."""
    found = model.generate(Context.of_examples(OF), **{**given, "eos_token_id": 39})
    rows = [set(row[skipped:]) for row in found.tolist()]
    often = Counter(token for row in rows for token in row)
    return min(often, key=lambda token: (abs(2 * often[token] - len(rows)), token))


@pytest.mark.parametrize("family", FAMILIES)
def test_each_sentence_has_what_generate_finds(family: str) -> None:
    """In float64; some sentences never end. Of a decoder alone, what it read is of two lengths."""
    context, skipped = Context.of_examples(OF), int(family in tiny.SEQ2SEQ)
    lengths: list[int] = []
    for seed in (0, 1):
        model, given = made(family, seed), asked(family, seed, most=9)
        given["eos_token_id"] = end = an_end(model, given, skipped)
        for way in (GreedySearch(), BeamSearch(4), BeamSearch(5)):
            right = model.generate(context, num_beams=way.beams, **given)
            wanted = to_ends(right, end, skipped)
            assert to_ends(model.search(context, way, **given), end, skipped) == wanted
            lengths += map(len, wanted)
    assert 9 in lengths and len(set(lengths)) > 1, "some never end, and others do"


@pytest.mark.parametrize("early", [True, "never"])
def test_rules_of_a_backbone_hold(early: bool | str) -> None:
    """When a search has enough, and which tokens must or must not be written."""
    model, given = made("mbart"), asked("mbart", 0, most=9)
    rules = model.backbone.generation_config
    rules.early_stopping, rules.forced_eos_token_id, rules.forced_bos_token_id = early, 7, 11
    rules.num_beams, rules.use_cache, rules.min_new_tokens = 3, False, 2
    rules.bad_words_ids = [[token] for token in range(20, 30)]
    context = Context.of_examples(OF)
    right = to_ends(model.generate(context, num_beams=4, **given), 7, 1)
    assert to_ends(model.search(context, BeamSearch(4), **given), 7, 1) == right
    assert {row[0] for row in right} == {11} and {row[-1] for row in right} == {7}
    assert not {token for row in right for token in row} & set(range(20, 30))


def test_what_is_shared_is_computed_once_and_sentences_leave() -> None:
    model, given = made("marian", 1), asked("marian", 1, most=11)
    read: list[int] = []
    keys: list[int] = []
    providers: list[int] = []
    layer = model.backbone.model.decoder.layers[0]
    layer.register_forward_pre_hook(lambda _, inputs: read.append(len(inputs[0])))
    layer.encoder_attn.k_proj.register_forward_hook(
        lambda _, inputs, gives: keys.append(len(gives))
    )
    for provider in model.adapters.values():
        provider.register_forward_hook(lambda *_: providers.append(1))
    given["eos_token_id"] = end = an_end(model, given, 1)
    for counted in (read, keys, providers):
        counted.clear()
    found = model.search(Context.of_examples(OF), BeamSearch(3), **given)
    ends = sorted(map(len, to_ends(found, end, 1)))
    assert ends[0] < ends[-1] == 11, "some end long before others"
    assert keys == [len(OF)] and len(providers) == len(model.adapters)
    assert read[:2] == [len(OF), 3 * len(OF)] and len(read) == 11
    assert read[1:] == sorted(read[1:], reverse=True) and read[-1] < read[1]
