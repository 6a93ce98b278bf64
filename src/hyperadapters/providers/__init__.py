"""Whose weights: free ones per name, generated ones, or some of each."""

from hyperadapters.providers.base import Provider, Supply
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
from hyperadapters.providers.heads import DrawnHeads, Heads, LinearHeads
from hyperadapters.providers.hypernetwork import Hypernetwork
from hyperadapters.providers.joined import Joined
from hyperadapters.providers.joint import JointGaussian
from hyperadapters.providers.materialise import materialise, written
from hyperadapters.providers.plans import Plan, given, hypernetwork, joined, summed, table
from hyperadapters.providers.table import Table

__all__ = [
    "Combine",
    "Concatenate",
    "Contrast",
    "DrawnHeads",
    "Embedding",
    "Encoder",
    "Even",
    "Gaussian",
    "Heads",
    "Hypernetwork",
    "Joined",
    "JointGaussian",
    "Learned",
    "LinearHeads",
    "Mlp",
    "Plan",
    "Provider",
    "Rectified",
    "Residual",
    "Supply",
    "Table",
    "given",
    "hypernetwork",
    "joined",
    "materialise",
    "summed",
    "table",
    "written",
]
