"""Gaussian embeddings against the closed form of their divergence."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from hyperadapters.errors import UnknownName
from hyperadapters.providers import Gaussian, Learned


def test_the_divergence_is_that_of_the_distributions_and_the_mean_serves_at_test() -> None:
    torch.manual_seed(0)
    embedding = Gaussian(3).build("language", ["en", "tr"])
    drawn = embedding(["tr"])
    mean = embedding.means["language=tr"]
    spread = torch.nn.functional.softplus(embedding.spreads["language=tr"]).sqrt()
    expected = kl_divergence(Normal(mean, spread), Normal(0.0, 1.0)).sum()
    torch.testing.assert_close(drawn.divergence, expected)
    assert not torch.equal(drawn.vectors[0], mean), "training draws"
    assert torch.equal(embedding.eval()(["tr"]).vectors[0], mean)
    assert torch.equal(embedding.centres()["tr"], mean)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match="unknown language `xx`(.|\n)*no embedding"):
        Gaussian(3).build("language", ["en"])(["xx"])


@pytest.mark.parametrize("plan", [Learned(3), Gaussian(3)], ids=["learned", "gaussian"])
def test_a_name_may_be_that_of_a_method_of_modules(plan: Learned | Gaussian) -> None:
    """Tongan is `to`."""
    names = ["to", "get", "type", "pop", "train"]
    embedding = plan.build("language", names)
    assert sorted(embedding.centres()) == sorted(names)
    assert embedding(["to"]).vectors.shape == (1, 3)
