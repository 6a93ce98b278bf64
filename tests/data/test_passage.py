"""Questions with their contexts in windows: the tokens, and which characters are theirs."""

import unicodedata
from itertools import pairwise

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from hyperadapters.data.passage import NOWHERE, Passage, passages
from hyperadapters.errors import DataError
from tiny_tokenizers import TEXT, of_family

QUESTION = "Who went there ?"
CONTEXT = " ".join(TEXT[:2])
PAIRED = ("bert", "roberta", "roberta-untrimmed", "xlm-roberta", "t5")


def passage(tokenizer: PreTrainedTokenizerFast, question: str, context: str) -> Passage:
    (found,) = passages(tokenizer, [question], [context])
    return found


@pytest.mark.parametrize("family", PAIRED)
@pytest.mark.parametrize(("length", "stride"), [(500, 3), (32, 0), (32, 7), (40, 12)])
def test_windows_are_those_of_transformers(family: str, length: int, stride: int) -> None:
    tokenizer = of_family(family)
    found = passage(tokenizer, QUESTION, CONTEXT).windows(length, stride)
    expected = tokenizer(
        QUESTION,
        CONTEXT,
        truncation="only_second",
        max_length=length,
        stride=stride,
        return_overflowing_tokens=True,
    )
    assert [window.ids for window in found] == expected["input_ids"]
    assert (len(found) > 1) == (length < 500)


@pytest.mark.parametrize("family", PAIRED)
def test_characters_are_those_of_the_context_without_blanks_around(family: str) -> None:
    tokenizer = of_family(family)
    found = passage(tokenizer, QUESTION, CONTEXT)
    for begin, end in zip(found.begins, found.ends, strict=True):
        text = CONTEXT[begin:end] if begin != NOWHERE else ""
        assert text == text.strip()
    visible = {at for at, character in enumerate(CONTEXT) if not character.isspace()}
    covered = {
        at
        for begin, end in zip(found.begins, found.ends, strict=True)
        if begin != NOWHERE
        for at in range(begin, end)
    }
    assert covered == visible


@pytest.mark.parametrize("family", PAIRED)
def test_a_window_knows_which_of_its_tokens_are_of_the_context(family: str) -> None:
    tokenizer = of_family(family)
    whole = passage(tokenizer, QUESTION, CONTEXT)
    for window in whole.windows(32, 7):
        for at, begin in enumerate(window.begins):
            inside = window.offset <= at < window.offset + len(window.ids) - len(whole.before) - 1
            assert inside or begin == NOWHERE
            if begin != NOWHERE:
                token = window.first + at - window.offset
                assert (whole.pieces[token], whole.begins[token]) == (window.ids[at], begin)
    control = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    assert whole.before[whole.added] in control
    assert not control & set(whole.before[: whole.added])


def test_neighbours_share_a_third_of_their_room_where_nothing_is_said() -> None:
    whole = passage(of_family("bert"), QUESTION, CONTEXT)
    windows = whole.windows(32, None)
    room = 32 - len(whole.before) - len(whole.behind)
    assert [two.first - one.first for one, two in pairwise(windows)] == [room - room // 3] * (
        len(windows) - 1
    )


@pytest.mark.parametrize(("length", "stride"), [(5, None), (30, 25), (1, 0)])
def test_a_question_that_fills_its_window_is_refused(length: int, stride: int | None) -> None:
    question = "who went to the market with two friends ?"
    with pytest.raises(DataError, match="a question is too long for its window") as fault:
        passage(of_family("bert"), question, CONTEXT).windows(length, stride)
    assert question[:40] in str(fault.value)
    assert "raise `recipe.length`, or lower `stride`" in str(fault.value)


def test_a_long_question_is_no_fault_where_the_context_fits_beside_it() -> None:
    (window,) = passage(of_family("bert"), "market " * 9, "ripe").windows(60, 50)
    assert len(window.ids) <= 60


@pytest.mark.parametrize("family", PAIRED)
def test_control_tokens_in_texts_are_text(family: str) -> None:
    tokenizer = of_family(family)
    mark = tokenizer.sep_token or tokenizer.eos_token
    context = f"ripe {mark} mangoes"
    found = passage(tokenizer, f"what {mark} ?", context)
    control = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    assert not control & set(found.pieces)
    (frame,) = tokenizer(["a"], ["b"])["input_ids"]
    own = [token for token in (*found.before, *found.behind) if token in control]
    assert own == [token for token in frame if token in control]
    span = found.tokens_of(context.index("mangoes"), len(context))
    assert span is not None and found.ends[span[1]] == len(context)


def composing(form: str, texts: list[str]) -> PreTrainedTokenizerFast:
    """A tiny Unigram vocabulary behind a normaliser that composes letters."""
    inner = Tokenizer(models.Unigram())
    inner.normalizer = {"nfc": normalizers.NFC(), "nfkc": normalizers.NFKC()}[form]
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    names = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(
        vocab_size=90, special_tokens=names, unk_token="<unk>", show_progress=False
    )
    inner.train_from_iterator(texts * 4, trainer)
    known = [(name, inner.token_to_id(name)) for name in ("<s>", "</s>")]
    frame = {"single": "<s> $A </s>", "pair": "<s> $A </s> </s> $B </s>"}
    inner.post_processor = processors.TemplateProcessing(**frame, special_tokens=known)
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", unk_token="<unk>", eos_token="</s>"
    )


@pytest.mark.parametrize("form", ["nfc", "nfkc"])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Bác tới Hà Nội, rồi về", "Hà Nội"),
        ("một vị thế mới có giá", "thế"),
        ("thủ đô là Huế", "Huế"),
        ("भाषा हिन्दी क़लम है", "क़लम"),
        ("ภาษา น้ำ ไทย", "น้ำ"),
        ("서울은 한국 수도", "한국"),
        ("le café est là", "café"),
    ],
    ids=["vi-1", "vi-2", "vi-3", "hi", "th", "ko", "fr"],
)
def test_decomposed_letters_keep_their_last_marks(form: str, text: str, answer: str) -> None:
    tokenizer = composing(form, [text])
    context, wanted = (unicodedata.normalize("NFD", one) for one in (text, answer))
    start = context.index(wanted)
    found = passage(tokenizer, "?", context)
    span = found.tokens_of(start, start + len(wanted))
    assert span is not None
    assert context[found.begins[span[0]] : found.ends[span[1]]] == wanted


def test_a_token_whose_mark_is_a_token_of_its_own_ends_before_it() -> None:
    vocabulary = {"<unk>": 0, "a": 1, "\u0301": 2, "b": 3}
    inner = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", pad_token="b")
    found = passage(tokenizer, "b", "a\u0301")
    assert (found.begins, found.ends) == ([0, 1], [1, 2])


def test_what_does_not_show_is_in_no_answer() -> None:
    context = "\ufeff ripe\u200b mangoes "
    found = passage(of_family("xlm-roberta"), "?", context)
    span = found.tokens_of(0, context.index(" mangoes"))
    assert span is not None
    assert context[found.begins[span[0]] : found.ends[span[1]]] == "ripe"


def test_a_context_without_tokens_has_one_window_and_no_span() -> None:
    found = passage(of_family("bert"), QUESTION, "\u200b")
    assert found.tokens_of(0, 1) is None
    (window,) = found.windows(40, None)
    assert set(window.begins) == {NOWHERE}
