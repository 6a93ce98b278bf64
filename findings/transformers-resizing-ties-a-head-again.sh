#!/usr/bin/env bash
# transformers 5.23.0: a T5 whose configuration says that its output layer is its input embedding, but whose checkpoint
# holds an output layer of its own, is loaded with that layer, and a warning says that the two will not be tied.
# `resize_token_embeddings`, the usual way to add tokens, ties them all the same, without a word: the output layer of
# the checkpoint is lost, and every logit changes. With `config.tie_word_embeddings = False` set before, it is kept.
#
# Seen:
#   after loading: tied False, largest difference to the saved head 0.0
#   after resizing: tied True, logits of the old tokens differ by more than 1
#   told first that it is not tied: tied False, largest difference to the saved head 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet transformers==5.23.0
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder/model" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import json
import sys
from pathlib import Path

import torch
from transformers import T5Config, T5ForConditionalGeneration

folder = sys.argv[1]
torch.manual_seed(0)
shape = {"vocab_size": 64, "d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
saved = T5ForConditionalGeneration(T5Config(**shape, decoder_start_token_id=0))
saved.lm_head.weight = torch.nn.Parameter(torch.randn(64, 16))
saved.config.tie_word_embeddings = False
saved.save_pretrained(folder)
told_tied = Path(folder) / "config.json"  # as older checkpoints say, whatever they hold
told_tied.write_text(json.dumps({**json.loads(told_tied.read_text()), "tie_word_embeddings": True}))
head = saved.lm_head.weight.detach()


def told(model: T5ForConditionalGeneration) -> tuple[bool, float]:
    kept = model.lm_head.weight.detach()[:64]
    return model.lm_head.weight is model.shared.weight, float((kept - head).abs().max())


def logits(model: T5ForConditionalGeneration) -> torch.Tensor:
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        return model.eval()(input_ids=ids, decoder_input_ids=ids).logits[..., :64]


loaded = T5ForConditionalGeneration.from_pretrained(folder)
print("after loading: tied {}, largest difference to the saved head {}".format(*told(loaded)))
before = logits(loaded)
assert told(loaded) == (False, 0.0)
loaded.resize_token_embeddings(72)
moved = float((logits(loaded) - before).abs().max())
print(f"after resizing: tied {told(loaded)[0]}, logits of the old tokens differ by {moved:.2f}")
assert told(loaded)[0] and moved > 1
apart = T5ForConditionalGeneration.from_pretrained(folder)
apart.config.tie_word_embeddings = False
apart.resize_token_embeddings(72)
print("told first that it is not tied: tied {}, largest difference to the saved head {}".format(*told(apart)))
assert told(apart) == (False, 0.0)
PYTHON
