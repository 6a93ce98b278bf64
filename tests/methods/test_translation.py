"""The published systems as values: what their weights depend on, and how they start."""

import pytest
import torch

import tiny
from hyperadapters.context import Row
from hyperadapters.method import BACKBONE, Method
from hyperadapters.methods import METHODS, hyper_adapters, language_adapters
from hyperadapters.methods.translation import Conditioning
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel

ROWS = [
    Row(task="mt", source_language=source, target_language=target)
    for source, target in (("de", "en"), ("en", "de"), ("fr", "en"), ("en", "fr"))
]
SMALL: dict[str, int] = {"hidden": 12, "bottleneck": 3, "embedding": 5}


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
    conditioning: Conditioning, encoder: str, decoder: str
) -> None:
    method = hyper_adapters(**SMALL, conditioning=conditioning)
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


@pytest.mark.parametrize(
    ("size", "steps", "rate"), [("base", 360_000, 4e-3), ("big", 220_000, 1e-3)]
)
def test_recipes_are_those_of_the_paper(size: str, steps: int, rate: float) -> None:
    """Section 4: 256,000 tokens an update, the loss of the dev directions every 20,000."""
    kinds = ("transformer", "language-adapters", "pair-adapters", "hyper-adapters")
    named = [name for name in METHODS if name.startswith(tuple(f"{k}-{size}" for k in kinds))]
    assert len(named) == 6
    for method in (METHODS[name]() for name in named):
        (phase,) = method.phases
        recipe = phase.recipe
        assert (recipe.steps, recipe.learning_rate) == (steps, rate), method.name
        assert (recipe.batch_tokens, recipe.length, recipe.smoothing) == (256_000, 250, 0.1)
        assert (recipe.evaluate_every, recipe.criterion) == (20_000, "loss")
        assert (recipe.decay, recipe.warmup, recipe.temperature) == ("inverse_sqrt", 8000, 2.0)


def test_it_is_the_equation_of_the_paper() -> None:
    """Section 3, with numbers: h0 = ReLU(W[s; t; l]), pre-norm blocks, heads over √d_h, γ + 1."""
    method = hyper_adapters(**SMALL, blocks=1, conditioning="st-st")
    model = _model(method).double().eval()
    tiny.redraw(model, seed=3, scale=0.5)
    provider = model.adapters["hyper"]
    row = ROWS[0].of(provider.factors)
    site = next(iter(provider.slots))
    weights = {
        slot: value[0]
        for slot, value in provider([row], list(provider.slots)).weights[site].items()
    }
    named = provider.centres()
    source = torch.cat(
        [
            named["source_language"]["de"],
            named["target_language"]["en"],
            named["layer"][f"{site.tower}-{site.layer}"],
        ]
    )
    p = dict(provider.named_parameters())
    h = torch.relu(p["encoder.0.weight"] @ source + p["encoder.0.bias"])
    normed = (h - h.mean()) / (h.var(unbiased=False) + 1e-5).sqrt()
    normed = normed * p["encoder.2.added.0.weight"] + p["encoder.2.added.0.bias"]
    inner = torch.relu(p["encoder.2.added.1.weight"] @ normed + p["encoder.2.added.1.bias"])
    h = h + p["encoder.2.added.4.weight"] @ inner + p["encoder.2.added.4.bias"]
    for slot, value in weights.items():
        head, bias = p[f"heads.0.weight.{slot}"][0], p[f"heads.0.bias.{slot}"][0]
        expected = ((head @ h + bias) / SMALL["hidden"] ** 0.5).reshape(value.shape)
        torch.testing.assert_close(value, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoder": "linear", "dropout": 0.1},
        {"encoder": "linear", "blocks": 7},
        {"blocks": 0, "dropout": 0.1},
        {"blocks": -1},
        {"hidden": 0},
        {"dropout": 1.0},
    ],
)
def test_values_that_would_do_nothing_or_harm_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="blocks|dropout"):
        hyper_adapters(**wrong)


def test_encoders_with_and_without_blocks_start_from_the_same_values() -> None:
    """The paper's encoders differ by what they compute, not by the scale they start from."""
    spreads = [
        float(_model(hyper_adapters(**own)).adapters["hyper"].encoder[0].weight.detach().std())
        for own in ({"encoder": "linear"}, {"blocks": 0}, {"blocks": 2})
    ]
    assert spreads == [pytest.approx(spreads[0], rel=0.05)] * 3
