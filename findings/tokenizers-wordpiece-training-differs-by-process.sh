#!/usr/bin/env bash
# tokenizers 0.23.3: `WordPieceTrainer` learns another vocabulary from the same text in every process, on one thread
# too; no seed can be given. Pairs that are equally frequent are taken in the order of the ids of their parts, and
# characters inside words (`##e`) get ids in an order that is drawn per process. Expected was the same vocabulary, as
# `BpeTrainer` without a mark on words and `UnigramTrainer` give. So a model trained from scratch cannot be repeated
# by its seed, and a vocabulary learned once more does not fit weights that were trained before.
#
# Seen (of five processes; the numbers of WordPiece pieces vary):
#   WordPiece: 5 vocabularies, 147 of 200 pieces in all of them
#   BPE: 1 vocabulary
#   Unigram: 1 vocabulary
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tokenizers==0.23.3
cat > "$folder/learn.py" <<'PYTHON'
import random
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

draw = random.Random(0)
words = ["".join(draw.choices("abcdefghijklmnop", k=draw.randint(3, 8))) for _ in range(300)]
kinds = {
    "WordPiece": (models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer, {"special_tokens": ["[UNK]"]}),
    "BPE": (models.BPE(), trainers.BpeTrainer, {}),
    "Unigram": (models.Unigram(), trainers.UnigramTrainer, {}),
}
model, trainer, more = kinds[sys.argv[1]]
tokenizer = Tokenizer(model)
tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer.train_from_iterator(words, trainer(vocab_size=200, show_progress=False, **more))
print(*sorted(tokenizer.get_vocab()))
PYTHON
"$folder/venv/bin/python" - "$folder/learn.py" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import os
import subprocess
import sys

one_thread = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "PYTHONHASHSEED": "0"}


def learned(kind: str) -> frozenset[str]:
    command = [sys.executable, sys.argv[1], kind]
    return frozenset(subprocess.run(command, env=one_thread, capture_output=True, check=True, text=True).stdout.split())


for kind in ("WordPiece", "BPE", "Unigram"):
    found = [learned(kind) for _ in range(5)]
    count, shared = len(set(found)), len(frozenset.intersection(*found))
    if kind == "WordPiece":
        print(f"{kind}: {count} vocabularies, {shared} of {len(found[0])} pieces in all of them")
        assert count > 1 and shared < len(found[0])
    else:
        print(f"{kind}: {count} vocabulary")
        assert count == 1
PYTHON
