"""Parameter space factorization: its parameters, and that it learns."""

import math

import pytest
import torch

import tiny
from hyperadapters.backbones import architectures
from hyperadapters.context import Context, Row
from hyperadapters.method import BACKBONE, HEADS
from hyperadapters.methods import psf
from hyperadapters.metrics import Accuracy
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.counting import abilities, counts
from hyperadapters.providers import Gaussian, Hypernetwork, JointGaussian
from hyperadapters.tasks.tagging import Tagging

SMALL = {"embedding": 6, "rank": 2, "hidden": 8, "layers": 3}
LANGUAGES = ("en", "tr", "yo")
ROWS = [Row(task="probe", language=name) for name in LANGUAGES]


def small(**settings: object) -> AdaptedModel:
    torch.manual_seed(0)
    probe = tiny.Probe(heads=tiny.HEADS)
    method = psf(**{**SMALL, **settings})
    return adapt(tiny.backbone("bert"), method, tasks=[probe], rows=ROWS).double()


def test_it_has_the_parameters_of_the_paper() -> None:
    """185 million in the table of Hyper-X: mBERT with its pooler, sixteen languages, rank 10."""
    names = [f"language-{number}" for number in range(16)]
    tasks = [
        Tagging(name, tuple(map(str, range(labels))), Accuracy())
        for name, labels in (("pos", 17), ("ner", 9))
    ]
    rows = [Row(task=task.name, language=name) for task in tasks for name in names]
    with torch.device("meta"):
        model = adapt(
            architectures.empty("bert-base-multilingual-cased"), psf(), tasks=tasks, rows=rows
        )
    found = counts(model)
    assert found["providers"] == {"softmax": 6_804_998}
    assert found["heads"] == {"pos": 0, "ner": 0}
    assert found["trained"] == found["trained_without_heads"] == found["total"]
    pooler = 768 * 768 + 768  # part of their model, of no use to it
    assert found["backbone"] + pooler == 177_853_440
    assert found["total"] + pooler == 184_658_438


def test_languages_come_before_tasks_and_each_head_has_its_own_maps() -> None:
    network = small().adapters["softmax"]
    assert isinstance(network, Hypernetwork)
    assert list(network.embeddings) == ["language", "task"]
    assert [type(layer).__name__ for layer in network.encoder] == ["Linear", "ReLU", "Dropout"] * 3
    assert network.encoder[0].in_features == 4 * SMALL["embedding"]
    assert len(network.heads) == len(tiny.HEADS), "their shapes differ"


def test_the_rank_says_which_gaussian() -> None:
    def embeddings(rank: int) -> set[type]:
        (adapter,) = psf(rank=rank).adapters
        return {type(plan) for plan in adapter.weights.embeddings.values()}

    assert embeddings(10) == {JointGaussian}
    assert embeddings(0) == {Gaussian}


def test_its_recipe_and_its_abilities() -> None:
    method = psf()
    (phase,) = method.phases
    assert phase.trains == {BACKBONE, "softmax", HEADS}
    assert math.isinf(phase.recipe.temperature) and phase.recipe.warmup == 0
    assert abilities(method)["unseen_pair"] and abilities(method)["multi_task"]


@pytest.mark.parametrize("rank", [0, 2])
def test_training_moves_means_spreads_and_loadings_and_the_backbone(rank: int) -> None:
    model = small(rank=rank)
    (phase,) = model.phases
    model.enter(phase)
    model.train()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    batch, context = tiny.batch("bert", 4), Context.of_examples([*ROWS, ROWS[0]])
    for _ in range(3):
        optimiser.zero_grad()
        outputs = model(context, batch)
        loss = model.tasks["probe"].loss(outputs.logits["probe"], batch.shares["probe"])
        (loss.total / len(context) + outputs.divergence / 3).backward()
        optimiser.step()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    for kind in ("means", "spreads", *(("loadings",) if rank else ())):
        for language in LANGUAGES:
            name = f"adapters.softmax.embeddings.language.{kind}.language={language}"
            assert name in moved
    assert "backbone.bert.encoder.layer.0.output.dense.weight" in moved
    assert all(
        name in moved for name in before if ".heads." in name and name.startswith("adapters")
    )


def test_unseen_pairs_have_heads_of_their_own() -> None:
    model = small().eval()
    batch = tiny.batch("bert", 2)
    first, second = (
        model(Context.uniform(row, 2), batch).logits["probe"].detach() for row in ROWS[:2]
    )
    assert not torch.equal(first, second)
    assert torch.equal(model(Context.uniform(ROWS[0], 2), batch).logits["probe"], first)


def test_it_trains_in_mixed_precision() -> None:
    model = small().float().train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = model(Context.of_examples(ROWS), tiny.batch("bert", 3))
    (outputs.logits["probe"].float().sum() + outputs.divergence).backward()
    assert outputs.divergence.dtype == torch.float32
    gradients = [p.grad for p in model.adapters.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)
