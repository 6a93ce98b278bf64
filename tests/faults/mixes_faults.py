"""Mistakes in mixes of names: their weights, their order, and features that nobody knows."""

from faults.fault import Fault

__all__ = ["MIXES"]

_MIXED = "tests/providers/test_mixed.py::"

MIXES = (
    Fault(
        "a table mixes without the weight of the first name",
        "providers/table.py",
        "weight * first[key])",
        "first[key])",
        f"{_MIXED}test_tables_mix_their_entries",
    ),
    Fault(
        "an exported mix is mixed again",
        "providers/table.py",
        "if str(row) in self.entries else row.parts",
        "if not row else row.parts",
        f"{_MIXED}test_a_materialised_mix_is_the_mix[table]",
    ),
    Fault(
        "a hypernetwork mixes embeddings without their weights",
        "providers/embedding.py",
        "float(share) * vectors",
        "vectors",
        f"{_MIXED}test_hypernetworks_mix_embeddings_and_generate_from_that",
    ),
    Fault(
        "names of a mix stand in the order in which they were given",
        "mixes.py",
        "sorted(total.items())",
        "total.items()",
        "tests/test_mixes.py::test_weights_are_shares_and_kept_exactly",
    ),
    Fault(
        "a missing feature of a mix of neighbours is minus one",
        "providers/vectors.py",
        "own.masked_fill(own == _MISSING, torch.nan)",
        "own",
        "tests/providers/test_nearest.py::test_missing_features_are_masked[.tsv]",
    ),
    Fault(
        "training under a mix adds a name",
        "model/adapt.py",
        "part for row in every for _, part in row.parts",
        "row for row in every",
        "tests/model/test_adapt.py::test_what_trains_under_a_mix_is_what_it_is_made_of",
    ),
)
