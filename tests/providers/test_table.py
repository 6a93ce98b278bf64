"""Tables: entries under names, found by row, never moved by others."""

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import Table
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITES = [Site("encoder", 0, "query"), Site("encoder", 0, "ffn"), Site("encoder", 1, "query")]
SLOTS = {
    site: {
        "a": Slot((2, 3) if site.position == "query" else (2, 5), std=0.5),
        "b": Slot((4,), mean=1.0),
    }
    for site in SITES
}
ROWS = [Row(language=name) for name in ("en", "tr")]


def make() -> Table:
    torch.manual_seed(0)
    return Table(factors=["language"], rows=ROWS, slots=SLOTS)


def test_every_site_and_row_has_its_own_weights_of_the_right_shape() -> None:
    weights = make()(ROWS, SITES).weights
    for site in SITES:
        assert weights[site]["a"].shape == (2, *SLOTS[site]["a"].shape)
        assert torch.equal(weights[site]["b"], torch.ones(2, 4))
    values = [weights[site]["a"][row].flatten()[0].item() for site in SITES for row in range(2)]
    assert len(set(values)) == len(values)


def test_rows_come_in_the_order_asked_for_and_sites_as_many_as_asked_for() -> None:
    table = make()
    forth, back = table(ROWS, SITES).weights, table(ROWS[::-1], SITES[:1]).weights
    assert list(back) == SITES[:1]
    assert torch.equal(back[SITES[0]]["a"], forth[SITES[0]]["a"].flip(0))


def test_weights_of_one_row_are_no_copy() -> None:
    table = make()
    weight = table(ROWS[:1], SITES).weights[SITES[1]]["a"]
    pointers = {p.untyped_storage().data_ptr() for p in table.parameters()}
    assert weight.untyped_storage().data_ptr() in pointers


def test_absent_rows_get_no_gradient() -> None:
    table = make()
    table(ROWS[:1], SITES).weights[SITES[0]]["a"].sum().backward()
    assert all(p.grad is None for name, p in table.named_parameters() if "language=tr" in name)
    assert any(p.grad is not None for name, p in table.named_parameters() if "language=en" in name)


def test_a_row_that_has_no_entry_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown row of a table `language=de`(.|\n)*ran under"):
        make()([Row(language="de")], SITES)
