"""What is stored under one name."""

import pytest

import systems
from hyperadapters.errors import UnknownName
from hyperadapters.method import Method
from tiny_named import NETWORKS, model_of


@pytest.mark.parametrize("method", NETWORKS, ids=lambda method: method.name)
def test_a_name_has_what_a_model_without_it_lacks(method: Method) -> None:
    """Counted over all parameters, whichever provider has them; and nothing is resized."""
    whole = {name: p.shape for name, p in model_of(method).named_parameters()}
    less = {name: p.shape for name, p in model_of(method, "ner pos").named_parameters()}
    model = model_of(method)
    own = {id(p) for p in model.parameters_of("task=new")}
    found = {name for name, p in model.named_parameters() if id(p) in own}
    assert found == whole.keys() - less.keys()
    assert all(whole[name] == shape for name, shape in less.items())


def test_a_part_that_nothing_is_stored_under_is_unknown() -> None:
    said = "(?s)unknown part of the model `language=sw`.*vectors of a file are fixed"
    with pytest.raises(UnknownName, match=said):
        model_of(systems.HYPER_X).parameters_of("language=sw")
