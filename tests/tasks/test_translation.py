"""Translation: what both towers read, what a reference costs, and what beam search is scored by."""

import math

import pytest
import sacrebleu
import torch
from torch.nn import functional

import systems
import tiny
from hyperadapters.adapt import adapt
from hyperadapters.context import Context, Row
from hyperadapters.data.corpora import Pair
from hyperadapters.data.vocabulary import train_joint_tokenizer
from hyperadapters.errors import BackboneError, ContextError, TrainingError
from hyperadapters.metrics import Bleu, ChrF
from hyperadapters.tasks import MaskedLM, Translation, collate
from hyperadapters.tasks.translation import target_token

TEXTS = {
    "de": ["ein Haus am See", "das Haus ist alt", "der See ist tief", "ein alter See"],
    "en": ["a house by the lake", "the house is old", "the lake is deep", "an old lake"],
}
TASK = Translation("translation", beams=3, length=8)
PAIRS = [Pair(a, b, ("de", "en")) for a, b in zip(TEXTS["de"], TEXTS["en"], strict=True)]
BACK = [Pair(pair.second, pair.first, ("en", "de")) for pair in PAIRS]


@pytest.fixture(scope="module")
def joint():
    added = [target_token("de"), target_token("en")]
    return train_joint_tokenizer(TEXTS, 60, 32, added=added)


def drawn(joint, pairs, task=TASK):
    named = ["-".join(pair.languages) for pair in pairs]
    return [
        (task, task.row(name), task.encode(joint, pair, 32))
        for name, pair in zip(named, pairs, strict=True)
    ]


def batch_of(joint, pairs):
    return collate(drawn(joint, pairs), joint.pad_token_id, torch.Generator())


@pytest.fixture(scope="module")
def model(joint):
    torch.manual_seed(0)
    backbone = tiny.backbone("marian")
    backbone.resize_token_embeddings(len(joint))
    rows = [TASK.row("de-en"), TASK.row("en-de")]
    made = adapt(backbone, systems.HYPER_ADAPTERS, tasks=[TASK], rows=rows).double().eval()
    tiny.redraw(made, seed=3, scale=1.5)
    made.requires_grad_(False)
    made.backbone.generation_config.update(eos_token_id=joint.eos_token_id, pad_token_id=0)
    return made


def test_a_row_has_both_languages():
    assert TASK.row("de-en") == Row(task="translation", source_language="de", target_language="en")
    with pytest.raises(ContextError, match="no translation direction"):
        TASK.row("de")


def test_both_sides_begin_with_the_target_token(joint):
    encoded = TASK.encode(joint, PAIRS[0], 32)
    token = joint.convert_tokens_to_ids("<2en>")
    assert encoded.ids[0] == encoded.decoder_ids[0] == token
    assert encoded.ids[-1] == encoded.targets["labels"][-1] == joint.eos_token_id
    assert encoded.decoder_ids[1:] == encoded.targets["labels"][:-1]
    assert joint.decode(encoded.ids[1:-1]) == PAIRS[0].first
    assert joint.decode(encoded.decoder_ids[1:]) == PAIRS[0].second
    assert TASK.row("en-de") != TASK.row("de-en")


def test_long_sides_are_cut_and_still_end(joint):
    long = Pair("Haus " * 50, "house " * 50, ("de", "en"))
    encoded = TASK.encode(joint, long, 16)
    assert len(encoded.ids) == 16 and encoded.ids[-1] == joint.eos_token_id
    assert len(encoded.targets["labels"]) == 15


def test_a_language_without_a_token_is_refused(joint):
    with pytest.raises(BackboneError, match="no token `<2fr>`"):
        TASK.encode(joint, Pair("a", "b", ("de", "fr")), 16)


def test_loss_is_the_cross_entropy_of_the_references(joint, model):
    context = Context.of_examples([TASK.row("de-en")] * 4)
    batch = batch_of(joint, PAIRS)
    logits, share = model(context, batch).logits["translation"], batch.shares["translation"]
    total, count = 0.0, 0
    for place, pair in enumerate(PAIRS):  # each alone, through the backbone's own head
        alone = batch_of(joint, [pair])
        with_head = model(Context.uniform(TASK.row("de-en"), 1), alone).logits["translation"]
        gold = torch.tensor(TASK.encode(joint, pair, 32).targets["labels"])
        nats = functional.cross_entropy(with_head, gold, reduction="sum")
        total, count = total + float(nats), count + len(gold)
        own = TASK.statistics(logits, share)[place]
        assert own == pytest.approx((float(nats), len(gold)))
    loss = TASK.loss(logits, share)
    assert float(loss.total) == pytest.approx(total)
    assert int(loss.count) == count
    assert TASK.forced.score((6.0, 4.0)) == pytest.approx(math.exp(1.5))


def test_teacher_forcing_equals_the_model_of_transformers(joint, model):
    batch = batch_of(joint, PAIRS)
    base = Context.of_examples([TASK.row("de-en")] * 4)
    labels = batch.shares["translation"].targets["labels"]
    outputs = model.backbone(**batch.inputs).logits  # outside `forward` nothing is attached
    adapted = model(base, batch).logits["translation"]
    assert adapted.shape == outputs[labels != -100].shape
    assert not torch.allclose(adapted, outputs[labels != -100]), "the adapters must bite"


def test_mixed_directions_translate_as_each_alone(joint, model):
    pairs = [PAIRS[0], BACK[1], PAIRS[2], BACK[0]]
    rows = [row for _, row, _ in drawn(joint, pairs)]
    mixed = TASK.translate(model, Context.of_examples(rows), batch_of(joint, pairs).inputs, joint)
    alone = [
        TASK.translate(model, Context.uniform(row, 1), batch_of(joint, [pair]).inputs, joint)[0]
        for row, pair in zip(rows, pairs, strict=True)
    ]
    assert mixed == alone
    assert len(set(mixed)) > 1


def test_judging_counts_what_beam_search_found(joint, model):
    batch = batch_of(joint, PAIRS)
    context = Context.of_examples([TASK.row("de-en")] * 4)
    found = TASK.translate(model, context, batch.inputs, joint)
    references = [pair.second for pair in PAIRS]
    for metric, oracle in ((Bleu(), sacrebleu.corpus_bleu), (ChrF(), sacrebleu.corpus_chrf)):
        task = Translation("translation", metric, beams=3, length=8)
        judged = task.judge(model, context, batch, examples=PAIRS, tokenizer=joint)
        totals = tuple(map(sum, zip(*judged, strict=True)))
        assert 100 * metric.score(totals) == pytest.approx(oracle(found, [references]).score)


def test_a_remark_has_the_score_of_copying():
    pairs = [Pair("1 2 3 4 5", "1 2 3 4 5", ("de", "en")), Pair("x y z u", "a b c d", ("de", "en"))]
    copied = sacrebleu.corpus_bleu([p.first for p in pairs], [[p.second for p in pairs]]).score
    assert TASK.remark(pairs).startswith(f"copying the source: {copied:.1f}; nrefs:1|")


def test_tasks_with_and_without_a_decoder_do_not_mix(joint):
    joint.mask_token = "<unk>"
    encoder = MaskedLM("mlm")
    plain = (encoder, encoder.row("de"), TASK.encode(joint, PAIRS[0], 32))
    bare = plain[2].__class__(plain[2].ids, {"vocabulary": [60, 1, 0, 2]})
    with pytest.raises(TrainingError, match="need a decoder"):
        collate([*drawn(joint, PAIRS), (encoder, plain[1], bare)], 0, torch.Generator())
