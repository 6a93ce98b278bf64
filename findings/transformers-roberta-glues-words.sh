#!/usr/bin/env bash
# transformers 5.23.0: a RoBERTa tokenizer reads words (`is_split_into_words=True`) without the blanks between them,
# so `["New", "York"]` is read as the text "NewYork" and not as "New York". 4.57.6 refuses this call ("instantiate
# RobertaTokenizerFast with add_prefix_space=True"); 5.23.0 drops the refusal and keeps the default, so scripts for
# tagging, which all give words, train and score on glued text without a word. With `add_prefix_space=True` it is
# right.
#
# Seen:
#   5.23.0: text ['N', 'e', 'w', 'ĠY', 'or', 'k'], words ['N', 'e', 'w', 'Y', 'or', 'k']
#   5.23.0, words as the text "NewYork": True
#   5.23.0, add_prefix_space=True: words ['ĠN', 'e', 'w', 'ĠY', 'or', 'k']
#   4.57.6: AssertionError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/words.py" <<'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import RobertaTokenizerFast

folder = Path(sys.argv[1])
pairs = ["\u0120 Y", "\u0120 N", "o r"]
pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
pieces += [pair.replace(" ", "") for pair in pairs]
(folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
(folder / "merges.txt").write_text("\n".join(["#version: 0.2", *pairs, ""]), encoding="utf-8")
(folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer"}))
words, release = ["New", "York"], version("transformers")


def read(tokenizer, given) -> list[str]:
    return tokenizer(given, is_split_into_words=isinstance(given, list)).tokens()[1:-1]


plain = RobertaTokenizerFast.from_pretrained(folder)
if release.startswith("4."):
    try:
        read(plain, words)
    except AssertionError as refused:
        print(f"{release}: {type(refused).__name__}")
        sys.exit(0)
    sys.exit("read without a word")
text, found = read(plain, "New York"), read(plain, words)
print(f"{release}: text {text}, words {found}")
glued = found == read(plain, "NewYork")
print(f'{release}, words as the text "NewYork": {glued}')
spaced = read(RobertaTokenizerFast.from_pretrained(folder, add_prefix_space=True), words)
print(f"{release}, add_prefix_space=True: words {spaced}")
assert glued and found != text and spaced[1:] == text[1:]
PYTHON
for versions in "transformers==5.23.0 tokenizers==0.23.3" "transformers==4.57.6 tokenizers==0.22.2"; do
    python3 -m venv --clear "$folder/venv"
    # shellcheck disable=SC2086
    "$folder/venv/bin/pip" install --quiet $versions
    HF_HUB_OFFLINE=1 PYTHONIOENCODING=utf-8 "$folder/venv/bin/python" "$folder/words.py" "$folder" 2> "$folder/errors" ||
        { cat "$folder/errors"; exit 1; }
done
