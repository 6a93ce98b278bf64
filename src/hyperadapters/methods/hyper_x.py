"""Hyper-X (Üstün et al., 2022) and the baseline that it is measured against."""

from collections.abc import Callable, Mapping
from typing import Literal

from hyperadapters.forms import Bottleneck, Coupling, Norm
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase, Recipe
from hyperadapters.methods.entrance import Invertible, entrance
from hyperadapters.methods.scale import FREE_RATE, Scale, free_scale
from hyperadapters.providers import (
    Encoder,
    Heads,
    Learned,
    LinearHeads,
    Mlp,
    Plan,
    given_or,
    hypernetwork,
    summed,
    table,
)
from hyperadapters.sites import Where
from hyperadapters.slots import Normal

__all__ = ["NORMS", "full_fine_tuning", "hyper_x", "pair_table", "task_adapters"]

Shared = Literal["nothing", "task"]
"""What generated weights are added to: nothing, or free weights per task."""

NORMS = Where("embedding_norm", "attention_norm", "cross_attention_norm", "ffn_norm", "final_norm")
"""Every norm of a backbone, in whatever tower."""
_PAPER = "Üstün et al. (2022)"


def full_fine_tuning(name: str = "full-fine-tuning") -> Method:
    """Every weight of the backbone and of the heads is trained; nothing is added."""
    phase = Phase(trains=frozenset({BACKBONE, HEADS}))
    return Method(name, adapters=(), phases=(phase,), paper="Devlin et al. (2019)")


def _beside_norms(
    name: str,
    bottleneck: int,
    weights: Plan,
    paper: str,
    recipe: Recipe,
    below: tuple[Adapter, ...] = (),
) -> Method:
    """Adapters after the feed-forward sub-layers of a frozen backbone whose norms are trained, and
    others below them.
    """
    adapters = (
        *below,
        Adapter("adapters", Bottleneck(width=bottleneck), Where("ffn"), weights),
        Adapter("norms", Norm(), NORMS, table()),
    )
    trained = frozenset({*(adapter.name for adapter in adapters), HEADS})
    return Method(name, adapters, phases=(Phase(trains=trained, recipe=recipe),), paper=paper)


def task_adapters(name: str = "task-adapters", *, bottleneck: int = 256) -> Method:
    """An adapter per task, whatever the language, where Hyper-X has its generated ones.

    Houlsby et al. (2019), at the sites of Üstün et al. (2022). What a pair that was never trained
    on gets is what the task has; a network that knows the language too has to be worth more.

    Args:
        name: of the resulting method.
        bottleneck: width of the adapters.
    """
    return _beside_norms(name, bottleneck, table("task"), "Houlsby et al. (2019)", FREE_RATE)


def pair_table(name: str = "pair-table", *, bottleneck: int = 256) -> Method:
    """An adapter per pair of task and language, where Hyper-X has its generated ones.

    It has nothing for pairs that were never trained on. On those that were it has a weight of its
    own for everything that a hypernetwork of this shape generates.

    Args:
        name: of the resulting method.
        bottleneck: width of the adapters.
    """
    weights = table("task", "language")
    return _beside_norms(name, bottleneck, weights, "Houlsby et al. (2019)", FREE_RATE)


def _paper_scale(
    hidden: int, code: int, std: float, rescale: bool, pace: float
) -> tuple[Encoder, Heads]:
    start = Normal(std)
    return Mlp((hidden, code), initial=start), LinearHeads(rescale=rescale, initial=start)


def _free_scale(
    hidden: int, code: int, std: float, rescale: bool, pace: float
) -> tuple[Encoder, Heads]:
    if rescale:
        raise ValueError("codes of the scale `free` are divided already: `rescale` has no place")
    return free_scale(hidden, code, pace=pace)


_SCALES: Mapping[Scale, Callable[[int, int, float, bool, float], tuple[Encoder, Heads]]] = {
    "paper": _paper_scale,
    "free": _free_scale,
}
_RECIPES: Mapping[Scale, Recipe] = {"paper": Recipe(), "free": FREE_RATE}
_ADDED_TO: Mapping[Shared, Callable[[Plan], Plan]] = {
    "nothing": lambda generated: generated,
    "task": lambda generated: summed(table("task"), generated),
}


def hyper_x(
    name: str = "hyper-x-base",
    *,
    code: int = 192,
    bottleneck: int = 256,
    embedding: int = 64,
    hidden: int = 192,
    embedding_std: float = 1.0,
    vectors: str = "",
    frozen: bool = True,
    scale: Scale = "paper",
    std: float = 0.02,
    rescale: bool = False,
    pace: float = 1.0,
    shared: Shared = "nothing",
    invertible: Invertible = "none",
) -> Method:
    """Hyper-X: one hypernetwork writes the adapters of every task, language and layer.

    `A(z) = U·ReLU(D·z)` after the feed-forward sub-layer, before its residual. U, D and their
    biases are generated from [task; language; layer] through 192 → hidden → code and linear heads
    shared by all layers. The backbone's norms are trained, everything else of it is frozen. Üstün
    et al. (2022), equations 1 and 3–6; the released code where the paper is silent.

    Args:
        name: of the resulting method.
        code: width of what the heads read, d_p: 192 in Base, 32 in Small.
        bottleneck: width of the generated adapters.
        embedding: dimension of each of the three embeddings.
        hidden: width inside the source projector.
        embedding_std: standard deviation of the embeddings at the start.
        vectors: a file with the embedding of every language, in place of learned ones: typological
            features, say; `.safetensors`, `.json` or `.tsv`.
        frozen: leave these vectors as they are; otherwise training starts from them.
        scale: `paper`, or `free`: generated weights start as free ones do, and a learning rate
            moves them as far as free ones, whatever the widths (`Even`); 1e-3 where a run says
            none.
        std: of the projector's and the heads' weights at the start, in the scale of the paper.
        rescale: divide what is generated by √code, as hyper-adapters do; not in the paper.
        pace: in the scale `free`, how many times faster than a generated weight a feature inside
            the network may move.
        shared: what generated weights are added to: `nothing`, or free weights per `task`.
        invertible: a `coupling` where the encoder begins, undone before the output embedding, whose
            weights a second network writes from the embedding of the language, as MAD-X has free
            ones; or `none`, as the paper.

    Raises:
        ValueError: values out of range, `rescale` in the scale `free`, or `frozen` is false without
            `vectors`.
    """
    encoder, heads = _SCALES[scale](hidden, code, std, rescale, pace)
    learned = Learned(embedding, embedding_std)
    language = given_or(learned, vectors, frozen)
    written = hypernetwork(
        {"task": learned, "language": language},
        site={"layer": learned},
        encoder=encoder,
        heads=heads,
    )
    coupled = hypernetwork({"language": language}, encoder=encoder, heads=heads)
    below = entrance(invertible, Coupling(), coupled)
    weights = _ADDED_TO[shared](written)
    return _beside_norms(name, bottleneck, weights, _PAPER, _RECIPES[scale], below)
