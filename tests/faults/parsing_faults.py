"""Mistakes in parsing: trees, their scores, and how they are read and written."""

from faults.fault import Fault

__all__ = ["PARSING"]

_TREES = "tests/data/formats/test_trees.py::"
_TASK = "tests/tasks/test_parsing.py::"

PARSING = (
    Fault(
        "a tree may have several roots",
        "tasks/arborescence.py",
        "if np.isfinite(total) and heads.count(0) == 1:",
        "if np.isfinite(total):",
        "tests/tasks/test_arborescence.py::"
        "test_under_each_child_of_the_root_it_is_that_of_networkx",
    ),
    Fault(
        "a cycle is taken for a tree where a mask leaves none",
        "tasks/arborescence.py",
        "if not np.isfinite(found[1]):",
        "if np.isnan(found[1]):",
        "tests/tasks/test_arborescence.py::"
        "test_a_mask_that_leaves_no_tree_is_an_error_and_no_cycle",
    ),
    Fault(
        "heads and dependents change places",
        "tasks/arborescence.py",
        "heads, total = chu_liu_edmonds(square)",
        "heads, total = chu_liu_edmonds(np.ascontiguousarray(square.T))",
        "tests/tasks/test_arborescence.py::test_of_all_trees_the_best[3]",
    ),
    Fault(
        "a word may be the head of itself",
        "tasks/arcs.py",
        "~itself], dim=1)",
        "itself | ~itself], dim=1)",
        "tests/tasks/test_arcs.py::test_a_head_is_the_root_or_another_word_that_is_seen",
    ),
    Fault(
        "a word that was cut off may be a head",
        "tasks/arcs.py",
        "first > UNSEEN], dim=1).bool()",
        "first >= UNSEEN], dim=1).bool()",
        f"{_TASK}test_a_word_without_a_token_is_no_head_and_is_told",
    ),
    Fault(
        "punctuation is left out of the words that count",
        "tasks/parsing.py",
        "known = [word for word, label in enumerate(labels) if label != IGNORED]",
        "known = [word for word, label in enumerate(labels) if label > 0]",
        f"{_TASK}test_all_words_count_and_one_tree_is_answered",
    ),
    Fault(
        "the relation of the root stands anywhere",
        "tasks/parsing.py",
        "return at_root != is_root",
        "return torch.zeros_like(at_root & is_root)",
        f"{_TASK}test_all_words_count_and_one_tree_is_answered",
    ),
    Fault(
        "an empty node counts as a word",
        "data/formats/conllu.py",
        "if row[1][0].isdecimal()]",
        'if "-" not in row[1][0]]',
        f"{_TREES}test_ranges_and_empty_nodes_are_no_part_of_a_tree",
    ),
    Fault(
        "the last column is written anew",
        "data/formats/trees.py",
        "cells[_HEAD], cells[_LABEL] = str(head), label",
        'cells[_HEAD], cells[_LABEL], cells[-1] = str(head), label, cells[-1].split("=")[0]',
        f"{_TREES}test_only_head_and_relation_change_and_misc_is_not_cut",
    ),
    Fault(
        "a word's vector is the sum of those of its tokens",
        "tasks/vectors.py",
        "return total / parts.sum(1).clamp(min=1).unsqueeze(-1)",
        "return total",
        "tests/tasks/test_vectors.py::test_vectors_are_means_over_the_tokens_of_a_place",
    ),
)
