"""The published systems as values: what their weights depend on, and how they start."""

import pytest
import torch

import tiny
from hyperadapters.adapt import adapt
from hyperadapters.adapted import AdaptedModel
from hyperadapters.context import Row
from hyperadapters.counting import abilities
from hyperadapters.method import BACKBONE, Method
from hyperadapters.methods import METHODS, SETTINGS, hyper_adapters, language_adapters

ROWS = [
    Row(task="mt", source_language=source, target_language=target)
    for source, target in (("de", "en"), ("en", "de"), ("fr", "en"), ("en", "fr"))
]
SMALL = {"hidden": 12, "bottleneck": 3, "embedding": 5}


def _model(method: Method) -> AdaptedModel:
    torch.manual_seed(0)
    return adapt(tiny.backbone("marian"), method, tasks=[tiny.Probe()], rows=ROWS)


def _written(method: Method, row: Row, tower: str) -> torch.Tensor:
    provider = _model(method).adapters["hyper"].eval()
    sites = [site for site in provider.slots if site.tower == tower]
    weights = provider([row.of(provider.factors)], sites).weights
    return torch.cat([weights[site]["down"].detach().flatten() for site in sites])


@pytest.mark.parametrize(
    ("conditioning", "encoder", "decoder"),
    [("st-st", "st", "st"), ("st-t", "st", "t"), ("s-t", "s", "t")],
)
def test_each_tower_depends_on_the_languages_it_sees(
    conditioning: str, encoder: str, decoder: str
) -> None:
    method = hyper_adapters(**SMALL, conditioning=conditioning)  # type: ignore[arg-type]
    for tower, seen in (("encoder", encoder), ("decoder", decoder)):
        first = _written(method, ROWS[0], tower)
        for mark, other in (("s", ROWS[2]), ("t", ROWS[0].replaced(target_language="fr"))):
            same = torch.equal(first, _written(method, other, tower))
            assert same is (mark not in seen), f"{tower} of {conditioning}, {mark}"


def test_a_generated_norm_starts_near_a_plain_one() -> None:
    provider = _model(hyper_adapters(**SMALL)).adapters["hyper"]
    supply = provider([row.of(provider.factors) for row in ROWS], list(provider.slots))
    gammas = torch.cat([1 + slots["scale"].detach().flatten() for slots in supply.weights.values()])
    assert gammas.mean() == pytest.approx(1.0, abs=0.01)
    assert gammas.std() < 0.05


def test_hidden_width_does_not_change_the_scale_at_the_start() -> None:
    """Section 3 of the paper: with the division by √d_h initial weights are of one size."""
    stds = [
        float(_written(hyper_adapters(hidden=hidden, bottleneck=8), ROWS[0], "encoder").std())
        for hidden in (102, 612)
    ]
    plain = [
        float(
            _written(
                hyper_adapters(hidden=hidden, bottleneck=8, rescale=False), ROWS[0], "encoder"
            ).std()
        )
        for hidden in (102, 612)
    ]
    assert stds[0] == pytest.approx(stds[1], rel=0.15)
    assert plain[1] / plain[0] == pytest.approx(6**0.5, rel=0.15)


def test_added_to_a_dense_model_or_trained_with_it() -> None:
    assert BACKBONE in language_adapters().phases[0].trains
    assert language_adapters(joint=False).phases[0].trains == {"source", "target"}


def test_what_each_system_can_do_follows_from_its_factors() -> None:
    unseen = {name for name, method in METHODS.items() if abilities(method())["unseen_pair"]}
    assert "language-adapters-base" in unseen and "hyper-adapters-base-base" in unseen
    assert "pair-adapters-base" not in unseen
    assert unseen >= {"hyper-x-base", "hyper-x-small"}


def test_every_method_has_a_setting() -> None:
    assert SETTINGS.keys() == METHODS.keys()
    assert len(SETTINGS["pair-adapters-big"].languages) == 100
    assert SETTINGS["pair-adapters-big"].backbone == "transformer-big"
