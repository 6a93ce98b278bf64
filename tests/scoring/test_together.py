"""Cells whose answers are written together say what each says alone."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.context import Row
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.schedules import Fixed
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.tasks.batch import banded

NAMES = ("de-en", "en-de", "fr-en", "de-en-fr", "fr-en-de", "de-fr")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """An untrained Transformer in float64 whose rows differ."""
    data = {"format": "cldr", "content": "pairs", "train": 30, "test": 9}
    task = {"kind": "translation", "beams": 3, "length": 6, "data": data}
    folder = tmp_path_factory.mktemp("run")
    assembly = assemble(run_from(tiny_runs.translation(folder, tasks={"mt": task})))
    assembly.model.to(torch.float64)
    return assembly


def _cells(made: Assembly, *names: str, **how: Any) -> Any:
    return evaluate(made, cells=[made.cell("mt", name) for name in names], **how).cells


@pytest.mark.parametrize("how", [{}, {"under": Fixed(source_language="fr")}])
def test_cells_are_scored_as_alone(made: Assembly, how: dict[str, Any]) -> None:
    together = _cells(made, *NAMES, **how)
    assert together == tuple(cell for name in NAMES for cell in _cells(made, name, **how))
    assert len({cell.statistics for cell in together}) > 3, "they are not all alike"


def test_equal_sources_in_equal_rows_are_written_once(
    made: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    search = made.model.search

    def counted(context: Any, way: Any, **inputs: Any) -> Any:
        asked.append(len(inputs["input_ids"]))
        assert len(context.rows) <= 16
        return search(context, way, **inputs)

    monkeypatch.setattr(made.model, "search", counted)
    _cells(made, "de-en")
    alone = sum(asked)
    asked.clear()
    _cells(made, "de-en", "de-en-fr")
    assert alone <= 9 and sum(asked) <= alone + 9, "the first hop of the second is the first"


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9)), max_size=60),
    st.integers(1, 7),
    st.integers(1, 3),
)
def test_batches_of_few_rows(drawn: list[tuple[int, int]], examples: int, most: int) -> None:
    lengths = [length for length, _ in drawn]
    rows = [Row(language=f"l{number}") for _, number in drawn]
    batches = [*banded(lengths, rows, examples=examples, tokens=60, most=most)]
    assert sorted(place for batch in batches for place in batch) == list(range(len(drawn)))
    for batch in batches:
        assert 0 < len(batch) <= examples and len({rows[place] for place in batch}) <= most
        assert len(batch) * max(lengths[place] for place in batch) <= 60 or len(batch) == 1
