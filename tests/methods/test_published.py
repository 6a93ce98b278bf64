"""The list of published systems: what each can do, and the setting of its paper."""

import inspect
from typing import Any

import pytest

import hyperadapters.methods
from hyperadapters.method import Method
from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.methods.arguments import REQUIRED, arguments
from hyperadapters.methods.settings import HYPER_X, PSF
from hyperadapters.model.counting import abilities
from hyperadapters.routes import Cell, Route


def made(name: str) -> Method:
    """A method as its paper's setting has it."""
    return METHODS[name](**SETTINGS[name].arguments)


def test_what_each_system_can_do_follows_from_its_factors() -> None:
    unseen = {name for name in METHODS if abilities(made(name))["unseen_pair"]}
    assert "language-adapters-base" in unseen and "hyper-adapters-base-base" in unseen
    assert "pair-adapters-base" not in unseen and "bad-x" not in unseen
    assert unseen >= {"hyper-x-base", "hyper-x-small"}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_called_as_it_is_listed(name: str) -> None:
    assert made(name).name == name


def test_every_method_has_a_setting() -> None:
    assert SETTINGS.keys() == METHODS.keys()
    assert len(SETTINGS["pair-adapters-big"].routes) == 100
    assert SETTINGS["pair-adapters-big"].backbone == "transformer-big"
    assert Route.of("iu", "en") in SETTINGS["transformer-base"].routes
    assert Route.of("sw", "en") not in SETTINGS["transformer-base"].routes


def test_the_setting_of_hyper_x() -> None:
    cells = [cell.task for cell in HYPER_X.cells]
    assert {task: cells.count(task) for task in cells} == {"ner": 16, "pos": 16, "mlm": 16}
    assert HYPER_X.backbone == "bert-base-multilingual-cased"
    assert Cell("pos", Route.of("yue")) in HYPER_X.cells


def test_the_setting_of_parameter_space_factorization() -> None:
    assert PSF.routes == HYPER_X.routes and dict(PSF.labels) == {"ner": 9, "pos": 17}


def _plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(part, str) for part in value)
    return value is None or isinstance(value, bool | int | float | str)


@pytest.mark.parametrize("name", METHODS)
def test_arguments_are_values_that_a_run_file_can_spell_out(name: str) -> None:
    taken = arguments(name)
    assert "name" not in taken
    for argument in taken.values():
        assert argument.default is REQUIRED or _plain(argument.default)
    assert {key for key, argument in taken.items() if argument.default is REQUIRED} == set(
        SETTINGS[name].arguments
    )


def test_every_published_system_has_an_entry() -> None:
    """A method that `hyperadapters.methods` offers can be named in a run file."""
    module = hyperadapters.methods
    offered = {name for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    listed = {getattr(method, "func", method).__name__ for method in METHODS.values()}
    assert offered == listed
