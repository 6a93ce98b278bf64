"""The published systems as values: what their weights depend on, and how they start."""

import pytest
import torch

import tiny
from hyperadapters.context import Row
from hyperadapters.method import BACKBONE, Method
from hyperadapters.methods import METHODS, hyper_adapters, language_adapters
from hyperadapters.methods.translation import Conditioning, InitialValues
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.sites import Site

ROWS = [
    Row(task="mt", source_language=source, target_language=target)
    for source, target in (("de", "en"), ("en", "de"), ("fr", "en"), ("en", "fr"))
]
SMALL: dict[str, int] = {"hidden": 12, "bottleneck": 3, "embedding": 5}


def _model(method: Method, seed: int = 0) -> AdaptedModel:
    backbone = tiny.backbone("marian")
    torch.manual_seed(seed)
    return adapt(backbone, method, tasks=[tiny.Probe()], rows=ROWS)


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


@pytest.mark.parametrize(
    ("width", "bottleneck", "small", "paper"), [(512, 128, 0.020, 0.056), (1024, 256, 0.020, 0.040)]
)
def test_language_adapters_start_as_small_or_as_in_the_code(
    width: int, bottleneck: int, small: float, paper: float
) -> None:
    """Standard deviations of D and U, as the authors' module was measured."""
    for initial, expected in (("small", small), ("paper", paper)):
        form = language_adapters(bottleneck=bottleneck, initial=initial).adapters[0].form
        assert form is not None
        slots = form.slots(width, width)
        for slot in ("down", "up"):
            assert slots[slot].std == pytest.approx(expected, abs=6e-4)
            drawn = slots[slot].law(torch.empty(slots[slot].shape), 0.0, slots[slot].std)
            assert float(drawn.std()) == pytest.approx(expected, rel=0.03)
        assert slots["down_bias"].std == 0.0


@pytest.mark.parametrize(
    ("initial", "projections", "others"), [("small", 0.0104, 0.010), ("paper", 0.0059, 0.045)]
)
def test_generated_weights_start_as_small_or_as_in_the_code(
    initial: InitialValues, projections: float, others: float
) -> None:
    """Standard deviations at d_h = 612 on 512 features, as the authors' module was measured: their
    input layer and blocks have Xavier's rule too, so codes are a little larger than torch's.
    """
    torch.manual_seed(0)
    form = hyper_adapters(initial=initial).adapters[0].form
    plan = hyper_adapters(initial=initial).adapters[0].weights
    assert form is not None
    slots = {Site("encoder", layer, "layer"): form.slots(512, 512) for layer in range(2)}
    names = {factor: ["de", "en", "fr"] for factor in plan.factors}
    embeddings = {f: plan.embeddings[f].build(f, names[f]) for f in plan.factors}
    provider = plan.build(slots, ROWS, embeddings).eval()
    rows = [row.of(provider.factors) for row in ROWS]
    weights = provider(rows, list(slots)).weights
    spread = {
        slot: float(torch.stack([weights[site][slot].detach() for site in slots]).std())
        for slot in form.slots(512, 512)
    }
    for slot in ("down", "up"):
        assert spread[slot] == pytest.approx(projections, rel=0.25), slot
    for slot in ("up_bias", "scale", "shift"):
        assert spread[slot] == pytest.approx(others, rel=0.25), slot


def test_embeddings_and_dropout_of_the_paper() -> None:
    """Nothing beyond ±2, and dropout behind the input layer too, as in the code."""
    methods = {
        initial: hyper_adapters(**SMALL, initial=initial, dropout=0.5)
        for initial in ("small", "paper")
    }
    far, lost = {}, {}
    for initial, method in methods.items():
        provider = _model(method).adapters["hyper"]
        plan = method.adapters[0].weights.embeddings["source_language"]
        names = [str(number) for number in range(1000)]
        far[initial] = max(
            float(v.abs().max()) for v in plan.build("language", names).centres().values()
        )
        read = torch.ones(64, provider.encoder[0].in_features)
        behind = provider.encoder[:2].train()(read)
        lost[initial] = not torch.equal(behind[0], behind[1])
    assert far["paper"] <= 2.0 < far["small"]
    assert lost == {"small": False, "paper": True}


def test_the_number_of_weights_does_not_depend_on_how_they_start() -> None:
    counts = [
        sum(p.numel() for p in _model(hyper_adapters(**SMALL, initial=initial)).parameters())
        for initial in ("small", "paper")
    ]
    assert counts[0] == counts[1]


def _scale(hidden: int, *, rescale: bool) -> float:
    """Root mean square of down projections, over languages and ten drawings of a network."""
    method = hyper_adapters(hidden=hidden, bottleneck=8, rescale=rescale)
    squares = []
    for seed in range(10):
        provider = _model(method, seed).adapters["hyper"].eval()
        supply = provider([row.of(provider.factors) for row in ROWS], list(provider.slots))
        squares += [slots["down"].detach().square().mean() for slots in supply.weights.values()]
    return float(torch.stack(squares).mean().sqrt())


def test_hidden_width_does_not_change_the_scale_at_the_start() -> None:
    """Section 3 of the paper: with the division by √d_h initial weights are of one size."""
    narrow, wide = (_scale(hidden, rescale=True) for hidden in (102, 612))
    assert wide == pytest.approx(narrow, rel=0.1)
    narrow, wide = (_scale(hidden, rescale=False) for hidden in (102, 612))
    assert wide / narrow == pytest.approx(6**0.5, rel=0.1)


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
