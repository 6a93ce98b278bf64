#!/usr/bin/env bash
# torchmetrics 1.9.0: `SQuAD` finds the answers of a question by its id within one update, so where two questions have
# one id, the last prediction is scored against the answers of both. Expected was that pairs of a prediction and its
# target, given in the same order, are compared as pairs, as they are if each is given in an update of its own. Files
# that repeat ids are common (paragraph by paragraph numbered anew), and the score then depends on the size of the
# batches.
#
# Seen (predictions are the gold answers, word for word):
#   all in one update: 66.7
#   one by one: 100.0
#   other ids, all in one update: 100.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet torchmetrics==1.9.0
"$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
from torchmetrics.text import SQuAD


def exact(ids: list[str], batch: int) -> float:
    answers = ["Paris", "Rome", "Oslo"]
    given = [{"id": one, "prediction_text": text} for one, text in zip(ids, answers)]
    gold = [{"id": one, "answers": {"text": [text], "answer_start": [0]}} for one, text in zip(ids, answers)]
    metric = SQuAD()
    for start in range(0, len(ids), batch):
        metric.update(given[start : start + batch], gold[start : start + batch])
    return metric.compute()["exact_match"].item()


together, apart, other = exact(["1", "1", "2"], 3), exact(["1", "1", "2"], 1), exact(["1", "2", "3"], 3)
print(f"all in one update: {together:.1f}")
print(f"one by one: {apart:.1f}")
print(f"other ids, all in one update: {other:.1f}")
assert together < 70 and apart == other == 100
PYTHON
