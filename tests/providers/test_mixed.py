"""Mixed names: tables mix weights, hypernetworks embeddings; a materialised mix is the mix."""

from collections.abc import Sequence

import pytest
import torch

from hyperadapters import mix
from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import (
    FixedEmbedding,
    Gaussian,
    Hypernetwork,
    JointGaussian,
    Mlp,
    Plan,
    Provider,
    Table,
    each_tower,
    hypernetwork,
    joined,
    materialise,
    summed,
    table,
)
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITES = [Site("encoder", layer, "ffn") for layer in (0, 1)]
SLOTS = {site: {"w": Slot((3, 4)), "b": Slot((3,))} for site in SITES}
LANGUAGES = ("sw", "xh", "zu")
ROWS = [Row(task=task, language=name) for task in ("ner", "pos") for name in LANGUAGES]
MIX = Row(task="ner", language=mix({"sw": 0.6, "zu": 0.4}))
NETWORK = hypernetwork({"task": 2, "language": 3}, site={"layer": 2}, encoder=Mlp((5, 6)))
FREE = table("task", "language")
PLANS = {
    "table": FREE,
    "hypernetwork": NETWORK,
    "joined": joined((table("language"), ["b"]), (NETWORK, ["w"])),
    "summed": summed(FREE, NETWORK),
    "towers": each_tower(NETWORK),
    "gaussian": hypernetwork({"task": 2, "language": Gaussian(3)}, encoder=Mlp((6, 6))),
    "joint": hypernetwork({"task": 2, "language": JointGaussian(3, 2)}, encoder=Mlp((6, 6))),
}


def build(plan: Plan) -> Provider:
    torch.manual_seed(0)
    embeddings = {
        factor: wanted.build(factor, sorted({row[factor] for row in ROWS}))
        for factor, wanted in plan.embeddings.items()
    }
    provider = plan.build(SLOTS, ROWS, embeddings).double()
    for parameter in provider.parameters():
        torch.nn.init.normal_(parameter)
    return provider.eval()


def flat(provider: Provider, rows: Sequence[Row]) -> torch.Tensor:
    """Every weight of each row, one row each."""
    projected = [row.of(provider.factors) for row in rows]
    weights = provider(projected, SITES).weights
    parts = [weights[site][slot].flatten(1) for site in SITES for slot in ("w", "b")]
    return torch.cat(parts, dim=1)


def test_tables_mix_their_entries() -> None:
    provider = build(FREE)
    assert isinstance(provider, Table)
    sw, zu = flat(provider, [Row(task="ner", language=name) for name in ("sw", "zu")])
    torch.testing.assert_close(flat(provider, [MIX])[0], 0.6 * sw + 0.4 * zu)
    ahead = Row(task="ner", language=mix({"sw": 1, "xh": -1, "zu": 1}))
    xh = flat(provider, [Row(task="ner", language="xh")])[0]
    torch.testing.assert_close(flat(provider, [ahead])[0], sw - xh + zu)
    provider([MIX], SITES).weights[SITES[0]]["w"].sum().backward()
    moved = {key for key, value in provider.named_parameters() if value.grad is not None}
    assert {key.split(".")[1] for key in moved} == {str(row) for _, row in MIX.parts}


def test_hypernetworks_mix_embeddings_and_generate_from_that() -> None:
    network = build(NETWORK)
    assert isinstance(network, Hypernetwork)
    weights = network([MIX], SITES).weights
    first, second = network.encoder[0], network.encoder[2]
    vectors = network.embeddings["language"].vectors
    stacked = torch.stack([vectors["language=sw"], vectors["language=zu"]])
    shares = torch.tensor([0.6, 0.4], dtype=torch.float64)
    language = torch.einsum("n,nd->d", shares, stacked)
    for site in SITES:
        place = network.embeddings["layer"].centres()[site.layer_name.replace(".", "-")]
        source = torch.cat([network.embeddings["task"].vectors["task=ner"], language, place])
        code = second.weight @ torch.relu(first.weight @ source + first.bias) + second.bias
        head = network.heads[0]
        for slot, shape in (("w", (3, 4)), ("b", (3,))):
            wanted = (head.weight[slot][0] @ code + head.bias[slot][0]).reshape(shape)
            torch.testing.assert_close(weights[site][slot][0], wanted)


def test_vectors_of_a_file_mix_too() -> None:
    embedding = FixedEmbedding("language", {"sw": torch.eye(2)[0], "zu": torch.eye(2)[1]})
    drawn = embedding.mixed([MIX["language"], "zu", mix({"sw": -1, "zu": 2})])
    torch.testing.assert_close(drawn.vectors, torch.tensor([[0.6, 0.4], [0.0, 1.0], [-1.0, 2.0]]))


@pytest.mark.parametrize("name", PLANS)
def test_a_batch_may_have_mixes_beside_names(name: str) -> None:
    provider = build(PLANS[name])
    rows = [ROWS[0], MIX, ROWS[4]]
    each = torch.cat([flat(provider, [row]) for row in rows])
    torch.testing.assert_close(flat(provider, rows), each)
    apart = 0.6 * flat(provider, [ROWS[0]]) + 0.4 * flat(provider, [ROWS[2]])
    assert torch.allclose(flat(provider, [MIX]), apart) is (name == "table")


@pytest.mark.parametrize("name", PLANS)
def test_one_name_with_weight_one_is_the_name_bit_for_bit(name: str) -> None:
    provider = build(PLANS[name])
    for same in (mix({"sw": 1.0}), mix({"sw": 0.25}), "sw*1", mix({"sw": 1, "zu": 0})):
        row = Row(task="ner", language=same)
        assert torch.equal(flat(provider, [row]), flat(provider, [ROWS[0]]))


@pytest.mark.parametrize("name", PLANS)
def test_the_order_does_not_matter(name: str) -> None:
    provider = build(PLANS[name])
    turned = Row(language=mix({"zu": 0.4, "sw": 0.6}), task="ner")
    assert torch.equal(flat(provider, [MIX]), flat(provider, [turned]))


@pytest.mark.parametrize("name", PLANS)
def test_a_materialised_mix_is_the_mix(name: str) -> None:
    provider = build(PLANS[name])
    made = materialise(provider, [MIX, ROWS[0]])
    assert torch.equal(flat(made, [MIX, ROWS[0]]), flat(provider, [MIX, ROWS[0]]))
    made.check(MIX)


@pytest.mark.parametrize("name", PLANS)
def test_an_unknown_name_in_a_mix_is_an_unknown_name(name: str) -> None:
    provider = build(PLANS[name])
    row = Row(task="ner", language="sw*0.6+zh*0.4").of(provider.factors)
    for asked in (lambda: provider([row], SITES), lambda: provider.check(row)):
        with pytest.raises(
            UnknownName, match=r"unknown (language `zh`|row .*language=zh)(.|\n)*zu"
        ):
            asked()
    provider.check(MIX.of(provider.factors))
