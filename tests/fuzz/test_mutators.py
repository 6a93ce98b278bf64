"""Mutants differ from what they are made of, and can be made again."""

import json
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from fuzz.mutators import mutant

FILES = {
    "data/words.conllu": b"1\tAda\tada\tNOUN\t_\t_\t0\troot\t_\t_\n\n",
    "data/pairs.json": '{"en": "a", "tr": "ğ"}\n{"en": "b", "tr": "c"}\n'.encode(),
    "run.yaml": b"name: x\nrecipe: {steps: 2}\ntrain: {ner: [en, tr]}\n",
    "state.json": json.dumps({"format": 3, "progress": {"seen": [1, 2.5, None]}}).encode(),
    "weights.safetensors": save({"a": np.ones((2, 3), "float32"), "b": np.zeros(2, "int64")}),
    "empty.txt": b"",
}


@pytest.mark.parametrize("name", FILES)
@given(seed=st.integers(0, 10**6))
def test_a_mutant_is_another_file(name: str, seed: int) -> None:
    first, words = mutant(name, FILES[name], Random(seed))
    assert first != FILES[name]
    assert words
    assert (first, words) == mutant(name, FILES[name], Random(seed))


def test_mutants_are_of_many_kinds() -> None:
    kinds = {mutant("run.yaml", FILES["run.yaml"], Random(seed))[1] for seed in range(400)}
    assert {"flip", "cut", "drop_line", "put", "yaml", "yaml_value", "on_cells"} <= kinds
