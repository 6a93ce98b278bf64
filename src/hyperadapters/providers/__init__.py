"""Whose weights: free ones per name, generated ones, or some of each."""

from hyperadapters.providers.base import Provider, Supply
from hyperadapters.providers.direct import Direct
from hyperadapters.providers.embedding import Embedding, Gaussian, Learned
from hyperadapters.providers.encoder import (
    Combine,
    Concatenate,
    Contrast,
    Encoder,
    Even,
    Mlp,
    Rectified,
    Residual,
)
from hyperadapters.providers.factorised import BasisHeads, LowRankHeads
from hyperadapters.providers.heads import DrawnHeads, Heads, LinearHeads, Per
from hyperadapters.providers.hypernetwork import Hypernetwork
from hyperadapters.providers.joined import Joined
from hyperadapters.providers.joint import JointGaussian
from hyperadapters.providers.materialise import materialise, written
from hyperadapters.providers.nearest import Nearest, nearest
from hyperadapters.providers.plans import (
    Plan,
    each_tower,
    given,
    hypernetwork,
    joined,
    summed,
    table,
)
from hyperadapters.providers.remembered import Remembered
from hyperadapters.providers.table import Table
from hyperadapters.providers.towers import Towers
from hyperadapters.providers.vectors import FixedEmbedding, Vectors, given_or

__all__ = [
    "BasisHeads",
    "Combine",
    "Concatenate",
    "Contrast",
    "Direct",
    "DrawnHeads",
    "Embedding",
    "Encoder",
    "Even",
    "FixedEmbedding",
    "Gaussian",
    "Heads",
    "Hypernetwork",
    "Joined",
    "JointGaussian",
    "Learned",
    "LinearHeads",
    "LowRankHeads",
    "Mlp",
    "Nearest",
    "Per",
    "Plan",
    "Provider",
    "Rectified",
    "Remembered",
    "Residual",
    "Supply",
    "Table",
    "Towers",
    "Vectors",
    "each_tower",
    "given",
    "given_or",
    "hypernetwork",
    "joined",
    "materialise",
    "nearest",
    "summed",
    "table",
    "written",
]
