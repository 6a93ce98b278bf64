"""Sites and selections of them."""

import pytest

from hyperadapters.errors import BackboneError
from hyperadapters.sites import Site, Where

SITES = tuple(
    Site(tower, layer, position)
    for tower in ("encoder", "decoder")
    for layer in range(2)
    for position in ("attention", "ffn")
) + (Site("encoder", None, "embeddings"),)


def test_a_site_prints_its_place():
    assert str(Site("encoder", 3, "ffn")) == "encoder.3.ffn"
    assert str(Site("encoder", None, "embeddings")) == "encoder.embeddings"


def test_the_name_of_a_layer_says_its_tower():
    assert Site("decoder", 0, "ffn").layer_name == "decoder.0"
    assert Site("head", None, "ner").layer_name == "head"


def test_a_position_is_selected_in_every_tower_in_order():
    assert Where("ffn").select(SITES) == tuple(s for s in SITES if s.position == "ffn")


def test_a_tower_narrows_the_selection():
    chosen = Where("ffn", "attention", tower="decoder").select(SITES)
    assert chosen == tuple(s for s in SITES if s.tower == "decoder")


def test_a_position_that_only_one_tower_has_is_enough():
    assert Where("embeddings", "ffn").select(SITES)[-1] == Site("encoder", None, "embeddings")


def test_a_head_is_a_part_of_a_task():
    site = Site.of_head("ner: all", "labels")
    assert (str(site), site.task) == ("head.ner: all:labels", "ner: all")
    assert {site.task for site in SITES} == {""}


def test_no_position_is_every_position():
    heads = tuple(Site.of_head(task, "labels") for task in ("ner", "pos"))
    assert Where(tower="head").select((*SITES, *heads)) == heads
    assert Where("pos:labels", tower="head").select((*SITES, *heads)) == heads[1:]
    assert Where(tower="decoder").select(SITES) == tuple(s for s in SITES if s.tower == "decoder")


def test_selections_are_values():
    assert Where("ffn") == Where("ffn")
    assert hash(Where("ffn")) == hash(Where("ffn"))
    assert Where("ffn") != Where("ffn", tower="encoder")


def test_a_position_that_nothing_has_lists_those_that_exist():
    with pytest.raises(BackboneError) as caught:
        Where("ffn_sum", "layer", tower="decoder").select(SITES)
    assert str(caught.value).splitlines() == [
        "no site at `ffn_sum` or `layer` in the decoder",
        "  expected: one of attention, ffn",
        "  likely cause: this backbone has no such position",
        "  remedy: choose another position for this adapter, or another backbone",
    ]
    with pytest.raises(BackboneError, match="no site at `mlp`\n"):
        Where("mlp").select(SITES)


def test_a_head_that_no_task_has_is_told():
    with pytest.raises(BackboneError) as caught:
        Where("ner:labels", tower="head").select([Site.of_head("pos", "labels")])
    assert str(caught.value).splitlines() == [
        "no site at `ner:labels` in the head",
        "  expected: one of pos:labels",
        "  likely cause: no task has such a head",
        "  remedy: choose another position for this adapter, or another task",
    ]
    with pytest.raises(BackboneError, match="no site in the head\n  likely cause: no task has"):
        Where(tower="head").select(SITES)
