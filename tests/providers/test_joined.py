"""Several providers: each slot from its own part, or their sum; each asked for its own rows."""

import pytest
import torch

from hyperadapters.context import Row
from hyperadapters.errors import UnknownName
from hyperadapters.providers import joined, summed, table
from hyperadapters.sites import Site
from hyperadapters.slots import Slot

SITE = Site("encoder", 0, "ffn")
SLOTS = {SITE: {"own": Slot((2,), std=1.0), "shared": Slot((3,), std=1.0)}}
ROWS = [Row(task=name) for name in ("ner", "pos")]


def test_slots_come_from_their_parts() -> None:
    plan = joined((table("task"), {"own"}), (table(), {"shared"}))
    provider = plan.build(SLOTS, ROWS, {})
    assert provider.factors == ("task",)
    weights = provider(ROWS, [SITE]).weights[SITE]
    assert not torch.equal(weights["own"][0], weights["own"][1])
    assert torch.equal(weights["shared"][0], weights["shared"][1])
    assert sum(p.numel() for p in provider.parameters()) == 2 * 2 + 3


def test_rows_get_the_weights_that_each_part_gives_them_alone() -> None:
    pairs = (("ner", "tr"), ("pos", "yo"), ("ner", "yo"), ("pos", "tr"))
    rows = [Row(task=task, language=language) for task, language in pairs]
    plan = joined((table("task"), {"own"}), (table("language"), {"shared"}))
    provider = plan.build(SLOTS, rows, {})
    assert provider.factors == plan.factors == ("task", "language")
    together = provider(rows, [SITE]).weights[SITE]
    for place, row in enumerate(rows):
        alone = provider([row], [SITE]).weights[SITE]
        assert all(torch.equal(together[slot][place], alone[slot][0]) for slot in SLOTS[SITE])


def test_each_part_is_asked_once_for_its_distinct_rows() -> None:
    rows = [Row(task=task, language="tr") for task in ("ner", "pos")]
    plan = joined((table("task"), {"own"}), (table("language"), {"shared"}))
    provider = plan.build(SLOTS, rows, {})
    asked: list[list[Row]] = []
    for part in provider.parts:
        part.register_forward_pre_hook(lambda _, given: asked.append(list(given[0])))
    provider(rows, [SITE])
    assert asked == [[Row(task="ner"), Row(task="pos")], [Row(language="tr")]]


def test_a_sum_is_that_of_its_parts_at_every_row() -> None:
    pairs = (("ner", "tr"), ("pos", "yo"), ("ner", "yo"))
    rows = [Row(task=task, language=language) for task, language in pairs]
    plan = summed(table("task"), table("language"))
    provider = plan.build(SLOTS, rows, {})
    assert provider.factors == plan.factors == ("task", "language")
    total = provider(rows, [SITE]).weights[SITE]
    for place, row in enumerate(rows):
        parts = [part([row.of(part.factors)], [SITE]).weights[SITE] for part in provider.parts]
        for slot in SLOTS[SITE]:
            assert torch.equal(total[slot][place], parts[0][slot][0] + parts[1][slot][0])


def test_a_sum_knows_what_all_its_parts_know() -> None:
    plan = summed(table("task"), table("language"))
    provider = plan.build(SLOTS, [Row(task="ner", language="tr")], {})
    provider.check(Row(task="ner", language="tr"))
    with pytest.raises(UnknownName, match="language=yo"):
        provider.check(Row(task="ner", language="yo"))
