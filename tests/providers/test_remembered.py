"""What is remembered: each row is written once, those of longest ago are forgotten."""

from collections.abc import Sequence

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import Mlp, Provider, Remembered, Table, hypernetwork, materialise
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITES = [Site("encoder", layer, "ffn") for layer in range(2)]
SLOTS = {site: {"w": Slot((3, 2))} for site in SITES}
NAMES = ("de", "en", "tr", "yo")
ROWS = [Row(language=name) for name in NAMES]
BYTES = len(SITES) * 3 * 2 * 4
"""Of one row."""


@pytest.fixture
def source() -> Provider:
    """A hypernetwork whose rows differ."""
    torch.manual_seed(0)
    plan = hypernetwork({"language": 4}, site={"layer": 2}, encoder=Mlp((3,)))
    embeddings = {f: e.build(f, NAMES) for f, e in plan.embeddings.items()}
    return plan.build(SLOTS, ROWS, embeddings).eval()


def remembered(source: Provider, size: int, asked: list[str]) -> Remembered:
    """What notes in `asked` for which languages it has to ask."""

    def write(rows: Sequence[Row]) -> Table:
        asked.extend(row["language"] for row in rows)
        return materialise(source, rows)

    return Remembered(source, write, size)


def check(found: Remembered, source: Provider, *rows: Row) -> None:
    """Asserts that some rows have the weights that the source writes for them now."""
    given, wanted = found(rows, SITES).weights, source(rows, SITES).weights
    for site in SITES:
        torch.testing.assert_close(given[site]["w"], wanted[site]["w"])


def test_every_row_has_what_is_written_for_it(source: Provider) -> None:
    asked: list[str] = []
    found = remembered(source, 10 * BYTES, asked)
    de, en, tr, _ = ROWS
    for rows in ([de], [en, de], [tr, en], [de, tr, en]):
        check(found, source, *rows)
    assert asked == ["de", "en", "tr"]


def test_rows_of_longest_ago_are_forgotten(source: Provider) -> None:
    asked: list[str] = []
    found = remembered(source, 2 * BYTES, asked)
    de, en, tr, _ = ROWS
    for row in (de, en, de, tr, de, en):
        check(found, source, row)
    assert asked == ["de", "en", "tr", "en"]


def test_the_rows_of_one_call_are_there_together(source: Provider) -> None:
    asked: list[str] = []
    found = remembered(source, 0, asked)
    check(found, source, *ROWS)
    check(found, source, *ROWS[2:])
    assert asked == [*NAMES]
    check(found, source, ROWS[0])
    assert asked == [*NAMES, "de"]


def test_what_nobody_knows_is_asked_of_the_source(source: Provider) -> None:
    found = remembered(source, BYTES, [])
    found.check(ROWS[0])
    with pytest.raises(UnknownName, match="unknown language `xx`"):
        found.check(Row(language="xx"))
    with pytest.raises(UnknownName, match="unknown language `xx`"):
        found([Row(language="xx")], SITES)
