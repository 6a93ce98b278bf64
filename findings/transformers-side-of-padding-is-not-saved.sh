#!/usr/bin/env bash
# transformers 5.23.0 (4.57.6 too): what is set as an attribute of a tokenizer is not always saved. After
# `tokenizer.padding_side = "left"` and `save_pretrained` the side is "right" again where the folder is read;
# `truncation_side` and `model_input_names` are lost in the same way. `model_max_length` is saved, and so is a side
# that was given to `from_pretrained`. So a decoder-only model that is sent on with its tokenizer pads on the right
# where it is read again, and writes on behind padding in a batch.
#
# Seen, of either version:
#   model_max_length: 7 -> 7
#   padding_side: left -> right
#   truncation_side: left -> right
#   model_input_names: ['input_ids'] -> more
#   padding_side given to from_pretrained: left -> left
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/sides.py" <<'PYTHON'
import sys

from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

folder = sys.argv[1]
inner = Tokenizer(models.WordLevel({"<unk>": 0, "<pad>": 1}, unk_token="<unk>"))
PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", pad_token="<pad>").save_pretrained(f"{folder}/first")
tokenizer = AutoTokenizer.from_pretrained(f"{folder}/first")
wanted = {"model_max_length": 7, "padding_side": "left", "truncation_side": "left", "model_input_names": ["input_ids"]}
for name, value in wanted.items():
    setattr(tokenizer, name, value)
tokenizer.save_pretrained(f"{folder}/second")
read = AutoTokenizer.from_pretrained(f"{folder}/second")
for name, value in wanted.items():
    found = getattr(read, name)
    print(f"{name}: {value} -> {'more' if isinstance(found, list) and len(found) > 1 else found}")
    assert (found == value) == (name == "model_max_length")
AutoTokenizer.from_pretrained(f"{folder}/first", padding_side="left").save_pretrained(f"{folder}/third")
given = AutoTokenizer.from_pretrained(f"{folder}/third").padding_side
print(f"padding_side given to from_pretrained: left -> {given}")
assert given == "left"
PYTHON
for versions in "transformers==5.23.0 tokenizers==0.23.3" "transformers==4.57.6 tokenizers==0.22.2"; do
    python3 -m venv --clear "$folder/venv"
    # shellcheck disable=SC2086
    "$folder/venv/bin/pip" install --quiet $versions
    HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$folder/sides.py" "$folder" 2> "$folder/errors" ||
        { cat "$folder/errors"; exit 1; }
done
