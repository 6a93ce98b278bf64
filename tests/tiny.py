"""Tiny real backbones with random weights, a task that shows hidden states, and batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
)

from hyperadapters.context import Row
from hyperadapters.forms import Linear
from hyperadapters.method import Method
from hyperadapters.metrics import Accuracy, Loss, Metric
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.tasks.base import Head, Task, View
from hyperadapters.tasks.batch import Batch, Encoded, Share

ENCODERS = ("bert", "roberta", "xlm-roberta", "distilbert")
SEQ2SEQ = ("t5", "mt5", "marian", "m2m_100", "mbart")
DECODERS = ("llama", "qwen2", "qwen3", "gemma3_text")
FAMILIES = (*ENCODERS, *SEQ2SEQ, *DECODERS)

_BERT = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.3,
}
_T5 = {
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 24,
    "num_layers": 2,
    "num_heads": 2,
    "dropout_rate": 0.0,
    "decoder_start_token_id": 0,
}
_BART = {
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "max_position_embeddings": 64,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
    "forced_eos_token_id": None,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "init_std": 0.3,
}
_LLAMA = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,  # narrower than what queries are
    "head_dim": 6,  # and all heads together wider than the model
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "bos_token_id": 0,
}
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "bert": _BERT,
    "roberta": _BERT,
    "xlm-roberta": _BERT,
    "distilbert": {
        "dim": 16,
        "n_layers": 2,
        "n_heads": 2,
        "hidden_dim": 24,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "initializer_range": 0.3,
    },
    "t5": _T5,
    "mt5": _T5,
    "marian": _BART,
    "m2m_100": _BART,
    "mbart": _BART,
    "llama": _LLAMA,
    "qwen2": _LLAMA,
    "qwen3": _LLAMA,
    "gemma3_text": {
        **_LLAMA,
        "query_pre_attn_scalar": 6,
        "sliding_window": 4,
        "layer_types": ["sliding_attention", "full_attention"],
    },
}


def backbone(family: str, *, seed: int = 0, dtype: torch.dtype = torch.float64) -> Any:
    """A two-layer model of 16 features and 40 token ids, in evaluation mode."""
    torch.manual_seed(seed)
    shape = AutoConfig.for_model(family, vocab_size=40, **SHAPES[family])
    autos = dict.fromkeys(SEQ2SEQ, AutoModelForSeq2SeqLM)
    autos |= dict.fromkeys(DECODERS, AutoModelForCausalLM)
    model = autos.get(family, AutoModelForMaskedLM).from_config(shape)
    for name, parameter in model.named_parameters():  # norms that differ from one and zero
        if "norm" in name.lower():
            nn.init.normal_(parameter, 1.0 if name.endswith("weight") else 0.0, 0.2)
    return model.to(dtype).eval()


@dataclass(frozen=True)
class Probe(Task):
    """A task whose logits are the hidden states, or what its heads give side by side, and whose
    loss is their weighted sum.
    """

    name: str = "probe"
    metric: Metric = Accuracy()
    heads: Mapping[str, Head] = field(default_factory=dict, hash=False)

    def encode(self, tokenizer: Any, example: Any, length: int) -> Encoded:
        raise TypeError("a probe has no text")

    def targets(
        self, encoded: Sequence[Encoded], tokens: int, generator: torch.Generator
    ) -> tuple[Mapping[str, Tensor], Tensor | None]:
        return {}, None

    def logits(self, view: View, hidden: Tensor, share: Share) -> Tensor:
        if not self.heads:
            return hidden
        given = []
        for part, head in self.heads.items():
            times = (head.width_in or hidden.shape[-1]) // hidden.shape[-1]
            read = hidden.repeat(1, 1, times)
            given.append(view.head(self.name, part, read, share.examples))
        return torch.cat(given, dim=-1)

    def loss(self, logits: Tensor, share: Share, *, smoothing: float = 0.0) -> Loss:
        weights = torch.linspace(-1, 1, logits[0].numel(), dtype=logits.dtype)
        return Loss((logits.flatten(1) * weights).sum(), torch.tensor(len(logits)))

    def statistics(self, logits: Tensor, share: Share) -> list[tuple[float, ...]]:
        return []


def batch(family: str, examples: int, *, seed: int = 0, task: str = "probe") -> Batch:
    """Random token ids, with padding at the end of every second example."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(5, 40, (examples, 6), generator=generator)
    mask = torch.ones_like(ids)
    mask[1::2, 4:] = 0
    inputs = {"input_ids": ids, "attention_mask": mask}
    if family in SEQ2SEQ:
        inputs["decoder_input_ids"] = torch.randint(5, 40, (examples, 5), generator=generator)
    return Batch(inputs, {task: Share(torch.arange(examples), {})}, (Row(),) * examples)


def take(whole: Batch, examples: Sequence[int]) -> Batch:
    """Some examples of a batch of one task, in the order given."""
    index = torch.tensor(list(examples))
    inputs = {name: tensor[index] for name, tensor in whole.inputs.items()}
    (task,) = whole.shares
    return Batch(inputs, {task: Share(torch.arange(len(index)), {})}, (Row(),) * len(index))


HEADS: Mapping[str, Head] = {"labels": Head(Linear(4)), "pairs": Head(Linear(3), width_in=32)}
"""One that reads hidden states, one that reads vectors twice as wide."""


def adapted(
    method: Method,
    rows: Sequence[Row],
    *,
    family: str = "bert",
    model: Any = None,
    seed: int = 1,
    scale: float = 0.4,
) -> AdaptedModel:
    """An adapted tiny backbone whose adapters' free parameters are all drawn from N(0, scale²); its
    probe has heads where an adapter writes them.
    """
    model = backbone(family) if model is None else model
    written = any(adapter.at_heads for adapter in method.adapters)
    probe = Probe(heads=HEADS if written else {})
    result = adapt(model, method, tasks=[probe], rows=rows).to(model.dtype).eval()
    redraw(result, seed=seed, scale=scale)
    return result


def redraw(model: AdaptedModel, *, seed: int, scale: float) -> None:
    """Draws every adapter parameter anew, so that adapters bite."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.adapters.parameters():
        with torch.no_grad():
            values = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(values * scale)
