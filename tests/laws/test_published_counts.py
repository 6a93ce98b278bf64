"""Parameter counts that the papers print, also of systems to come: they need no new core."""

import pytest
import torch

from hyperadapters import architectures
from hyperadapters.adapt import adapt
from hyperadapters.backbones import backbone_parameters
from hyperadapters.catalogue import catalogue
from hyperadapters.context import Row
from hyperadapters.counting import counts
from hyperadapters.forms import Bottleneck, Norm
from hyperadapters.method import BACKBONE, HEADS, Adapter, Method, Phase
from hyperadapters.providers import Linear, Mlp, Residual, hypernetwork, joined, table
from hyperadapters.sites import Where

GLUE = [Row(task=str(number)) for number in range(8)]
TWO = Where("attention", "ffn")
NORMS = Where("attention_norm", "cross_attention_norm", "ffn_norm", "final_norm")
PROJECTIONS = {"down", "down_bias", "up", "up_bias"}


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
    trained = {entry["name"]: entry["trained_parameters"] for entry in catalogue()}
    assert trained["hyper-x-small"] == 13_093_536
    assert trained["hyper-x-base"] == 76_202_816
    assert trained["full-fine-tuning"] == 177_262_848


@pytest.mark.parametrize(("backbone", "size"), [("t5-small", 60_506_624), ("t5-base", 222_903_552)])
def test_t5_backbones(backbone: str, size: int) -> None:
    assert sum(p.numel() for p in backbone_parameters(architectures.empty(backbone))) == size


def _houlsby(**weights: object) -> Adapter:
    form = Bottleneck(reduction=32, norm="after", activation="gelu_tanh")
    return Adapter("task", form, TWO, **weights)  # type: ignore[arg-type]


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
    network = hypernetwork({"task": 512}, encoder=Mlp((128, 64)), heads=Linear(per="site"))
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


ENGLISH_CENTRIC = [
    Row(source_language=source, target_language=target)
    for other in range(50)
    for source, target in ((f"l{other}", "en"), ("en", f"l{other}"))
]
BASE, BIG = 90_218_496, 268_517_376


def _language_adapters(width: int) -> list[Adapter]:
    form = Bottleneck(width=width, norm="before")
    return [
        Adapter("source", form, Where("layer", tower="encoder"), table("source_language")),
        Adapter("target", form, Where("layer", tower="decoder"), table("target_language")),
    ]


def _pair_adapters(width: int) -> list[Adapter]:
    weights = table("source_language", "target_language")
    return [Adapter("pair", Bottleneck(width=width, norm="before"), Where("layer"), weights)]


def _hyper_adapters(width: int, hidden: int) -> list[Adapter]:
    network = hypernetwork(
        {"source_language": 50, "target_language": 50},
        site={"layer": 50},
        blind={"decoder": {"source_language"}},
        encoder=Residual(hidden, blocks=2),
        heads=Linear(rescale=True),
    )
    form = Bottleneck(width=width, norm="before", unit_scale=True)
    return [Adapter("hyper", form, Where("layer"), network)]


@pytest.mark.parametrize(
    ("backbone", "adapters", "millions"),
    [
        ("transformer-base", [], 90.218),
        ("transformer-big", [], 268.517),
        ("transformer-base", _language_adapters(128), 171.453),
        ("transformer-base", _pair_adapters(128), 249.502),
        ("transformer-big", _language_adapters(256), 591.418),
        ("transformer-big", _pair_adapters(256), 901.657),
        ("transformer-base", _hyper_adapters(128, 102), 103.951),
        ("transformer-base", _hyper_adapters(128, 204), 117.631),
        ("transformer-base", _hyper_adapters(128, 612), 173.184),
        ("transformer-big", _hyper_adapters(256, 102), 322.923),
        ("transformer-big", _hyper_adapters(256, 204), 376.881),
        ("transformer-big", _hyper_adapters(256, 612), 593.545),
    ],
)
def test_translation_systems(backbone: str, adapters: list[Adapter], millions: float) -> None:
    total = counted(backbone, *adapters, rows=ENGLISH_CENTRIC, backbone_too=True)
    assert round(total / 1e6, 3) == millions


def test_mad_x() -> None:
    languages = [Row(language=name) for name in ("en",)]
    wide = Adapter("a", Bottleneck(width=256), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", wide, rows=languages) == 4_730_880
    narrow = Adapter("a", Bottleneck(width=48), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", narrow, rows=languages) == 894_528
    half = Adapter("a", Bottleneck(reduction=2), Where("ffn_sum"), table("language"))
    assert counted("bert-base-multilingual-cased", half, rows=languages) == 7_091_712
