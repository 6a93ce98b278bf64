#!/usr/bin/env bash
# transformers 5.23.0: a pair whose second sentence is empty is encoded in two ways. In a batch, `tok([a], [""])` has
# the layout of a pair; alone, `tok(a, "")` has that of a single sentence, since an empty text counts as none. So the
# same example is read otherwise alone than in a batch, with other ids and other positions, and a classifier of pairs
# can give it another answer. Expected was the layout of a pair in both.
#
# Seen:
#   alone: [2, 5, 3], in a batch: [2, 5, 3, 3]
#   segments alone: [0, 0, 0], in a batch: [0, 0, 0, 1]
#   second sentence "b", alone: [2, 5, 3, 6, 3], in a batch: [2, 5, 3, 6, 3]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.23.0 tokenizers==0.23.3
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys
from pathlib import Path

from transformers import BertTokenizerFast

vocabulary = Path(sys.argv[1]) / "vocab.txt"
vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]))
tok = BertTokenizerFast(str(vocabulary))
alone, batch = tok("a", ""), tok(["a"], [""])
print(f"alone: {alone['input_ids']}, in a batch: {batch['input_ids'][0]}")
print(f"segments alone: {alone['token_type_ids']}, in a batch: {batch['token_type_ids'][0]}")
single = tok(["a"])["input_ids"][0]
assert alone["input_ids"] == single != batch["input_ids"][0]
assert batch["token_type_ids"][0] == [0, 0, 0, 1]
full, in_batch = tok("a", "b")["input_ids"], tok(["a"], ["b"])["input_ids"][0]
print(f'second sentence "b", alone: {full}, in a batch: {in_batch}')
assert full == in_batch
PYTHON
