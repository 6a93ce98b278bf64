"""One Gaussian over all names against torch's own distributions."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import LowRankMultivariateNormal, MultivariateNormal, kl_divergence
from torch.nn.functional import softplus

from hyperadapters.errors import UnknownName
from hyperadapters.providers import Gaussian, JointGaussian
from hyperadapters.providers.joint import JointGaussianEmbedding, divergence

NAMES = ["en", "tr", "to"]


def made(dimension: int = 4, rank: int = 2) -> JointGaussianEmbedding:
    torch.manual_seed(0)
    embedding = JointGaussian(dimension, rank).build("language", NAMES).double()
    assert isinstance(embedding, JointGaussianEmbedding)
    return embedding


def distribution(embedding: JointGaussianEmbedding) -> LowRankMultivariateNormal:
    def whole(named: torch.nn.ParameterDict) -> Tensor:
        return torch.cat([named[f"language={name}"] for name in NAMES])

    return LowRankMultivariateNormal(
        whole(embedding.means), whole(embedding.loadings), softplus(whole(embedding.spreads))
    )


@given(st.integers(1, 5), st.integers(1, 7), st.floats(0.1, 5.0))
def test_the_divergence_is_that_of_the_distributions(
    dimension: int, rank: int, scale: float
) -> None:
    embedding = made(dimension, rank)
    with torch.no_grad():
        for parameter in embedding.parameters():
            parameter.mul_(scale)
    joint = distribution(embedding)
    size = dimension * len(NAMES)
    unit = MultivariateNormal(torch.zeros(size).double(), torch.eye(size).double())
    low = LowRankMultivariateNormal(unit.loc, torch.zeros(size, 1).double(), torch.ones(size))
    dense = MultivariateNormal(joint.loc, joint.covariance_matrix)
    for names in (NAMES, ["tr"]):
        got = embedding(names).divergence
        torch.testing.assert_close(got, kl_divergence(dense, unit), rtol=0, atol=1e-6)
        torch.testing.assert_close(got, kl_divergence(joint, low), rtol=0, atol=1e-6)


def test_half_precision_leaves_the_divergence_alone() -> None:
    embedding = made(64, 8).float()
    plain = embedding(NAMES).divergence
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(embedding(NAMES).divergence, plain)


def test_names_are_drawn_together() -> None:
    """Sample covariance over all names, those of other names included, and sample mean."""
    embedding = made(2, 1)
    with torch.no_grad():
        for loading in embedding.loadings.values():
            loading.mul_(2.0)
        joint = distribution(embedding)
        draws = torch.stack([embedding(NAMES).vectors.flatten() for _ in range(4000)])
    wanted = joint.covariance_matrix.detach()
    assert wanted[0, 3].abs() > 0.2, "names must correlate"
    torch.testing.assert_close(draws.T.cov(), wanted, rtol=0.1, atol=0.08)
    torch.testing.assert_close(draws.mean(0), joint.loc.detach(), rtol=0, atol=0.06)


def test_the_means_serve_in_use_and_names_keep_their_order() -> None:
    embedding = made().eval()
    vectors = embedding(["to", "en"]).vectors
    assert torch.equal(vectors[0], embedding.means["language=to"])
    assert torch.equal(vectors[1], embedding.centres()["en"])


def test_every_name_has_parameters_of_its_own_that_start_as_the_paper_says() -> None:
    embedding = JointGaussian(500, 3).build("language", NAMES)
    shapes = {name: tuple(p.shape) for name, p in embedding.named_parameters()}
    assert shapes["means.language=to"] == shapes["spreads.language=to"] == (500,)
    assert shapes["loadings.language=to"] == (500, 3) and len(shapes) == 9
    assert float(embedding.centres()["en"].std()) == pytest.approx(0.1, rel=0.15)
    for kind, most in (("spreads", 0.5), ("loadings", 0.5**0.5)):
        values = getattr(embedding, kind)["language=en"].detach()
        assert 0.0 <= float(values.min()) < 0.05 and most - 0.05 < float(values.max()) <= most


def test_gradients_of_the_divergence_reach_all_names() -> None:
    embedding = made()
    embedding(["en"]).divergence.backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in embedding.parameters())


def test_no_covariance_between_names_is_the_divergence_of_each_alone() -> None:
    mean, variance = torch.randn(6).double(), torch.rand(6).double() + 0.1
    apart = 0.5 * (variance + mean.square() - 1 - variance.log()).sum()
    torch.testing.assert_close(divergence(mean, variance, torch.zeros(6, 2).double()), apart)


def test_what_cannot_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="the rank of a joint Gaussian is 1 or more, not 0"):
        JointGaussian(3, 0)
    with pytest.raises(ValueError, match="the dimension of an embedding is 1 or more, not 0"):
        JointGaussian(0, 1)
    with pytest.raises(UnknownName, match="unknown language `xx`(.|\n)*no embedding"):
        made()(["xx"])
    assert JointGaussian(3, 1) != Gaussian(3)
