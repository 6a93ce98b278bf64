"""Blocks by row: examples come back to their places, blocks hold their own row's examples."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.model.layout import Layout

ROW_OF = st.integers(1, 4).flatmap(
    lambda rows: st.tuples(
        st.just(rows), st.lists(st.integers(0, rows - 1), min_size=1, max_size=9)
    )
)


@given(ROW_OF)
def test_join_undoes_split(case: tuple[int, list[int]]) -> None:
    rows, row_of = case
    hidden = torch.arange(len(row_of) * 6.0).reshape(len(row_of), 3, 2)
    layout = Layout.of(row_of, rows, torch.device("cpu"))
    assert torch.equal(layout.join(layout.split(hidden), tokens=3), hidden)


@given(ROW_OF)
def test_a_block_holds_the_examples_of_its_row(case: tuple[int, list[int]]) -> None:
    rows, row_of = case
    marked = torch.tensor(row_of, dtype=torch.float64).reshape(-1, 1, 1)
    layout = Layout.of(row_of, rows, torch.device("cpu"))
    blocks = layout.split(marked)
    for row in set(row_of):
        assert (blocks[row] == row).all()


def test_sorted_equal_blocks_are_only_reshaped() -> None:
    layout = Layout.of([0, 0, 1, 1], 2, torch.device("cpu"))
    hidden = torch.zeros(4, 3, 2)
    assert layout.gather is None
    assert layout.split(hidden).data_ptr() == hidden.data_ptr()
