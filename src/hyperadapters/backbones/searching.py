"""The loop of a search: sentences whose best is found leave the batch, and the others go on."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers.utils import ModelOutput

from hyperadapters.backbones.beams import Rules, State, TokenSearch

__all__ = ["Keep", "Loop", "Steps"]

Keep = Callable[[Int[Tensor, " sentence"]], object]
"""Told which sentences of a batch remain, by their places in it."""

_LEAVE = 8
"""Sentences leave once one of so many is done: what they share is copied for those that remain."""


class Steps(ABC):
    """How a model goes on, token by token, with a cache."""

    @abstractmethod
    def inputs(
        self, before: Mapping[str, Any], tokens: Int[Tensor, "sequence token"]
    ) -> dict[str, Any]:
        """What a forward takes to go on with some tokens.

        Args:
            before: what the forward before took; at first what `generate` of `transformers` made.
            tokens: that follow; at first all that there are.
        """

    @abstractmethod
    def caches(self, cache: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        """The parts of a cache in which the sequences of a sentence differ, and those in which they
        are alike.
        """


@final
@dataclass(frozen=True)
class Loop:
    """A search in place of those of `transformers`: its `generate` takes it as `custom_generate`,
    after it has prepared all that a search needs.

    In the first forward sentences are not repeated for the beams. What the beams of a sentence
    share, such as the keys of what was read, is computed once, repeated once, and copied only when
    sentences leave.

    Args:
        steps: of the model.
        search: chooses tokens.
        keep: called when sentences leave, before the next forward.
    """

    steps: Steps
    search: TokenSearch
    keep: Keep

    def __call__(
        self,
        model: Any,
        input_ids: Int[Tensor, "sentence token"],
        logits_processor: Any,
        stopping_criteria: Any,
        generation_config: Any,
        **given: Any,
    ) -> Int[Tensor, "sentence found"]:
        """What is found for each sentence, behind what it begins with, up to its end."""
        rules = _rules(input_ids, logits_processor, stopping_criteria, generation_config)
        found = input_ids.new_full((len(input_ids), rules.most), rules.filler)
        going = torch.arange(len(input_ids), device=input_ids.device)
        batch = _Batch(self.steps, model, given)
        logits = batch.read(input_ids)
        rows = going.repeat_interleave(self.search.beams)
        batch.take(rows)
        state = self.search.step(
            self.search.begun(input_ids, rules), logits.index_select(0, rows), rules
        )
        while True:
            stay = _staying(state, rules)
            if stay is not None:
                found[going, : state.best.shape[1]] = state.best
                if not len(stay):
                    return found[:, : state.best.shape[1]]
                state, going = state.taken(stay), going[stay]
                self.keep(stay)
            batch.follow(state, stay)
            logits = batch.read(state.tokens[:, :, -1:].flatten(0, 1))
            state = self.search.step(state, logits, rules)


def _rules(ids: Tensor, processors: Any, criteria: Any, config: Any) -> Rules:
    """What `generate` prepared, as a search takes it."""
    ends, filler = config._eos_token_tensor, config._pad_token_tensor
    return Rules(
        changed=processors,
        ends=lambda tokens: criteria(tokens, None),
        given=ids.shape[1],
        most=config.max_length,
        ids=0 if ends is None else len(ends),
        filler=0 if filler is None else int(filler),
        early=config.early_stopping,
    )


def _staying(state: State, rules: Rules) -> Int[Tensor, " sentence"] | None:
    """The sentences that remain where some leave: all are done at the greatest length."""
    if state.best.shape[1] == rules.most:
        return torch.arange(0, device=state.done.device)
    stay = (~state.done).nonzero().squeeze(1)
    leave = len(state.done) - len(stay)
    return stay if leave * _LEAVE >= len(state.done) else None


@final
class _Batch:
    """The sequences of a batch, sentence by sentence, as far as a model has read them."""

    def __init__(self, steps: Steps, model: Any, given: Mapping[str, Any]) -> None:
        self._steps, self._model, self._inputs = steps, model, dict(given)
        self._own, self._shared = steps.caches(given["past_key_values"])

    def read(self, tokens: Int[Tensor, "sequence token"]) -> Float[Tensor, "sequence token_id"]:
        """The logits of the next token of each sequence, which goes on with some tokens."""
        self._inputs = self._steps.inputs(self._inputs, tokens)
        output = self._model(**self._inputs, return_dict=True)
        logits: Tensor = output.logits[:, -1].float()
        return logits

    def take(self, sequences: Int[Tensor, " sequence"]) -> None:
        """Goes on with these."""
        _reorder(self._own, sequences)
        self._take_shared(sequences)

    def follow(self, state: State, stay: Int[Tensor, " sentence"] | None) -> None:
        """Goes on with the sequences of a state, of the sentences that remain where some leave."""
        sentences, beams, _ = state.tokens.shape
        places = torch.arange(sentences, device=state.tokens.device) if stay is None else stay
        first = places[:, None] * beams
        same = torch.arange(beams, device=first.device)
        if stay is not None:
            self._take_shared((first + same).flatten())
        if stay is not None or state.parents is not None:
            parents = same if state.parents is None else state.parents
            _reorder(self._own, (first + parents).flatten())

    def _take_shared(self, sequences: Int[Tensor, " sequence"]) -> None:
        _reorder(self._shared, sequences)
        self._inputs = _taken(self._inputs, sequences)


def _reorder(caches: Sequence[Any], sequences: Int[Tensor, " sequence"]) -> None:
    for cache in caches:
        cache.reorder_cache(sequences)


def _taken(inputs: Mapping[str, Any], sequences: Int[Tensor, " sequence"]) -> dict[str, Any]:
    """Some sequences of what a forward takes."""
    return {name: _of(value, sequences) for name, value in inputs.items()}


def _of(value: Any, sequences: Int[Tensor, " sequence"]) -> Any:
    if isinstance(value, Tensor):
        return value.index_select(0, sequences)
    if isinstance(value, ModelOutput):
        return type(value)(**_taken(value, sequences))
    return value
