"""How a backbone reads an input and writes a target: an encoder, two towers, or a decoder alone."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, final

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hyperadapters.backbones.beams import TokenSearch
from hyperadapters.backbones.searching import Keep, Loop, Steps
from hyperadapters.sites import Tower

__all__ = ["DecoderOnly", "EncoderDecoder", "EncoderOnly", "Inputs", "Towers", "joined"]

Inputs = Mapping[str, Tensor]
"""`input_ids` and `attention_mask`, padded behind their ends, and what else a model takes;
`decoder_input_ids` are what is written, behind the token that a decoder begins with.
"""
Model = Any
States = Float[Tensor, "example token d_model"]


class Towers(ABC):
    """How models of one kind read and write.

    Attributes:
        auto: the class of `transformers` that makes them with their language-model head.
        steps: how one that writes goes on, token by token.
        sharing: how many texts, the one that is read and the one that is written, share the
            positions of a model.
        whole: whether the output layer is of the backbone, as pre-trained as the rest of it, and
            not a head that is trained with adapters or may be fresh.
        writes: what `peft` calls the task of such a model that writes text; None for one that
            writes none.
    """

    auto: ClassVar[str]
    steps: ClassVar[Steps]
    sharing: ClassVar[int] = 1
    whole: ClassVar[bool] = False
    writes: ClassVar[str | None] = None

    @abstractmethod
    def tower(self, inputs: Inputs) -> Tower:
        """The tower whose states `read` gives."""

    @abstractmethod
    def read(self, model: Model, inputs: Inputs) -> States:
        """The last hidden states: one per token that is written where something is, else one per
        token that is read.
        """

    def generate(self, model: Model, inputs: Mapping[str, Any]) -> Int[Tensor, "example found"]:
        """What the model's own `generate` writes, without what it read."""
        found: Tensor = model.generate(**inputs)
        return found

    def search(
        self, model: Model, search: TokenSearch, keep: Keep, inputs: Mapping[str, Any]
    ) -> Int[Tensor, "example found"]:
        """What a search finds, by the rules of the model's own `generate`; sentences leave the
        batch when they are done.

        Args:
            keep: told which remain.
            inputs: as of `generate`, without those that choose another search.
        """
        loop = Loop(self.steps, search, keep)
        given = {**inputs, "cache_implementation": "dynamic", "use_cache": True}
        given |= {"num_beams": 1, "num_return_sequences": 1}  # the loop repeats sentences itself
        if not (model.generation_config.min_new_tokens or given.get("min_new_tokens")):
            given.pop("min_new_tokens", None)  # or none at least would be a rule of every step
        return self.generate(model, {**given, "custom_generate": loop})


@final
class EncoderOnly(Towers):
    """A model that writes nothing."""

    auto = "AutoModelForMaskedLM"

    def tower(self, inputs: Inputs) -> Tower:
        """The only one."""
        return "encoder"

    def read(self, model: Model, inputs: Inputs) -> States:
        """Of every token that is read."""
        hidden: Tensor = model.base_model(**inputs).last_hidden_state
        return hidden


@final
class _Decoding(Steps):
    """Of a decoder beside an encoder, which has read before."""

    def inputs(self, before: Mapping[str, Any], tokens: Tensor) -> dict[str, Any]:
        """The encoder's states and the mask of what it read stay."""
        return {**before, "decoder_input_ids": tokens}

    def caches(self, cache: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        """What was read is the same for all sequences of a sentence."""
        return [cache.self_attention_cache], [cache.cross_attention_cache]


@final
class EncoderDecoder(Towers):
    """A model whose encoder reads, and whose decoder writes."""

    auto = "AutoModelForSeq2SeqLM"
    steps = _Decoding()
    writes = "SEQ_2_SEQ_LM"

    def tower(self, inputs: Inputs) -> Tower:
        """The decoder where something is written."""
        return "decoder" if "decoder_input_ids" in inputs else "encoder"

    def read(self, model: Model, inputs: Inputs) -> States:
        """Of the decoder where something is written, else of the encoder."""
        mask = inputs["attention_mask"]
        encoded = model.get_encoder()(input_ids=inputs["input_ids"], attention_mask=mask)
        hidden: Tensor = encoded.last_hidden_state
        if "decoder_input_ids" in inputs:
            hidden = model.get_decoder()(
                input_ids=inputs["decoder_input_ids"],
                encoder_hidden_states=hidden,
                encoder_attention_mask=mask,
                use_cache=False,
            ).last_hidden_state
        return hidden


@final
class _GoingOn(Steps):
    """Of a decoder alone, whose padding is before what it reads."""

    def inputs(self, before: Mapping[str, Any], tokens: Tensor) -> dict[str, Any]:
        """A mask that grows, and the places of the tokens behind the padding."""
        mask = before.get("attention_mask")
        if "input_ids" in before:
            mask = torch.cat([before["attention_mask"], torch.ones_like(tokens)], 1)
        mask = torch.ones_like(tokens) if mask is None else mask
        places = (mask.cumsum(1) - 1).clamp(min=0)[:, -tokens.shape[1] :]
        own = {"input_ids": tokens, "attention_mask": mask, "position_ids": places}
        return {**before, **own}

    def caches(self, cache: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        """What is read and what is written are one sequence."""
        return [cache], []


_STARTS = ("decoder_start_token_id", "decoder_input_ids")
"""What a decoder of its own begins with."""


@final
class DecoderOnly(Towers):
    """A model that goes on with what it reads: both texts are one sequence.

    The last token that is read stands in the place of the one that a decoder of its own begins
    with: its state gives the first token that is written.
    """

    auto = "AutoModelForCausalLM"
    steps = _GoingOn()
    sharing = 2
    whole = True
    writes = "CAUSAL_LM"

    def tower(self, inputs: Inputs) -> Tower:
        """The only one."""
        return "decoder"

    def read(self, model: Model, inputs: Inputs) -> States:
        """Of every token that is written, or of those that are read where nothing is."""
        if "decoder_input_ids" not in inputs:
            return _states(model, inputs["input_ids"], inputs["attention_mask"])
        one = joined(inputs)
        hidden = _states(model, one.ids, one.mask)
        return hidden.gather(1, one.writing.unsqueeze(-1).expand(-1, -1, hidden.shape[-1]))

    def generate(self, model: Model, inputs: Mapping[str, Any]) -> Int[Tensor, "example found"]:
        """What follows what is read; padding is moved before it, since the model goes on behind the
        last place, whatever is there.
        """
        given = {name: value for name, value in inputs.items() if name not in _STARTS}
        ids = given["input_ids"]
        mask = given.get("attention_mask", torch.ones_like(ids))
        order = mask.argsort(dim=1, stable=True)
        given["input_ids"], given["attention_mask"] = ids.gather(1, order), mask.gather(1, order)
        found: Tensor = model.generate(**given)
        return found[:, ids.shape[1] :]


class _Joined(NamedTuple):
    """What is read and what is written behind it, example by example.

    Args:
        ids: of both, padded behind their ends with whatever is there.
        mask: of both; padding of what is written counts, and only what is behind it sees it.
        writing: per token that is written, the place before it.
    """

    ids: Int[Tensor, "example token"]
    mask: Int[Tensor, "example token"]
    writing: Int[Tensor, "example written"]


def joined(inputs: Inputs) -> _Joined:
    """Both texts of each example as one sequence."""
    read, mask, written = (
        inputs[name] for name in ("input_ids", "attention_mask", "decoder_input_ids")
    )
    lengths = mask.sum(1, keepdim=True)
    both = torch.cat([read, written[:, 1:]], 1)
    places = torch.arange(both.shape[1], device=both.device)
    behind = places - lengths  # of what is written, where it is not below zero
    source = torch.where(behind < 0, places, behind + read.shape[1]).clamp(max=both.shape[1] - 1)
    inside = (behind < written.shape[1] - 1).to(mask.dtype)
    steps = torch.arange(written.shape[1], device=both.device)
    return _Joined(both.gather(1, source), inside, lengths - 1 + steps)


def _states(model: Model, ids: Tensor, mask: Tensor) -> States:
    # Not `base_model`: Gemma 3 of transformers 4.57 gives itself there.
    hidden: Tensor = model.get_decoder()(
        input_ids=ids, attention_mask=mask, use_cache=False
    ).last_hidden_state
    return hidden
