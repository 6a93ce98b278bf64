"""Searches: with which tokens the sentences of a batch go on, from the scores of the next ones."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Protocol, final, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import pad

__all__ = ["BeamSearch", "GreedySearch", "Rules", "TokenSearch", "State"]

_NEVER = -1e9
"""What a sequence is worth that must not be chosen, as in `transformers`."""

Tokens = Int[Tensor, "sequence token"]
Scores = Float[Tensor, "sequence token_id"]


@dataclass(frozen=True)
class Rules:
    """What a search goes by besides the scores of the model.

    Args:
        changed: scores of the next tokens, from what is written and the scores of the model.
        ends: whether a sequence ends with its last token.
        given: tokens that each sentence begins with.
        most: tokens of a sentence, with those.
        ids: how many tokens are ends.
        filler: the token behind an end.
        early: as `early_stopping` of `transformers`: when a beam search has enough.
    """

    changed: Callable[[Tokens, Scores], Scores]
    ends: Callable[[Tokens], Bool[Tensor, " sequence"]]
    given: int
    most: int
    ids: int
    filler: int
    early: bool | str


@runtime_checkable
class State(Protocol):
    """How far a search is; the first axis of every tensor is that of the sentences."""

    @property
    def tokens(self) -> Int[Tensor, "sentence beam token"]:
        """Of the sequences that go on, with those that they began with."""

    @property
    def parents(self) -> Int[Tensor, "sentence beam"] | None:
        """The sequence before that each of them continues; None where each continues itself."""

    @property
    def best(self) -> Int[Tensor, "sentence token"]:
        """The best that was found, filled up behind its end."""

    @property
    def done(self) -> Bool[Tensor, " sentence"]:
        """Whether nothing better can be found."""

    def taken(self, sentences: Int[Tensor, " _"]) -> "State":
        """The same of some of the sentences."""


class TokenSearch(ABC):
    """A way to choose the tokens of sentences, with the results of `generate` of `transformers`.

    Attributes:
        beams: sequences of a sentence.
    """

    beams: int

    @abstractmethod
    def begun(self, tokens: Int[Tensor, "sentence token"], rules: Rules) -> State:
        """Before the first token."""

    @abstractmethod
    def step(self, state: Any, logits: Scores, rules: Rules) -> State:
        """One token further.

        Args:
            state: as `begun` or `step` gave it.
            logits: of the next token of every sequence, sentence by sentence, in float32.
        """


@final
@dataclass(frozen=True)
class _Line:
    """One sequence per sentence, which is the best that is found."""

    tokens: Int[Tensor, "sentence one token"]
    done: Bool[Tensor, " sentence"]

    @property
    def parents(self) -> None:
        """Each continues itself."""
        return None

    @property
    def best(self) -> Int[Tensor, "sentence token"]:
        """The only one."""
        return self.tokens[:, 0]

    def taken(self, sentences: Int[Tensor, " _"]) -> "_Line":
        """The same of some of the sentences."""
        return replace(self, **_taken(self, sentences))


@final
@dataclass(frozen=True)
class GreedySearch(TokenSearch):
    """The most probable token after another, up to an end."""

    beams = 1

    def begun(self, tokens: Int[Tensor, "sentence token"], rules: Rules) -> State:
        """Before the first token."""
        return _Line(tokens[:, None], torch.zeros_like(tokens[:, 0], dtype=torch.bool))

    def step(self, state: Any, logits: Scores, rules: Rules) -> State:
        """Fillers for sentences that have ended."""
        found = rules.changed(state.best, logits).argmax(-1)
        found = found.masked_fill(state.done, rules.filler)
        tokens = torch.cat([state.tokens, found[:, None, None]], -1)
        return _Line(tokens, state.done | rules.ends(tokens[:, 0]))


@final
@dataclass(frozen=True)
class _Beam:
    """Sequences that go on, and the scores of those that have ended.

    Args:
        scores: the log-probability of each sequence that goes on, the best first.
        finished: log-probability per token of the best that have ended, the best first.
        filled: which of these places are taken.
    """

    tokens: Int[Tensor, "sentence beam token"]
    parents: Int[Tensor, "sentence beam"]
    scores: Float[Tensor, "sentence beam"]
    finished: Float[Tensor, "sentence beam"]
    filled: Bool[Tensor, "sentence beam"]
    best: Int[Tensor, "sentence token"]
    done: Bool[Tensor, " sentence"]

    def taken(self, sentences: Int[Tensor, " _"]) -> "_Beam":
        """The same of some of the sentences."""
        return replace(self, **_taken(self, sentences))


@final
@dataclass(frozen=True)
class BeamSearch(TokenSearch):
    """Beam search: the sequence whose log-probability per token is the highest of those found, as
    `transformers` has it with a length penalty of one.

    Args:
        beams: at least two.
    """

    beams: int

    def begun(self, tokens: Int[Tensor, "sentence token"], rules: Rules) -> State:
        """All sequences are alike; only the first of each sentence counts."""
        scores = torch.full((len(tokens), self.beams), _NEVER, device=tokens.device)
        return _Beam(
            tokens[:, None].expand(-1, self.beams, -1),
            torch.zeros_like(scores, dtype=torch.long),
            scores.index_fill(1, torch.zeros_like(tokens[0, :1]), 0.0),
            scores,
            torch.zeros_like(scores, dtype=torch.bool),
            tokens,
            torch.zeros_like(tokens[:, 0], dtype=torch.bool),
        )

    def step(self, state: Any, logits: Scores, rules: Rules) -> State:
        """Of all continuations the best; those that end stand aside."""
        continued = _continued(state, logits, rules)
        going, chosen = (continued.scores + continued.ends * _NEVER).topk(self.beams)
        stands = _stands(state, continued, rules)
        return _Beam(
            _at(continued.tokens, chosen),
            continued.parents.gather(1, chosen),
            going,
            *stands,
            done=state.done | _final(going[:, 0], stands, continued.tokens.shape[-1], rules),
        )


class _Continued(NamedTuple):
    """The best continuations of all sequences of each sentence, the best first."""

    tokens: Int[Tensor, "sentence continuation token"]
    scores: Float[Tensor, "sentence continuation"]
    parents: Int[Tensor, "sentence continuation"]
    ends: Bool[Tensor, "sentence continuation"]


class _Stands(NamedTuple):
    """What has ended, as a `_Beam` has it."""

    finished: Float[Tensor, "sentence beam"]
    filled: Bool[Tensor, "sentence beam"]
    best: Int[Tensor, "sentence token"]


def _continued(state: _Beam, logits: Scores, rules: Rules) -> _Continued:
    """So many that as many as there are beams do not end."""
    added = rules.changed(state.tokens.flatten(0, 1), logits.log_softmax(-1))
    sums = added.view(*state.scores.shape, -1).add_(state.scores[:, :, None])
    number = max(2, 1 + rules.ids) * state.scores.shape[1]
    scores, places = sums.flatten(1).topk(number)
    parents, ids = places // added.shape[-1], places % added.shape[-1]
    tokens = torch.cat([_at(state.tokens, parents), ids[:, :, None]], -1)
    ends = rules.ends(tokens.flatten(0, 1)).view(scores.shape)
    return _Continued(tokens, scores, parents, ends)


def _stands(state: _Beam, continued: _Continued, rules: Rules) -> _Stands:
    """With what ends now; only a continuation that is among the best as many as there are beams
    counts.
    """
    beams, length = state.scores.shape[1], continued.tokens.shape[-1]
    places = torch.arange(continued.ends.shape[1], device=continued.ends.device)
    ended = continued.ends & (places < beams)
    worth = continued.scores / (length - rules.given)
    worth = worth + (~ended | state.done[:, None]) * _NEVER
    finished, which = torch.cat([state.finished, worth], 1).topk(beams)
    filled = torch.cat([state.filled, ended], 1).gather(1, which)
    first = which[:, :1]
    newest = _at(continued.tokens, (first - beams).clamp(min=0))[:, 0]
    before = pad(state.best, (0, 1), value=rules.filler)
    return _Stands(finished, filled, torch.where(first < beams, before, newest))


def _final(
    leading: Float[Tensor, " sentence"], stands: _Stands, length: int, rules: Rules
) -> Bool[Tensor, " sentence"]:
    """Whether as many have ended as there are beams, and the best that goes on is worse per token;
    with `early`, whether they have.

    Args:
        leading: the log-probability of the best that goes on.
        length: of every sequence.
    """
    tokens = (rules.most if rules.early == "never" else length) - rules.given
    worse = leading / tokens <= stands.finished[:, -1]
    return stands.filled.all(1) & (worse | (rules.early is True))


def _taken(state: "_Line | _Beam", sentences: Int[Tensor, " _"]) -> dict[str, Tensor]:
    """All tensors of a state, of some of its sentences."""
    own = {each.name: getattr(state, each.name) for each in fields(state)}
    return {name: tensor.index_select(0, sentences) for name, tensor in own.items()}


def _at(
    sequences: Int[Tensor, "sentence beam token"], places: Int[Tensor, "sentence place"]
) -> Int[Tensor, "sentence place token"]:
    """Sequences of each sentence by their places."""
    return sequences.take_along_dim(places[:, :, None], 1)
