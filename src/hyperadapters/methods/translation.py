"""Hyper-adapters (Baziotis et al., 2022) and the translation systems beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from hyperadapters.forms import Bottleneck
from hyperadapters.method import BACKBONE, Adapter, Method, Phase, Recipe
from hyperadapters.providers import (
    Encoder,
    Learned,
    LinearHeads,
    Mlp,
    Residual,
    given_or,
    hypernetwork,
    table,
)
from hyperadapters.sites import Tower, Where
from hyperadapters.slots import Initial, Law, Normal, Xavier, cut_normal, normal

__all__ = ["Size", "hyper_adapters", "language_adapters", "pair_adapters", "transformer"]

Size = Literal["base", "big"]
"""Which of the two Transformers of Baziotis et al. (2022) a recipe is for."""
Conditioning = Literal["st-st", "st-t", "s-t"]
"""What the adapters of the encoder see, and those of the decoder: source and target language."""
HyperEncoder = Literal["residual", "linear"]
"""What is between the embeddings of a hypernetwork and its heads."""
InitialValues = Literal["small", "paper"]
"""How weights start: from N(0, std²), or as the code of Baziotis et al. (2022) has it."""

_BASE = Recipe(
    steps=360_000,
    learning_rate=4e-3,
    batch_tokens=256_000,
    contexts_per_batch=32,
    decay="inverse_sqrt",
    warmup=8000,
    betas=(0.9, 0.98),
    epsilon=1e-6,
    smoothing=0.1,
    temperature=2.0,
    length=250,
    evaluate_every=20_000,
    criterion="loss",
)
_TRANSLATION: Mapping[Size, Recipe] = {
    "base": _BASE,
    "big": replace(_BASE, steps=220_000, learning_rate=1e-3),
}
"""Baziotis et al. (2022), section 4: an update is 32 draws of 8,000 tokens, there one per GPU; on
one device, `accumulate=32` with `contexts_per_batch=1` is the same."""

_PAPER = "Baziotis et al. (2022)"


def _translation(name: str, size: Size, *adapters: Adapter, joint: bool = True) -> Method:
    trains = frozenset({adapter.name for adapter in adapters} | ({BACKBONE} if joint else set()))
    phases = (Phase(trains=trains, recipe=_TRANSLATION[size]),)
    return Method(name, adapters, phases, paper=_PAPER)


def transformer(name: str = "transformer-base", size: Size = "base") -> Method:
    """A dense translation Transformer: nothing is added, every weight is trained.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
    """
    return _translation(name, size)


_ADAPTERS: Mapping[InitialValues, Initial] = {"small": Normal(0.02), "paper": Xavier()}


def _after_layers(
    name: str, width: int, initial: InitialValues, tower: Tower, *factors: str
) -> Adapter:
    form = Bottleneck(width=width, norm="before", initial=_ADAPTERS[initial])
    return Adapter(name, form, Where("layer", tower=tower), table(*factors))


def language_adapters(
    name: str = "language-adapters-base",
    size: Size = "base",
    *,
    bottleneck: int = 128,
    initial: InitialValues = "small",
    joint: bool = True,
) -> Method:
    """An adapter per source language after encoder layers, and per target language after decoder
    layers.

    `A(z) = U·ReLU(D·LN(z)) + z`. Philip et al. (2020); Baziotis et al. (2022), section 2.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        bottleneck: width of the adapters: 128 in base, 256 in big.
        initial: how their weights start: from N(0, 0.02²) (`small`), or uniform over
            ±√(6 / (bottleneck + width of the backbone)), as in the code (`paper`).
        joint: train the backbone with them; otherwise they are added to a trained one.
    """
    return _translation(
        name,
        size,
        _after_layers("source", bottleneck, initial, "encoder", "source_language"),
        _after_layers("target", bottleneck, initial, "decoder", "target_language"),
        joint=joint,
    )


def pair_adapters(
    name: str = "pair-adapters-base",
    size: Size = "base",
    *,
    bottleneck: int = 128,
    initial: InitialValues = "small",
    joint: bool = True,
) -> Method:
    """An adapter per translation direction after every layer of both towers.

    Bapna and Firat (2019); Baziotis et al. (2022), section 2.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        bottleneck: width of the adapters: 128 in base, 256 in big.
        initial: how their weights start: from N(0, 0.02²) (`small`), or uniform over
            ±√(6 / (bottleneck + width of the backbone)), as in the code (`paper`).
        joint: train the backbone with them; otherwise they are added to a trained one.
    """
    weights = table("source_language", "target_language")
    form = Bottleneck(width=bottleneck, norm="before", initial=_ADAPTERS[initial])
    pair = Adapter("pair", form, Where("layer"), weights)
    return _translation(name, size, pair, joint=joint)


_BLIND: Mapping[Conditioning, Mapping[Tower, frozenset[str]]] = {
    "st-st": {},
    "st-t": {"decoder": frozenset({"source_language"})},
    "s-t": {
        "encoder": frozenset({"target_language"}),
        "decoder": frozenset({"source_language"}),
    },
}


@dataclass(frozen=True)
class _Start:
    """How a hypernetwork starts: its layers, its heads given `std`, its embeddings; and whether
    dropout acts behind its input layer too.
    """

    layers: Initial | None
    heads: Callable[[float], Initial]
    names: Law
    drops_entry: bool


_STARTS: Mapping[InitialValues, _Start] = {
    "small": _Start(None, Normal, normal, drops_entry=False),
    "paper": _Start(Xavier(), lambda std: Xavier(), cut_normal, drops_entry=True),
}

_BLOCKS = 2


def _residual(width: int, blocks: int, dropout: float, start: _Start) -> Encoder:
    entry = dropout if start.drops_entry else 0.0
    return Residual(width, blocks, dropout, entry, start.layers)


def _linear(width: int, blocks: int, dropout: float, start: _Start) -> Encoder:
    if dropout or blocks not in (0, _BLOCKS):
        raise ValueError("a linear encoder has no blocks, and no dropout inside them")
    return Mlp((width,), initial=start.layers)


_ENCODERS: Mapping[HyperEncoder, Callable[[int, int, float, _Start], Encoder]] = {
    "residual": _residual,
    "linear": _linear,
}


def hyper_adapters(
    name: str = "hyper-adapters-base-base",
    size: Size = "base",
    *,
    hidden: int = 612,
    bottleneck: int = 128,
    embedding: int = 50,
    embedding_std: float = 1.0,
    vectors: str = "",
    frozen: bool = True,
    blocks: int = _BLOCKS,
    encoder: HyperEncoder = "residual",
    conditioning: Conditioning = "st-t",
    dropout: float = 0.0,
    rescale: bool = True,
    initial: InitialValues = "small",
    std: float = 0.02,
    matched: bool = False,
    joint: bool = True,
) -> Method:
    """Hyper-adapters: one hypernetwork writes the adapters of every direction and layer.

    `h0 = ReLU(W·[s; t; l])`, residual blocks `h + W2·ReLU(W1·LN(h))`, and linear heads whose output
    is divided by √hidden; `A(z) = U·ReLU(D·LN(z)) + z` after every layer, with a generated norm
    whose scale is 1 + what is generated. Encoder and decoder layers have embeddings of one table.
    Baziotis et al. (2022), section 3.

    Args:
        name: of the resulting method.
        size: of the backbone that the recipe is for.
        hidden: width of the hypernetwork, d_h: 102 tiny, 204 small, 612 base.
        bottleneck: width of the generated adapters: 128 in base, 256 in big.
        embedding: dimension of each of the three embeddings.
        embedding_std: of the embeddings at the start.
        vectors: a file with the embedding of every language, in place of learned ones: typological
            features, say; `.safetensors`, `.json` or `.tsv`.
        frozen: leave these vectors as they are; otherwise training starts from them.
        blocks: of a residual encoder; 0 for one non-linear layer.
        encoder: `residual`, or `linear` for W·[s; t; l] alone, without blocks.
        conditioning: what encoder and decoder adapters depend on, s and t for source and target:
            `st-st`, `st-t` or `s-t`.
        dropout: inside the blocks, in [0, 1); with the initial values of the paper behind the input
            layer too.
        rescale: divide what is generated by √hidden, so that its scale does not depend on it.
        initial: how weights start: the heads from N(0, `std`²), the layers as torch has them, and
            embeddings from N(0, `embedding_std`²) (`small`); or, as in the code, layers and heads
            by Xavier's rule with biases at zero, and embeddings without what lies beyond two
            standard deviations (`paper`).
        std: of the heads' weights at the start, where `initial` is `small`.
        matched: scale the heads at the start so that generated weights spread as those of
            language adapters do, whatever `std` is (appendix B.1).
        joint: train the backbone with them; otherwise they are added to a trained one.

    Raises:
        ValueError: blocks or dropout for a linear encoder, `frozen` is false without `vectors`, or
            values out of range.
    """
    start = _STARTS[initial]
    learned = Learned(embedding, embedding_std, start.names)
    named = given_or(learned, vectors, frozen)
    written = hypernetwork(
        {"source_language": named, "target_language": named},
        site={"layer": learned},
        blind=_BLIND[conditioning],
        encoder=_ENCODERS[encoder](hidden, blocks, dropout, start),
        heads=LinearHeads(rescale=rescale, initial=start.heads(std), matched=matched),
    )
    form = Bottleneck(width=bottleneck, norm="before", unit_scale=True, initial=_ADAPTERS[initial])
    return _translation(name, size, Adapter("hyper", form, Where("layer"), written), joint=joint)
