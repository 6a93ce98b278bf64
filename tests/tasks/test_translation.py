"""Translation: what both towers read, what a reference costs, and what beam search is scored by."""

import copy
import math

import pytest
import sacrebleu
import torch
from torch.nn import functional

import systems
import tiny
from hyperadapters.context import BASE, Context
from hyperadapters.data import reading
from hyperadapters.data.vocabulary import train_joint_tokenizer
from hyperadapters.errors import BackboneError, TrainingError
from hyperadapters.examples import Pair
from hyperadapters.metrics import Bleu, ChrF
from hyperadapters.model.adapt import adapt
from hyperadapters.routes import Route
from hyperadapters.tasks import Encoded, MaskedLM, Translation, collate, translation
from hyperadapters.tasks.base import Question
from hyperadapters.tasks.directions import target_token

TEXTS = {
    "de": ["ein Haus am See", "das Haus ist alt", "der See ist tief", "ein alter See"],
    "en": ["a house by the lake", "the house is old", "the lake is deep", "an old lake"],
}
TASK = Translation("translation", beams=3, length=8)
DE_EN = Route.of("de", "en").row("translation")
PAIRS = [Pair(a, b, ("de", "en")) for a, b in zip(TEXTS["de"], TEXTS["en"], strict=True)]
BACK = [Pair(pair.second, pair.first, ("en", "de")) for pair in PAIRS]


@pytest.fixture(scope="module")
def joint():
    added = [target_token("de"), target_token("en")]
    return train_joint_tokenizer(TEXTS, 60, 32, added=added)


def drawn(joint, pairs, task=TASK):
    return [
        (task, Route(pair.languages).row(task.name), task.encode(joint, pair, 32)) for pair in pairs
    ]


def batch_of(joint, pairs):
    return collate(drawn(joint, pairs), joint.pad_token_id, torch.Generator())


@pytest.fixture(scope="module")
def model(joint):
    torch.manual_seed(0)
    backbone = tiny.backbone("marian")
    backbone.resize_token_embeddings(len(joint))
    rows = [DE_EN, Route.of("en", "de").row("translation")]
    made = adapt(backbone, systems.HYPER_ADAPTERS, tasks=[TASK], rows=rows).double().eval()
    tiny.redraw(made, seed=3, scale=1.5)
    made.requires_grad_(False)
    made.backbone.generation_config.update(eos_token_id=joint.eos_token_id, pad_token_id=0)
    return made


def test_both_sides_begin_with_the_target_token(joint):
    encoded = TASK.encode(joint, PAIRS[0], 32)
    token = joint.convert_tokens_to_ids("<2en>")
    assert encoded.ids[0] == encoded.decoder_ids[0] == token
    assert encoded.ids[-1] == encoded.targets["labels"][-1] == joint.eos_token_id
    assert encoded.decoder_ids[1:] == encoded.targets["labels"][:-1]
    assert joint.decode(encoded.ids[1:-1]) == PAIRS[0].first
    assert joint.decode(encoded.decoder_ids[1:]) == PAIRS[0].second


def test_long_sides_are_cut_and_still_end(joint):
    long = Pair("Haus " * 50, "house " * 50, ("de", "en"))
    encoded = TASK.encode(joint, long, 16)
    assert len(encoded.ids) == 16 and encoded.ids[-1] == joint.eos_token_id
    assert len(encoded.targets["labels"]) == 15


def test_tokens_written_in_a_text_are_no_tokens(joint):
    plain, written = "das Haus", "<2de> das </s> Haus <pad>"
    sides = {"first": (written, "house"), "second": ("Haus", written)}
    for first, second in sides.values():
        encoded = TASK.encode(joint, Pair(first, second, ("de", "en")), 32)
        for ids in (encoded.ids, encoded.targets["labels"]):
            assert ids[-1] == joint.eos_token_id
            tokens = joint.convert_ids_to_tokens(list(ids[1:-1]))
            assert {"<2de>", "<2en>", "</s>", "<pad>"}.isdisjoint(tokens)
            assert len(tokens) > 3, "they are text"
    control = TASK.encode(joint, Pair(plain, plain, ("de", "en")), 32)
    assert joint.decode(control.ids[1:-1]) == plain


def test_many_at_a_time_are_each_alone(joint, monkeypatch):
    monkeypatch.setattr(translation, "_AT_ONCE", 3)
    pairs = PAIRS + BACK
    assert list(TASK.encode_all(joint, pairs, 8)) == [TASK.encode(joint, one, 8) for one in pairs]
    assert list(TASK.encode_all(joint, [], 8)) == []


def test_a_sentence_is_tokenized_once_for_all_its_directions(joint, monkeypatch):
    asked: list[str] = []
    plain = type(joint).__call__

    def counted(self, texts, **how):
        asked.extend(texts)
        return plain(self, texts, **how)

    monkeypatch.setattr(type(joint), "__call__", counted)
    pairs = [Pair(f"{pair.first} neu", pair.second + " new", pair.languages) for pair in PAIRS]
    there = list(TASK.encode_all(joint, pairs, 32))
    back = [Pair(pair.second, pair.first, ("en", "de")) for pair in pairs]
    again = list(TASK.encode_all(joint, back, 32))
    assert len(asked) == len(set(asked)) == 8
    assert [one.ids[1:] for one in there] == [one.targets["labels"] for one in again]
    monkeypatch.setattr(reading, "_REMEMBERED", 3)
    assert list(TASK.encode_all(joint, pairs, 32)) == there
    assert len(asked) > 8, "it forgets"


def test_what_is_cut_is_known(joint):
    def cut(first, second):
        encoded = TASK.encode(joint, Pair(first, second, ("de", "en")), 16)
        return not encoded.uncut, not encoded.target_uncut

    assert cut("Haus", "house") == (False, False)
    assert cut("Haus " * 50, "house") == (True, False)
    assert cut("Haus", "house " * 50) == (False, True)


def test_a_pair_that_is_cut_on_either_side_is_not_trained_on(joint):
    task = Translation("mt", ratio=100.0)
    for pair in (("Haus " * 50, "house"), ("Haus", "house " * 50)):
        assert not task.admits(task.encode(joint, Pair(*pair, ("de", "en")), 16))


@pytest.mark.parametrize(
    ("words", "ratio", "admitted"),
    [((1, 2), 2.0, True), ((2, 5), 2.5, True), ((2, 6), 2.5, False), ((6, 2), 2.5, False)],
)
def test_pairs_of_unlike_length_are_not_trained_on(words, ratio, admitted):
    source, target = words
    encoded = Encoded(
        [5, *[7] * source, 1], {"labels": [*[7] * target, 1]}, decoder_ids=[5, *[7] * target]
    )
    assert Translation("translation", ratio=ratio).admits(encoded) is admitted


def test_pairs_that_are_cut_are_not_trained_on(joint):
    long = TASK.encode(joint, Pair("Haus " * 50, "house " * 50, ("de", "en")), 16)
    assert not Translation("translation", ratio=10.0).admits(long)
    assert TASK.admits(long)


def test_each_hop_is_addressed_to_its_own_target(joint):
    pair = Pair("Haus", "maison", ("de", "fr"))
    (addressed,) = TASK.scorer.address([pair], Route.of("de", "en"))
    assert addressed == Pair("Haus", "maison", ("de", "en"))


def test_what_is_carried_on_is_the_translation(joint, model):
    context = Context.of_examples([DE_EN] * 4)
    batch = batch_of(joint, PAIRS)
    carried = TASK.scorer.carry(Question(model, context, batch, PAIRS, joint))
    found = TASK.scorer.translate(model, context, batch.inputs, joint)
    assert [pair.first for pair in carried] == found
    assert [pair.second for pair in carried] == [pair.second for pair in PAIRS]


def test_a_language_without_a_token_is_refused(joint):
    with pytest.raises(BackboneError, match="no token `<2fr>`"):
        TASK.encode(joint, Pair("a", "b", ("de", "fr")), 16)


def test_loss_is_the_cross_entropy_of_the_references(joint, model):
    context = Context.of_examples([DE_EN] * 4)
    batch = batch_of(joint, PAIRS)
    logits, share = model(context, batch).logits["translation"], batch.shares["translation"]
    total, count = 0.0, 0
    for place, pair in enumerate(PAIRS):  # each alone, through the backbone's own head
        alone = batch_of(joint, [pair])
        with_head = model(Context.uniform(DE_EN, 1), alone).logits["translation"]
        gold = torch.tensor(TASK.encode(joint, pair, 32).targets["labels"])
        nats = functional.cross_entropy(with_head, gold, reduction="sum")
        total, count = total + float(nats), count + len(gold)
        own = TASK.statistics(logits, share)[place]
        assert own == pytest.approx((float(nats), len(gold)))
    loss = TASK.loss(logits, share)
    assert float(loss.total) == pytest.approx(total)
    assert int(loss.predictions) == count
    assert TASK.forced.score((6.0, 4.0)) == pytest.approx(math.exp(1.5))


def test_teacher_forcing_equals_the_model_of_transformers(joint, model):
    batch = batch_of(joint, PAIRS)
    labels = batch.shares["translation"].targets["labels"]
    outputs = model.backbone(**batch.inputs).logits  # outside `forward` nothing is attached
    plain = model(Context.uniform(BASE, 4), batch).logits["translation"]
    torch.testing.assert_close(plain, outputs[labels != -100])
    adapted = model(Context.uniform(DE_EN, 4), batch).logits["translation"]
    assert not torch.allclose(adapted, plain), "the adapters must bite"


def test_mixed_directions_translate_as_each_alone(joint, model):
    pairs = [PAIRS[0], BACK[1], PAIRS[2], BACK[0]]
    rows = [row for _, row, _ in drawn(joint, pairs)]
    translate = TASK.scorer.translate
    mixed = translate(model, Context.of_examples(rows), batch_of(joint, pairs).inputs, joint)
    alone = [
        translate(model, Context.uniform(row, 1), batch_of(joint, [pair]).inputs, joint)[0]
        for row, pair in zip(rows, pairs, strict=True)
    ]
    assert mixed == alone
    assert len(set(mixed)) > 1


def test_tokens_of_a_mixed_file_are_those_of_one_language_at_a_time(joint, model):
    """In float64, sentences of unlike length, each begun with the token of its own target."""
    pairs = [PAIRS[0], BACK[1], PAIRS[2], BACK[0], PAIRS[1], BACK[2]]

    def tokens(chosen):
        rows = [row for _, row, _ in drawn(joint, chosen)]
        inputs = batch_of(joint, chosen).inputs
        found = model.generate(
            Context.of_examples(rows),
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            decoder_start_token_id=inputs["decoder_input_ids"][:, 0].tolist(),
            num_beams=5,
            max_new_tokens=9,
            do_sample=False,
        )
        pad = joint.pad_token_id
        return [[t for t in own if t != pad] for own in found[:, 1:].tolist()], found[:, 0].tolist()

    lengths = {len(TASK.encode(joint, pair, 32)) for pair in pairs}
    assert len(lengths) > 1, "the batch is padded"
    whole, starts = tokens(pairs)
    languages = {"en": pairs[::2], "de": pairs[1::2]}
    assert starts[::2] != starts[1::2]
    for place, own in enumerate(languages.values()):
        assert tokens(own)[0] == whole[place::2]
    assert len({tuple(own) for own in whole}) > 1


def test_first_step_logits_of_mixed_and_single_runs_agree_in_float32(joint, model):
    pairs = [PAIRS[0], BACK[1], PAIRS[2], BACK[0]]
    rows = [row for _, row, _ in drawn(joint, pairs)]
    single = copy.deepcopy(model).float()
    tiny.redraw(single, seed=3, scale=0.3)  # logits of a size that trained models have

    def first_step(context, batch):
        labels = batch.shares["translation"].targets["labels"]
        logits = single(context, batch).logits["translation"]
        return logits[[0, *(labels != -100).sum(1).cumsum(0)[:-1].tolist()]]

    mixed = first_step(Context.of_examples(rows), batch_of(joint, pairs))
    for place, (row, pair) in enumerate(zip(rows, pairs, strict=True)):
        alone = first_step(Context.uniform(row, 1), batch_of(joint, [pair]))[0]
        assert (mixed[place] - alone).abs().max() < 1e-4
        base = first_step(Context.uniform(BASE, 1), batch_of(joint, [pair]))[0]
        assert (base - alone).abs().max() > 0.1, "the adapters must bite"


def test_judging_counts_what_beam_search_found(joint, model):
    batch = batch_of(joint, PAIRS)
    context = Context.of_examples([DE_EN] * 4)
    found = TASK.scorer.translate(model, context, batch.inputs, joint)
    references = [pair.second for pair in PAIRS]
    for metric, oracle in ((Bleu(), sacrebleu.corpus_bleu), (ChrF(), sacrebleu.corpus_chrf)):
        task = Translation("translation", metric, beams=3, length=8)
        judged = task.scorer.judge(task, Question(model, context, batch, PAIRS, joint))
        totals = tuple(map(sum, zip(*judged, strict=True)))
        assert 100 * metric.score(totals) == pytest.approx(oracle(found, [references]).score)


def test_a_remark_has_the_score_of_copying():
    pairs = [Pair("1 2 3 4 5", "1 2 3 4 5", ("de", "en")), Pair("x y z u", "a b c d", ("de", "en"))]
    copied = sacrebleu.corpus_bleu([p.first for p in pairs], [[p.second for p in pairs]]).score
    assert TASK.scorer.remark(TASK, pairs).startswith(f"copying the source: {copied:.1f}; nrefs:1|")


def test_each_translation_is_cut_as_its_target_language_is(joint, model, monkeypatch):
    """Through a third language, as the last one is; copies too."""
    pairs = [
        Pair("x", "我们去市场买新鲜的鱼。", ("de", "zh")),
        Pair("x", "a b c d e", ("zh", "de")),
    ]
    found = ["我们去市场买新鲜的肉。", "a b c d"]
    context = Context.of_examples([DE_EN] * 2)
    question = Question(model, context, batch_of(joint, PAIRS[:2]), pairs, joint)
    monkeypatch.setattr(translation.Search, "found", lambda self, question: found)
    judged = TASK.scorer.judge(TASK, question)
    for one, text, pair, tokenizer in zip(judged, found, pairs, ("zh", "13a"), strict=True):
        oracle = sacrebleu.corpus_bleu([text], [[pair.second]], tokenize=tokenizer).score
        assert 100 * TASK.metric.score(one) == pytest.approx(oracle)
    route = Route.of("zh", "de", "ja")
    (hop,) = TASK.scorer.address(pairs[1:], route.hops[-1])
    assert TASK.metric_in(route) is TASK.metric_in(Route(hop.languages))
    assert "tok:zh" in TASK.scorer.remark(TASK, pairs[:1])
    assert "tok:char" in TASK.scorer.remark(Translation("mt", tokenize="char"), pairs)


def test_tasks_with_and_without_a_decoder_do_not_mix(joint):
    joint.mask_token = "<unk>"
    encoder = MaskedLM("mlm")
    ids = TASK.encode(joint, PAIRS[0], 32).ids
    bare = (encoder, Route.of("de").row("mlm"), Encoded(ids, {"vocabulary": [60, 1, 0, 2]}))
    with pytest.raises(TrainingError, match="mixes tasks that write"):
        collate([*drawn(joint, PAIRS), bare], 0, torch.Generator())


def test_nothing_is_translated_into_nothing(joint, model):
    empty = Pair("", "the house", ("de", "en"))
    pairs = [PAIRS[0], empty]
    question = Question(
        model, Context.of_examples([DE_EN] * 2), batch_of(joint, pairs), pairs, joint
    )
    found = TASK.scorer.found(question)
    assert found[0] and found[1] == ""
    assert TASK.answering.answer(TASK, question) == found


def test_a_line_is_asked_as_a_pair_whose_other_side_is_not_known():
    answering = TASK.answering
    asked = answering.ask("das Haus", Route.of("de", "en"))
    assert asked == Pair("das Haus", "", ("de", "en"))
    assert answering.line("the house") == "the house"
    assert (answering.nothing, answering.cut) == ("", "its end is not translated")


def test_search_generates_no_more_than_a_translation_may_have():
    assert (TASK.scorer.beams, TASK.scorer.generates) == (3, 8)
    assert Translation("mt").heads == {}


def test_unknown_pieces_that_are_left_out_are_told(joint, model, monkeypatch):
    unknown, end = joint.unk_token_id, joint.eos_token_id
    house = joint("house", add_special_tokens=False)["input_ids"]
    first = joint.convert_tokens_to_ids("<2en>")
    row = [first, *house, unknown, unknown, end]
    found = torch.tensor([row, row])
    monkeypatch.setattr(model, "search", lambda context, way, **inputs: found)
    pairs = [PAIRS[0], Pair("", "the house", ("de", "en"))]
    batch, context = batch_of(joint, pairs), Context.of_examples([DE_EN] * 2)
    question = Question(model, context, batch, pairs, joint)
    assert TASK.scorer.found(question) == ["house", ""]
    assert question.told == {"unknown pieces are left out of translations": 2}, "of what is shown"
    found = torch.tensor([[first, *house, end]] * 2)
    clean = Question(model, context, batch, pairs, joint)
    TASK.scorer.found(clean)
    assert not clean.told
