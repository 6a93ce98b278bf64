"""Which tokenizer of `sacrebleu` cuts the texts of a language into the words that BLEU counts."""

from functools import cache, lru_cache
from typing import Literal

from hyperadapters.data.languages import script_of
from hyperadapters.errors import ConfigError
from hyperadapters.metrics import Metric

__all__ = ["Tokenize", "counted"]

Tokenize = Literal["auto", "13a", "intl", "zh", "ja-mecab", "ko-mecab", "char", "none"]
"""Those that need no download, and `auto`: the one of the target language."""

_BY_SCRIPT = {
    **dict.fromkeys(("Hans", "Hant", "Hani"), "zh"),
    "Jpan": "ja-mecab",
    "Kore": "ko-mecab",
    **dict.fromkeys(("Thai", "Laoo", "Khmr", "Mymr", "Tibt"), "char"),
}
"""Scripts without blanks between words, of which `13a` makes one word a sentence; and Korean, as
`sacrebleu` has it.
"""
_PACKAGES = {"ja-mecab": "sacrebleu[ja]", "ko-mecab": "sacrebleu[ko]"}


@lru_cache(maxsize=4096)
def counted(metric: Metric, tokenize: Tokenize, language: str) -> Metric:
    """A metric as it counts texts in a language.

    Args:
        tokenize: `auto` for `zh`, `ja-mecab`, `ko-mecab` or `char` by the language's script, `13a`
            for the others; where one of `mecab` is not installed, `char`.

    Raises:
        ConfigError: a tokenizer that is asked for by its name is not installed.
    """
    if tokenize != "auto":
        if not _installed(tokenize):
            raise ConfigError(
                f"the tokenizer `{tokenize}` is not installed",
                where="`tokenize` of a task",
                expected="one that `sacrebleu` can load",
                remedy=f'`pip install "{_PACKAGES[tokenize]}"`, or set `tokenize: char`',
            )
        return metric.cut_by(tokenize)
    right = _BY_SCRIPT.get(script_of(language) or "", "13a")
    return metric.cut_by(right) if _installed(right) else metric.cut_by("char", right)


@cache
def _installed(tokenizer: str) -> bool:
    """Whether `sacrebleu` can load a tokenizer; those of `mecab` are packages of their own."""
    if tokenizer not in _PACKAGES:
        return True
    from sacrebleu.metrics.bleu import BLEU

    try:
        BLEU(tokenize=tokenizer)
    except RuntimeError:
        return False
    return True
