"""Generated LoRA: one hypernetwork writes low-rank updates of the backbone's linear maps."""

from collections.abc import Mapping
from typing import Literal

from hyperadapters.forms import LoRA, Norm
from hyperadapters.method import HEADS, Adapter, Method, Phase
from hyperadapters.methods.scale import free_scale
from hyperadapters.providers import Learned, Plan, hypernetwork, table
from hyperadapters.sites import Where

__all__ = ["hyper_x_lora"]

Maps = Literal["query-value", "query-key-value", "all"]
"""Which linear maps of the backbone are updated."""
Norms = Literal["frozen", "trained"]
"""Whether the backbone's norms are trained beside the updates."""
Written = Literal["generated", "task", "pair"]
"""Whose the updates are: generated, or free ones per task, or per row."""
Conditioning = Literal["language", "direction"]
"""What they depend on: task and language, or source and target language."""

_FACTORS: Mapping[Conditioning, tuple[str, str]] = {
    "language": ("task", "language"),
    "direction": ("source_language", "target_language"),
}

_ATTENTION = ("query", "key", "value", "cross_query", "cross_key", "cross_value")
_OTHERS = ("attention_output", "cross_output", "ffn_in", "ffn_gate", "ffn_gated", "ffn_out")
_MAPS: Mapping[Maps, Where] = {
    "query-value": Where("query", "value", "cross_query", "cross_value"),
    "query-key-value": Where(*_ATTENTION),
    "all": Where(*_ATTENTION, *_OTHERS),
}
_TRAINED = Adapter(
    "norms",
    Norm(),
    Where("embedding_norm", "attention_norm", "cross_attention_norm", "ffn_norm", "final_norm"),
    table(),
)
_BESIDE: Mapping[Norms, tuple[Adapter, ...]] = {"frozen": (), "trained": (_TRAINED,)}


def _generated(
    factors: tuple[str, ...], code: int, hidden: int, embedding: int, pace: float
) -> Plan:
    encoder, heads = free_scale(hidden, code, pace=pace)
    return hypernetwork(
        {factor: Learned(embedding) for factor in factors},
        site={"layer": Learned(embedding), "position": Learned(embedding)},
        encoder=encoder,
        heads=heads,
    )


def hyper_x_lora(
    name: str = "hyper-x-lora",
    *,
    maps: Maps = "query-key-value",
    rank: int = 8,
    alpha: float = 16.0,
    code: int = 32,
    hidden: int = 192,
    embedding: int = 64,
    pace: float = 1.0,
    std: float = 0.02,
    norms: Norms = "frozen",
    weights: Written = "generated",
    conditioning: Conditioning = "language",
) -> Method:
    """Hyper-X with LoRA for its form: one hypernetwork writes the low-rank updates of the linear
    maps of every task, language and layer.

    `W·x + (alpha / rank)·B·A·x` in place of `W·x` (Hu et al., 2021, equation 3). A and B are
    generated from [task; language; layer; position]; position is which map of a layer it is. All
    sites of one shape share a head. Its scale is `free`: generated weights start as free ones do,
    A from N(0, `std`²) and B at zero, so that the start is the identity; what writes B has a
    gradient from the first update on. Üstün et al. (2022), equations 3 to 6, for the network.

    Args:
        name: of the resulting method.
        maps: query and value, query, key and value, or `all` linear maps of a layer; of both
            attentions where a layer has two.
        rank: of the updates.
        alpha: over `rank`, what updates are multiplied by.
        code: width of what the heads read.
        hidden: width inside the source projector.
        embedding: dimension of each of the four embeddings.
        pace: how many times faster than a generated weight a feature inside the network may move.
        std: of A at the start.
        norms: `trained` trains those of the backbone too.
        weights: `generated`; or free ones per `task`, or per `pair` of names, to compare with.
        conditioning: what they depend on: task and `language`, or for translation the `direction`,
            source and target language.

    Raises:
        ValueError: values out of range.
    """
    factors = _FACTORS[conditioning]
    plans: Mapping[Written, Plan] = {
        "generated": _generated(factors, code, hidden, embedding, pace),
        "task": table("task"),
        "pair": table(*factors),
    }
    lora = Adapter("lora", LoRA(rank, alpha, std), _MAPS[maps], plans[weights])
    adapters = (lora, *_BESIDE[norms])
    trained = frozenset({HEADS, *(adapter.name for adapter in adapters)})
    paper = "Hu et al. (2021); Üstün et al. (2022)"
    return Method(name, adapters, (Phase(trains=trained),), paper=paper)
