"""How a model is told the languages of a direction: tokens around a source and before a target."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, final

from hyperadapters.errors import BackboneError, nearest
from hyperadapters.tasks.base import Tokenizer

__all__ = ["LanguageTokens", "Marking", "Marks", "TargetToken", "target_token"]


class Marks(NamedTuple):
    """Token ids of a direction.

    Args:
        before: the source.
        behind: the source.
        start: what the decoder is given before the target.
    """

    before: tuple[int, ...]
    behind: tuple[int, ...]
    start: tuple[int, ...]


class Marking(ABC):
    """A way to mark directions.

    Attributes:
        given: how many tokens the decoder is given.
    """

    given: int

    @abstractmethod
    def marks(self, tokenizer: Tokenizer, direction: tuple[str, str]) -> Marks:
        """The tokens of a direction.

        Raises:
            BackboneError: the tokenizer has no token for one of its languages.
        """

    @abstractmethod
    def tokens(self, languages: Sequence[str]) -> tuple[str, ...]:
        """What a vocabulary that is learned must have for some languages."""


def target_token(language: str) -> str:
    """The token that stands for a target language, at the beginning of both sides."""
    return f"<2{language}>"


@final
@dataclass(frozen=True)
class TargetToken(Marking):
    """A token of the target language begins both sides: `<2en> x </s>`, and `<2en> y </s>`.

    Baziotis et al. (2022), section 4; for vocabularies that this library learns.
    """

    given = 1

    def marks(self, tokenizer: Tokenizer, direction: tuple[str, str]) -> Marks:
        """See `Marking`."""
        first = _target_id(tokenizer, direction[1])
        return Marks((first,), (tokenizer.eos_token_id,), (first,))

    def tokens(self, languages: Sequence[str]) -> tuple[str, ...]:
        """One per language."""
        return tuple(map(target_token, languages))


@final
@dataclass(frozen=True)
class LanguageTokens(Marking):
    """The language tokens of a pre-trained model for translation, such as NLLB or mBART-50.

    The source is what the tokenizer makes of a text in the source language (`eng_Latn x </s>`);
    the decoder is given `</s>` and the token of the target language, neither of which is learned
    (NLLB Team, 2022; Tang et al., 2020).

    Args:
        named: language -> its token: `{"en": "eng_Latn"}`.
    """

    named: Mapping[str, str] = field(hash=False)
    given = 2

    def marks(self, tokenizer: Tokenizer, direction: tuple[str, str]) -> Marks:
        """See `Marking`."""
        source, target = (self._token(language) for language in direction)
        (before, behind), (start, _) = (
            _around(tokenizer, len(tokenizer), code) for code in (source, target)
        )
        if len(start) != 1:
            raise BackboneError(
                "the tokenizer does not begin a text with the token of its language",
                expected="one like that of NLLB or mBART-50",
                found=f"{len(start)} tokens before a text in `{target}`",
                cause="a tokenizer that puts the language behind a text, such as that of mBART-25",
            )
        return Marks(before, behind, (tokenizer.eos_token_id, *start))

    def tokens(self, languages: Sequence[str]) -> tuple[str, ...]:
        """Those of the languages."""
        return tuple(map(self._token, languages))

    def _token(self, language: str) -> str:
        if language in self.named:
            return self.named[language]
        raise BackboneError(
            f"no token is named for the language `{language}`",
            where="`language_tokens` of the task",
            expected=f"one beside those of {', '.join(self.named)}",
            remedy=f"add it, such as `language_tokens: {{{language}: ...}}`",
        )


@lru_cache(maxsize=512)
def _around(tokenizer: Any, size: int, code: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What a tokenizer puts before and behind a text in a language; it is left as it was.

    Args:
        size: `len(tokenizer)`, by which tokens that were added since are noticed.
    """
    if not hasattr(tokenizer, "set_src_lang_special_tokens"):
        raise BackboneError(
            "the tokenizer has no language tokens of its own",
            expected="one of a pre-trained model for translation, such as NLLB or mBART-50",
            found=f"`{type(tokenizer).__name__}`",
            remedy="leave `language_tokens` out: a vocabulary that is learned has `<2en>`",
        )
    marks = {one for one in tokenizer.special_tokens_map.values() if isinstance(one, str)}
    known = [token for token in tokenizer.all_special_tokens if token not in marks]
    if code not in known:
        close = nearest(code, known)
        raise BackboneError(
            f"the tokenizer has no token `{code}`",
            where="`language_tokens` of the task",
            expected="the name of a language as the tokenizer writes it",
            remedy=f"did you mean `{close}`?" if close else None,
        )
    before = tokenizer.src_lang
    tokenizer.set_src_lang_special_tokens(code)
    found = tuple(tokenizer.prefix_tokens), tuple(tokenizer.suffix_tokens)
    tokenizer.set_src_lang_special_tokens(before)
    return found


def _target_id(tokenizer: Tokenizer, language: str) -> int:
    token = target_token(language)
    found = tokenizer.convert_tokens_to_ids(token)
    if found is None or found == tokenizer.unk_token_id:
        raise BackboneError(
            f"the tokenizer has no token `{token}`",
            expected="one for every target language",
            cause="the language was in no training direction when the vocabulary was learned, or "
            "the tokenizer is that of a pre-trained model",
            remedy=f"train a direction into `{language}`, or take it out of the run file; for a "
            "pre-trained model name its own tokens: `language_tokens: {en: eng_Latn, ...}`",
        )
    return int(found)
