"""How `adapters` 1.3.0 calls what it adds to a model, one table per family."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hyperadapters.sites import Site, Tower

__all__ = ["LAYOUTS", "Layout", "Reads", "Spot"]

Reads = Literal["output", "sum", "input"]
"""What an adapter reads."""


class Spot(NamedTuple):
    """Where an adapter sits.

    Args:
        location: the key of `adapter_config.json` that asks for it.
        reads: the `output` of the sub-layer, its `sum` with the residual, normalised where the
            model does so, or the `input` of the sub-layer, beside it.
        path: of the module that holds it, relative to a layer.
    """

    location: str
    reads: Reads
    path: str


@dataclass(frozen=True)
class Layout:
    """One family of models.

    Args:
        model: the class with heads that can be exchanged.
        prefix: what stands before the names of its modules.
        layers: per tower, the list of its layers.
        spots: by tower and position.
        entrance: the path, up to a dot, of what holds invertible adapters.
    """

    model: str
    prefix: str
    layers: Mapping[Tower, str]
    spots: Mapping[Tower, Mapping[str, Spot]]
    entrance: str = ""

    def spot(self, site: Site) -> Spot | None:
        """Where a site is; None where the library has nothing."""
        return self.spots.get(site.tower, {}).get(site.position)

    def stem(self, site: Site, name: str) -> str:
        """What the names of an adapter's tensors at a site begin with."""
        path = self.spots[site.tower][site.position].path
        return f"{self.prefix}{self.layers[site.tower]}.{site.layer}.{path}.adapters.{name}"


def _post_norm(model: str, prefix: str) -> Layout:
    """A sub-layer, its residual, and a norm over both."""
    spots = {
        "attention": Spot("mh_adapter", "output", "attention.output"),
        "ffn": Spot("output_adapter", "output", "output"),
        "ffn_sum": Spot("output_adapter", "sum", "output"),
        "ffn_parallel": Spot("output_adapter", "input", "output"),
    }
    return Layout(model, prefix, {"encoder": "encoder.layer"}, {"encoder": spots})


def _pre_norm(
    model: str, prefix: str, layers: str, encoder: Mapping[str, str], decoder: Mapping[str, str]
) -> Layout:
    """A norm, a sub-layer, and its residual."""

    def spots(paths: Mapping[str, str]) -> dict[str, Spot]:
        found = {name: Spot(_LOCATIONS[name], "output", path) for name, path in paths.items()}
        summed, beside = (found["ffn"]._replace(reads=reads) for reads in ("sum", "input"))
        return {**found, "ffn_sum": summed, "ffn_parallel": beside}

    towers: dict[Tower, str] = {"encoder": f"encoder.{layers}", "decoder": f"decoder.{layers}"}
    return Layout(
        model, prefix, towers, {"encoder": spots(encoder), "decoder": spots(decoder)}, "encoder."
    )


_LOCATIONS = {
    "attention": "mh_adapter",
    "cross_attention": "cross_adapter",
    "ffn": "output_adapter",
}


def _t5(model: str) -> Layout:
    return _pre_norm(
        model,
        "transformer.",
        "block",
        {"attention": "layer.0", "ffn": "layer.1"},
        {"attention": "layer.0", "cross_attention": "layer.1", "ffn": "layer.2"},
    )


_BART = {"attention": "attention_adapters", "ffn": "output_adapters"}

LAYOUTS: Mapping[str, Layout] = {
    "bert": _post_norm("BertAdapterModel", "bert."),
    "roberta": _post_norm("RobertaAdapterModel", "roberta."),
    "xlm-roberta": _post_norm("XLMRobertaAdapterModel", "roberta."),
    "t5": _t5("T5AdapterModel"),
    "mt5": _t5("MT5AdapterModel"),
    "mbart": _pre_norm(
        "MBartAdapterModel",
        "model.",
        "layers",
        _BART,
        {**_BART, "cross_attention": "cross_attention_adapters"},
    ),
}
"""By `model_type`."""
