"""The list of published systems: what each can do, and the setting of its paper."""

from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.model.counting import abilities


def test_what_each_system_can_do_follows_from_its_factors() -> None:
    unseen = {name for name, method in METHODS.items() if abilities(method())["unseen_pair"]}
    assert "language-adapters-base" in unseen and "hyper-adapters-base-base" in unseen
    assert "pair-adapters-base" not in unseen
    assert unseen >= {"hyper-x-base", "hyper-x-small"}


def test_every_method_has_a_setting() -> None:
    assert SETTINGS.keys() == METHODS.keys()
    assert len(SETTINGS["pair-adapters-big"].languages) == 100
    assert SETTINGS["pair-adapters-big"].backbone == "transformer-big"
