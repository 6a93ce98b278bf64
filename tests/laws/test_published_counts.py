"""Parameter counts that the papers print, also of systems to come: they need no new core."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import torch

from hyperadapters.backbones import architectures, backbone_parameters
from hyperadapters.context import Row
from hyperadapters.forms import Bottleneck, Norm
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase
from hyperadapters.methods import hyper_adapters, language_adapters, pair_adapters
from hyperadapters.model.adapt import adapt
from hyperadapters.model.counting import counts
from hyperadapters.providers import LinearHeads, Mlp, hypernetwork, joined, table
from hyperadapters.run.catalogue import catalogue
from hyperadapters.sites import Where

GLUE = [Row(task=str(number)) for number in range(8)]
TWO = Where("attention", "ffn")
NORMS = Where("attention_norm", "cross_attention_norm", "ffn_norm", "final_norm")
PROJECTIONS = {"down", "down_bias", "up", "up_bias"}


@cache
def listed() -> Mapping[str, Any]:
    """What `catalogue` lists, by name, made once."""
    return {entry["name"]: entry for entry in catalogue()}


def counted(backbone: str, *adapters: Adapter, rows: list[Row], backbone_too: bool = False) -> int:
    """Trained parameters of a method over a known architecture, without heads."""
    trained = frozenset(
        {a.name for a in adapters} | {HEADS} | ({BACKBONE} if backbone_too else set())
    )
    method = Method("counted", adapters, (Phase(trains=trained),))
    with torch.device("meta"):
        model = adapt(architectures.empty(backbone), method, tasks=[], rows=rows)
    return int(counts(model)["trained_without_heads"])


def test_hyper_x_and_its_backbone() -> None:
    trained = {name: entry["trained_parameters"] for name, entry in listed().items()}
    assert trained["hyper-x-small"] == 13_093_536
    assert trained["hyper-x-base"] == 76_202_816
    assert trained["full-fine-tuning"] == 177_262_848


@pytest.mark.parametrize(("backbone", "size"), [("t5-small", 60_506_624), ("t5-base", 222_903_552)])
def test_t5_backbones(backbone: str, size: int) -> None:
    assert sum(p.numel() for p in backbone_parameters(architectures.empty(backbone))) == size


def _houlsby(**weights: object) -> Adapter:
    form = Bottleneck(reduction=32, norm="after", activation="gelu_tanh")
    return Adapter("task", form, TWO, **weights)


@pytest.mark.parametrize(
    ("backbone", "per_task"), [("t5-small", 0.7385), ("t5-base", 0.8653)], ids=["small", "base"]
)
def test_adapters_train_as_many_parameters_per_task(backbone: str, per_task: float) -> None:
    norms = Adapter("norms", Norm(), NORMS, table("task"))
    one = counted(backbone, _houlsby(weights=table("task")), norms, rows=GLUE[:1])
    size = sum(p.numel() for p in backbone_parameters(architectures.empty(backbone)))
    assert round(100 * one / size, 4) == per_task


@pytest.mark.parametrize(
    ("backbone", "per_task"), [("t5-small", 0.6793), ("t5-base", 0.8177)], ids=["small", "base"]
)
def test_adapters_dagger(backbone: str, per_task: float) -> None:
    shared = joined((table("task"), PROJECTIONS), (table(), {"scale", "shift"}))
    norms = Adapter("norms", Norm(), NORMS, table())
    all_tasks = counted(backbone, _houlsby(weights=shared), norms, rows=GLUE)
    size = sum(p.numel() for p in backbone_parameters(architectures.empty(backbone)))
    assert round(100 * all_tasks / 8 / size, 4) == per_task


@pytest.mark.parametrize(
    ("backbone", "written"), [("t5-small", 28_058_176), ("t5-base", 122_357_056)]
)
def test_hyperformer(backbone: str, written: int) -> None:
    network = hypernetwork({"task": 512}, encoder=Mlp((128, 64)), heads=LinearHeads(per="site"))
    assert counted(backbone, _houlsby(weights=network), rows=GLUE) == written


@pytest.mark.parametrize(("backbone", "written"), [("t5-small", 2_399_392), ("t5-base", 5_163_440)])
def test_hyperformer_plus_plus(backbone: str, written: int) -> None:
    form = Bottleneck(reduction=32, norm="after", activation="gelu_tanh")
    towers = [
        Adapter(
            tower,
            form,
            Where("attention", "ffn", tower=tower),
            hypernetwork(
                {"task": 64}, site={"layer": 64, "position": 64}, encoder=Mlp((128, 64), norm=True)
            ),
        )
        for tower in ("encoder", "decoder")
    ]
    assert counted(backbone, *towers, rows=GLUE) == written


@pytest.mark.parametrize(
    ("method", "added", "total"),
    [
        ("transformer-base", 0, 90.218),
        ("transformer-big", 0, 268.517),
        ("language-adapters-base", 81.234, 171.453),
        ("language-adapters-big", 322.901, 591.418),
        ("pair-adapters-base", 159.283, 249.502),
        ("pair-adapters-big", 633.139, 901.657),
        ("hyper-adapters-base-tiny", 13.733, 103.951),
        ("hyper-adapters-base-small", 27.413, 117.631),
        ("hyper-adapters-base-base", 82.966, 173.184),
        ("hyper-adapters-big-tiny", 54.405, 322.923),
        ("hyper-adapters-big-small", 108.363, 376.881),
        ("hyper-adapters-big-base", 325.027, 593.545),
    ],
)
def test_translation_systems(method: str, added: float, total: float) -> None:
    """Tables 1 and 2 of the hyper-adapters paper print all of these, in millions."""
    entry = listed()[method]
    assert entry["languages"] == 51
    assert round(entry["added_parameters"] / 1e6, 3) == added
    assert round(entry["total_parameters"] / 1e6, 3) == total
    assert entry["trained_parameters"] == entry["total_parameters"]


ARTIFICIAL = {"fr": 5, "zh": 5, "hi": 5, "lt": 5, "iu": 5, "et": 5, "ro": 5, "nl": 2, "it": 2}
ARTIFICIAL |= {"ar": 2, "tr": 2, "km": 2, "vi": 1, "uk": 1}


def _ml15(*, split: bool) -> list[Row]:
    names = [f"{x}{n}" for x, parts in ARTIFICIAL.items() for n in range(parts if split else 1)]
    return [
        Row(source_language=source, target_language=target)
        for name in names
        for source, target in ((name, "en"), ("en", name))
    ]


@pytest.mark.parametrize(
    ("method", "whole", "split"),
    [
        (language_adapters(), 114.111, 166.674),
        (pair_adapters(), 134.818, 239.945),
        (hyper_adapters(hidden=180), 114.40, 114.40),
    ],
    ids=["language", "pair", "hyper"],
)
def test_artificial_languages(method: Method, whole: float, split: float) -> None:
    """Table 4: splitting fourteen languages into 47 costs tables their size, a network nothing."""
    for rows, millions in ((_ml15(split=False), whole), (_ml15(split=True), split)):
        total = counted("transformer-base", *method.adapters, rows=rows, backbone_too=True)
        assert total / 1e6 == pytest.approx(millions, abs=0.006)


def test_mad_x() -> None:
    languages = [Row(language=name) for name in ("en",)]
    wide = Adapter("a", Bottleneck(width=256), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", wide, rows=languages) == 4_730_880
    narrow = Adapter("a", Bottleneck(width=48), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", narrow, rows=languages) == 894_528
    half = Adapter("a", Bottleneck(reduction=2), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", half, rows=languages) == 7_091_712
