"""What BLEU counts in languages that write without blanks, and how that is said."""

import pytest
import sacrebleu

from hyperadapters.errors import ConfigError
from hyperadapters.metrics import Bleu, ChrF
from hyperadapters.tasks import cutting
from hyperadapters.tasks.cutting import counted

# One wrong character each, or one wrong word.
SENTENCES = {
    "zh": ("我们明天早上去市场买新鲜的鱼和蔬菜。", "我们明天早上去市场买新鲜的肉和蔬菜。"),
    "yue": ("我哋聽朝去街市買新鮮嘅魚同菜。", "我哋聽朝去街市買新鮮嘅肉同菜。"),
    "ja": (
        "私たちは明日の朝、市場で新鮮な魚を買います。",
        "私たちは明日の朝、市場で新鮮な肉を買います。",
    ),
    "ko": (
        "우리는 내일 아침 시장에서 신선한 생선을 산다.",
        "우리는 내일 아침 시장에서 신선한 고기를 산다.",
    ),
    "th": ("เราจะไปซื้อปลาสดที่ตลาดพรุ่งนี้เช้า", "เราจะไปซื้อหมูสดที่ตลาดพรุ่งนี้เช้า"),
    "km": ("យើងនឹងទៅទិញត្រីស្រស់នៅផ្សារព្រឹកស្អែក", "យើងនឹងទៅទិញសាច់ស្រស់នៅផ្សារព្រឹកស្អែក"),
    "my": ("မနက်ဖြန်မနက်ဈေးမှာငါးလတ်ဝယ်မယ်", "မနက်ဖြန်မနက်ဈေးမှာသားလတ်ဝယ်မယ်"),
}


@pytest.fixture
def without_mecab(monkeypatch):
    """As where neither of the packages of `mecab` is installed."""
    monkeypatch.setattr(cutting, "_installed", lambda tokenizer: tokenizer not in cutting._PACKAGES)
    counted.cache_clear()
    yield
    counted.cache_clear()


@pytest.fixture
def with_mecab(monkeypatch):
    """As where both are."""
    monkeypatch.setattr(cutting, "_installed", lambda tokenizer: True)
    counted.cache_clear()
    yield
    counted.cache_clear()


@pytest.mark.parametrize(
    ("language", "tokenizer"),
    [
        ("zh", "zh"),
        ("zh_1", "zh"),
        ("zho_Hant", "zh"),
        ("cmn", "zh"),
        ("yue", "zh"),
        ("ja", "ja-mecab"),
        ("jpn_Jpan", "ja-mecab"),
        ("ko", "ko-mecab"),
        ("kor", "ko-mecab"),
        *((name, "char") for name in ("th", "lo", "km", "my", "bo", "tha_Thai")),
        *((name, "13a") for name in ("de", "tr", "hi", "ar", "vi", "sr-Latn", "xx", "pt-BR")),
    ],
)
def test_the_tokenizer_is_that_of_the_target_language(with_mecab, language, tokenizer):
    metric = counted(Bleu(), "auto", language)
    assert metric.variant == ("" if tokenizer == "13a" else f"tok:{tokenizer}")


def test_sacrebleu_would_choose_the_same(with_mecab):
    for language, tokenizer in sacrebleu.BLEU._TOKENIZER_MAP.items():
        assert counted(Bleu(), "auto", language).variant == f"tok:{tokenizer}"


@pytest.mark.parametrize("language", SENTENCES)
def test_one_wrong_character_is_not_a_wrong_sentence(without_mecab, language):
    gold, guess = SENTENCES[language]
    metric = counted(Bleu(), "auto", language)
    tokenizer = metric.variant.removeprefix("tok:")
    oracle = sacrebleu.corpus_bleu([guess], [[gold]], tokenize=tokenizer).score
    assert 100 * metric.score(metric.statistics([gold], [guess])) == pytest.approx(oracle)
    assert oracle > 70 and f"tok:{tokenizer}|" in metric.signature
    usual = Bleu()
    assert 100 * usual.score(usual.statistics([gold], [guess])) < 60


@pytest.mark.parametrize(("language", "right"), [("ja", "ja-mecab"), ("ko", "ko-mecab")])
def test_characters_are_counted_where_mecab_is_not_installed_and_that_is_said(
    without_mecab, language, right
):
    metric = counted(Bleu(), "auto", language)
    assert metric.variant == "tok:char"
    assert "tok:char|" in metric.signature
    assert metric.signature.endswith(f", `{right}` is not installed")
    gold, _ = SENTENCES[language]
    beside = counted(ChrF(), "auto", language).beside(metric.statistics([gold], [gold]))
    assert beside == f"bleu: 100.0 ({metric.signature})"


@pytest.mark.parametrize("tokenizer", ["ja-mecab", "ko-mecab"])
def test_a_tokenizer_that_is_asked_for_and_not_installed_is_an_error(without_mecab, tokenizer):
    with pytest.raises(ConfigError) as error:
        counted(Bleu(), tokenizer, "de")
    assert f"the tokenizer `{tokenizer}` is not installed" in str(error.value)
    assert f'pip install "sacrebleu[{tokenizer[:2]}]"' in str(error.value)


@pytest.mark.parametrize("tokenizer", ["13a", "intl", "zh", "char", "none"])
def test_a_tokenizer_that_is_asked_for_is_taken_for_every_language(tokenizer):
    for language in ("zh", "de"):
        assert f"tok:{tokenizer}|" in counted(Bleu(), tokenizer, language).signature


def test_chrf_has_no_tokenizer():
    gold, guess = SENTENCES["zh"]
    for tokenizer in ("13a", "zh", "char"):
        metric = counted(ChrF(), tokenizer, "zh")
        assert metric.variant == "" and "tok:" not in metric.signature
        oracle = sacrebleu.corpus_chrf([guess], [[gold]]).score
        assert 100 * metric.score(metric.statistics([gold], [guess])) == pytest.approx(oracle)
