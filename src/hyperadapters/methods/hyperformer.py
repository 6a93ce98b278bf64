"""HyperFormer and HyperFormer++ (Karimi Mahabadi et al., 2021), and the systems beside them."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from hyperadapters.forms import Form, Normalised
from hyperadapters.method import Adapter, Method, Recipe
from hyperadapters.methods.houlsby import (
    SITES,
    Size,
    Training,
    houlsby_bottleneck,
    multi_task,
    recipe_of,
    shared_norms,
    trained_norms,
)
from hyperadapters.methods.scale import Scale, at_free_rate, free_scale
from hyperadapters.providers import (
    BasisHeads,
    Direct,
    Encoder,
    Heads,
    Learned,
    LinearHeads,
    LowRankHeads,
    Mlp,
    Plan,
    each_tower,
    given_or,
    hypernetwork,
    table,
)
from hyperadapters.slots import Normal

__all__ = ["hyperformer", "hyperformer_plus_plus"]

Block = Literal["bottleneck", "none"]
"""What is generated at a site beside a norm: projections, or nothing."""
InnerNorm = Literal["generated", "shared"]
"""Whose the norm of an adapter is: its task's, or that of all tasks."""
Projector = Literal["mlp", "none"]
"""What is between the embedding of a task and the heads."""
BackboneNorms = Literal["trained", "frozen"]
"""What happens to the norms of the backbone."""
HeadKind = Literal["full", "low-rank", "basis"]
"""How many parameters the heads of a hypernetwork have."""

_PAPER = "Karimi Mahabadi et al. (2021)"


_BLOCKS: Mapping[Block, Callable[[int, float, float], Form]] = {
    "bottleneck": houlsby_bottleneck,
    "none": lambda reduction, std, gain: Normalised(),
}
_INNER_NORMS: Mapping[InnerNorm, Callable[[Plan], Plan]] = {
    "generated": lambda written: written,
    "shared": shared_norms,
}
_PROJECTORS: Mapping[Projector, Callable[[int, int, int, float], tuple[int, Encoder]]] = {
    "mlp": lambda embedding, hidden, code, std: (
        embedding,
        Mlp((hidden, code), initial=Normal(std)),
    ),
    "none": lambda embedding, hidden, code, std: (code, Direct(code)),
}
_BACKBONE_NORMS: Mapping[BackboneNorms, tuple[Adapter, ...]] = {
    "trained": (trained_norms(table()),),
    "frozen": (),
}


class _Network(NamedTuple):
    """What reads embeddings, what writes weights, the scale of the inner norms that these start
    like, and the recipe.
    """

    encoder: Encoder
    heads: Heads
    gain: float
    recipe: Recipe


class _Widths(NamedTuple):
    """Of a task's embedding, inside the projector, and of what the heads read."""

    embedding: int
    hidden: int
    code: int


def _paper_sites(
    projector: Projector, widths: _Widths, std: float, recipe: Recipe
) -> tuple[int, _Network]:
    dimension, encoder = _PROJECTORS[projector](*widths, std)
    heads = LinearHeads(per="site", initial=Normal(std))
    return dimension, _Network(encoder, heads, 1.0, recipe)


def _free_sites(
    projector: Projector, widths: _Widths, std: float, recipe: Recipe
) -> tuple[int, _Network]:
    if projector == "none":
        raise ValueError("the scale `free` is that of a projector, and there is none")
    written = free_scale(widths.hidden, widths.code, per="site")
    return widths.embedding, _Network(*written, 0.0, at_free_rate(recipe))


_SITES: Mapping[Scale, Callable[[Projector, _Widths, float, Recipe], tuple[int, _Network]]] = {
    "paper": _paper_sites,
    "free": _free_sites,
}
"""Per scale: how wide a task's embedding is, and what HyperFormer makes of it."""


def hyperformer(
    name: str = "hyperformer-base",
    size: Size = "base",
    *,
    reduction: int = 32,
    embedding: int = 512,
    hidden: int = 128,
    code: int = 64,
    block: Block = "bottleneck",
    inner_norm: InnerNorm = "generated",
    projector: Projector = "mlp",
    backbone_norms: BackboneNorms = "trained",
    vectors: str = "",
    frozen: bool = True,
    scale: Scale = "paper",
    std: float = 0.01,
    recipe: Training = "paper",
) -> Method:
    """HyperFormer: every site has heads of its own, which write its adapter from the embedding of
    the task.

    `I = W₂·ReLU(W₁·z)`, `{D, U, b_D, b_U, γ, β} = H_site·I + b_site`, and `A(x) = γ ⊙ LN(U·GELU(D·x
    + b_D) + b_U) + β + x` after self-attention and feed-forward sub-layers of both towers. The
    norms of the backbone are trained, everything else of it is frozen. Karimi Mahabadi et al.
    (2021), section 2 and equations 1 to 5. Each ablation of table 4 is one argument.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        reduction: d_model / width of the generated adapters, from 1 to d_model.
        embedding: dimension of a task's embedding.
        hidden: width inside the task projector.
        code: width of what the heads read.
        block: `bottleneck`, or `none`: A(x) = γ ⊙ LN(x) + β + x ("without adapter blocks").
        inner_norm: γ and β are `generated`, or `shared` by all tasks ("without conditional layer
            norm").
        projector: `mlp`, or `none`: a task's embedding has the dimension `code`, and the heads read
            it ("without task projector").
        backbone_norms: `trained`, or `frozen` ("without T5 layer norm").
        vectors: a file with the embedding of every task, in place of learned ones: sentence vectors
            of what the tasks are, say; `.safetensors`, `.json` or `.tsv`.
        frozen: leave these vectors as they are; otherwise training starts from them.
        scale: as of `hyperformer_plus_plus`; `free` has a projector and blocks.
        std: as of `hyperformer_plus_plus`.
        recipe: that of the `paper`, or of the `released` code.

    Raises:
        ValueError: nothing would be generated, the scale `free` without a projector or without
            blocks, `frozen` is false without `vectors`, or values are out of range.
    """
    if block == "none" and inner_norm == "shared":
        raise ValueError("without blocks and with norms that tasks share nothing is generated")
    if block == "none" and scale == "free":
        raise ValueError(
            "the scale `free` is that of projections, and without blocks there are none"
        )
    widths = _Widths(embedding, hidden, code)
    dimension, network = _SITES[scale](projector, widths, std, recipe_of(size, recipe))
    written = hypernetwork(
        {"task": given_or(Learned(dimension), vectors, frozen)},
        encoder=network.encoder,
        heads=network.heads,
    )
    form, weights = _BLOCKS[block](reduction, std, network.gain), _INNER_NORMS[inner_norm](written)
    adapters = Adapter("adapters", form, SITES, weights)
    return multi_task(
        name, network.recipe, adapters, *_BACKBONE_NORMS[backbone_norms], paper=_PAPER
    )


def _full(rank: int, std: float) -> Heads:
    _without_rank(rank)
    return LinearHeads(initial=Normal(std))


def _without_rank(rank: int) -> None:
    if rank:
        raise ValueError("heads that are `full` have no `rank`")


_HEADS: Mapping[HeadKind, Callable[[int, float], Heads]] = {
    "full": _full,
    "low-rank": lambda rank, std: LowRankHeads(rank, Normal(std)),
    "basis": lambda rank, std: BasisHeads(rank, Normal(std)),
}


def _paper_scale(
    widths: tuple[int, int], heads: HeadKind, rank: int, std: float, recipe: Recipe
) -> _Network:
    encoder = Mlp(widths, norm=True, initial=Normal(std))
    return _Network(encoder, _HEADS[heads](rank, std), 1.0, recipe)


def _free_scale(
    widths: tuple[int, int], heads: HeadKind, rank: int, std: float, recipe: Recipe
) -> _Network:
    if heads != "full":
        raise ValueError(f"the scale `free` has heads that are `full`, none that are `{heads}`")
    _without_rank(rank)
    return _Network(*free_scale(*widths), 0.0, at_free_rate(recipe))


_SCALES: Mapping[Scale, Callable[[tuple[int, int], HeadKind, int, float, Recipe], _Network]] = {
    "paper": _paper_scale,
    "free": _free_scale,
}


def hyperformer_plus_plus(
    name: str = "hyperformer++-base",
    size: Size = "base",
    *,
    reduction: int = 32,
    embedding: int = 64,
    hidden: int = 128,
    code: int = 64,
    heads: HeadKind = "full",
    rank: int = 0,
    vectors: str = "",
    frozen: bool = True,
    scale: Scale = "paper",
    std: float = 0.01,
    recipe: Training = "paper",
) -> Method:
    """HyperFormer++: a network per tower writes the adapters of all its layers and both positions.

    `I = LN(W₂·ReLU(W₁·[task; layer; position]))`, and heads that all sites of the tower share; the
    adapter is that of `hyperformer`. Both towers read one embedding per task; layers and positions
    have embeddings in each. On a backbone of one tower there is one network. Karimi Mahabadi et al.
    (2021), section 2.3 and equations 6 to 8.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        reduction: d_model / width of the generated adapters, from 1 to d_model.
        embedding: dimension of each of the three embeddings.
        hidden: width inside the projector.
        code: width of what the heads read.
        heads: `full`, as in the paper; `low-rank`: matrices of heads that are products, which
            `rank` features of the code pass through; `basis`: heads write `rank` numbers per slot,
            which weigh matrices that each site has of its own.
        rank: of heads that are not full; 0 for full ones.
        vectors: a file with the embedding of every task, in place of learned ones: sentence vectors
            of what the tasks are, say; `.safetensors`, `.json` or `.tsv`.
        frozen: leave these vectors as they are; otherwise training starts from them.
        scale: `paper`, or `free`: generated projections start as free ones do, the scale of inner
            norms at 0, so that adapters add nothing at first, and a learning rate moves all of them
            as far as free weights, whatever the widths (`Even`, in place of the norm of I); 1e-3
            where a run says none. For encoders like BERT.
        std: standard deviation of the weights of projector and heads at the start; in the scale
            `free`, that of generated projections.
        recipe: that of the `paper`, or of the `released` code.

    Raises:
        ValueError: a rank for full heads or none for others, heads that are not full in the scale
            `free`, `frozen` is false without `vectors`, or values are out of range.
    """
    network = _SCALES[scale]((hidden, code), heads, rank, std, recipe_of(size, recipe))
    written = hypernetwork(
        {"task": given_or(Learned(embedding), vectors, frozen)},
        site={"layer": embedding, "position": embedding},
        encoder=network.encoder,
        heads=network.heads,
    )
    form = houlsby_bottleneck(reduction, std, network.gain)
    adapters = Adapter("adapters", form, SITES, each_tower(written))
    return multi_task(name, network.recipe, adapters, trained_norms(table()), paper=_PAPER)
