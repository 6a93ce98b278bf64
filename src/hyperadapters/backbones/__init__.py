"""Where each position sits in the models of `transformers`; nothing else knows module names."""

from hyperadapters.backbones.anatomy import (
    Model,
    Place,
    backbone_parameters,
    base_of,
    family_of,
    first_position,
    generate,
    head_parameters,
    places_of,
    project,
    read,
    recompute_layers,
    recomputing,
    search,
    segments,
    tower_of,
    transform,
)
from hyperadapters.backbones.beams import BeamSearch, GreedySearch, TokenSearch
from hyperadapters.backbones.families import FAMILIES, Family, Spot
from hyperadapters.backbones.shapes import ARCHITECTURES

__all__ = [
    "ARCHITECTURES",
    "BeamSearch",
    "FAMILIES",
    "Family",
    "GreedySearch",
    "Model",
    "Place",
    "TokenSearch",
    "Spot",
    "backbone_parameters",
    "base_of",
    "family_of",
    "first_position",
    "generate",
    "head_parameters",
    "places_of",
    "project",
    "read",
    "recompute_layers",
    "recomputing",
    "search",
    "segments",
    "tower_of",
    "transform",
]
