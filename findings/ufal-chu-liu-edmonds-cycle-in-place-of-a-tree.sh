#!/usr/bin/env bash
# ufal.chu-liu-edmonds 1.0.3: where the arcs that are left of a sentence form no tree, the answer is a cycle, and no
# error. Arcs are skipped by NaN, as its documentation says. Of three words the second and the third may only have each
# other as heads; they get each other, and nothing leads to the root. The only sign is a score of -inf, of which the
# documentation says nothing. With one more arc allowed there is a tree, and it is found. Masks come from constraints
# (known heads, no arc out of a clause), so a parser that trusts the heads writes trees with cycles. Expected was an
# error. With -inf in place of NaN the answer is a tree that has an arc of score -inf.
#
# Seen:
#   skipped by NaN: heads [-1, 0, 3, 2], score -inf: 2 and 3 are heads of each other
#   of score -inf: heads [-1, 0, 0, 2], score -inf
#   with one more arc: heads [-1, 0, 1, 2], score 3.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ufal.chu-liu-edmonds==1.0.3 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from ufal.chu_liu_edmonds import chu_liu_edmonds


def found(absent: float, more: dict) -> tuple:
    scores = numpy.full((4, 4), absent)  # [dependent, head], 0 is the root
    for (dependent, head), score in {(1, 0): 1.0, (2, 3): 2.0, (3, 2): 2.0, **more}.items():
        scores[dependent, head] = score
    return chu_liu_edmonds(scores)


cycle, infinite, tree = found(numpy.nan, {}), found(-numpy.inf, {}), found(numpy.nan, {(2, 1): 0.5})
print(f"skipped by NaN: heads {cycle[0]}, score {cycle[1]}: 2 and 3 are heads of each other")
print(f"of score -inf: heads {infinite[0]}, score {infinite[1]}")
print(f"with one more arc: heads {tree[0]}, score {tree[1]}")
assert cycle == ([-1, 0, 3, 2], -numpy.inf)
assert infinite == ([-1, 0, 0, 2], -numpy.inf)
assert tree == ([-1, 0, 1, 2], 3.5)
PYTHON
