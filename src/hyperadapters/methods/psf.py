"""Parameter space factorization (Ponti et al., 2021): the softmax layers of tasks are written."""

from math import inf

from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase, Recipe
from hyperadapters.providers import (
    Contrast,
    DrawnHeads,
    Gaussian,
    JointGaussian,
    Rectified,
    hypernetwork,
)
from hyperadapters.sites import Where

__all__ = ["psf"]

_RECIPE = Recipe(
    steps=100_000,
    learning_rate=5e-6,
    batch=8,
    temperature=inf,
    clip=1.0,
    divergence="uniform",
    length=250,
    evaluate_every=2500,
    patience=10,
)
"""Their code's settings; there, training ends after 8 epochs, and a corpus is drawn uniformly per
batch."""


def psf(
    name: str = "psf",
    *,
    embedding: int = 100,
    rank: int = 10,
    hidden: int = 768,
    layers: int = 6,
    dropout: float = 0.1,
    embedding_std: float = 0.1,
    std: float = 0.02,
) -> Method:
    """PSF: one network writes the softmax layer of every task for every language.

    `[l; t; l - t; l ⊙ t]`, layers with ReLU and dropout down to the dimension of an embedding, and
    for each head a mean and a spread of its weights, and its biases. Languages and tasks are
    Gaussians, each kind one joint Gaussian; embeddings and weights are drawn in training, once per
    forward where their code takes the mean of three, and are their means in use. All of the
    backbone is trained. Ponti et al. (2021), section 3; their code where the paper is silent.

    Heads of tasks are the adapter's; the part `heads` is what language models have of their own.

    Args:
        name: of the resulting method.
        embedding: dimension of a language's and of a task's embedding.
        rank: of the covariance that languages share, and tasks; 0 for names that are independent.
        hidden: width of the layers but the last.
        layers: of the network, 1 or more.
        dropout: behind each layer, in [0, 1).
        embedding_std: standard deviation of the embeddings' means at the start.
        std: of the layers' and the heads' weights at the start.
    """
    named: Gaussian | JointGaussian = Gaussian(embedding, embedding_std)
    if rank:
        named = JointGaussian(embedding, rank, embedding_std)
    written = hypernetwork(
        {"language": named, "task": named},
        combine=Contrast(),
        encoder=Rectified((*(hidden,) * (layers - 1), embedding), dropout=dropout, std=std),
        heads=DrawnHeads(std=std),
    )
    return Method(
        name,
        adapters=(Adapter("softmax", None, Where(tower="head"), written),),
        phases=(Phase(trains=frozenset({BACKBONE, "softmax", HEADS}), recipe=_RECIPE),),
        paper="Ponti et al. (2021)",
    )
