#!/usr/bin/env bash
# transformers 5.23.0: beside a configuration of `model_type: qwen2`, AutoTokenizer gives no heed to the `tokenizer_class`
# that a folder names. It reads the vocabulary of `tokenizer.json` but puts Qwen2's own normaliser and pre-tokenizer
# around it, without a word. A word-level tokenizer that was saved and read again so finds no token at all in a text.
# Beside `llama`, `qwen3` and `gemma3_text` the same folder is read as it was saved; 4.57.6 reads it so beside `qwen2` too.
#
# Seen:
#   saved: [2, 4]
#   llama: TokenizersBackend [2, 4]
#   qwen3: TokenizersBackend [2, 4]
#   gemma3_text: TokenizersBackend [2, 4]
#   qwen2: Qwen2Tokenizer []
#   qwen2, by the class that the folder names: [2, 4]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.23.0 tokenizers==0.23.3
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder/model" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerFast

words = ["<unk>", "</s>", "north", "south", "wind"]
inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
inner.normalizer = normalizers.Lowercase()
inner.pre_tokenizer = pre_tokenizers.Whitespace()
saved = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>", eos_token="</s>")
wanted = saved("North wind")["input_ids"]
print(f"saved: {wanted}")
for family in ("llama", "qwen3", "gemma3_text", "qwen2"):
    saved.save_pretrained(sys.argv[1])
    AutoConfig.for_model(family).save_pretrained(sys.argv[1])
    read = AutoTokenizer.from_pretrained(sys.argv[1])
    found = read("North wind")["input_ids"]
    print(f"{family}: {type(read).__name__} {found}")
    assert (found == wanted) == (family != "qwen2")
named = PreTrainedTokenizerFast.from_pretrained(sys.argv[1])("North wind")["input_ids"]
print(f"qwen2, by the class that the folder names: {named}")
assert wanted == named == [2, 4] and found == []
PYTHON
