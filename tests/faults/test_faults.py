"""The list of faults fits the library and its tests, so that it cannot rot."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from faults.faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]


def test_there_are_twenty_different_faults() -> None:
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS) >= 20
    assert max(Counter(fault.name for fault in FAULTS).values()) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_has_a_place_and_a_test(fault: Fault) -> None:
    source = (ROOT / "src" / "hyperadapters" / fault.file).read_text(encoding="utf-8")
    assert source.count(fault.old) == 1
    ast.parse(source.replace(fault.old, fault.new))
    file, _, name = fault.test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    function, case, _ = name.partition("[")
    named = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    decorators = [ast.unparse(decorator) for decorator in named[function].decorator_list]
    cases = any(text.startswith("pytest.mark.parametrize") for text in decorators)
    assert case or not cases, "a fault names the case of its test that fails"
