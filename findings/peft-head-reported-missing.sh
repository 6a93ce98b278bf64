#!/usr/bin/env bash
# transformers 5.23.0 with peft 0.21.2: `from_pretrained(FOLDER, output_loading_info=True)` of a folder that
# `PeftModel.save_pretrained` wrote, over an encoder without a head, lists `classifier.weight` and
# `classifier.bias` under `missing_keys`, although the folder holds both (peft keeps the head of a token
# classifier by itself) and the model that comes back has them. A loader that refuses models with missing weights
# refuses such a folder; one that trusts the list believes that the head is random.
#
# Seen:
#   missing_keys: ['classifier.bias', 'classifier.weight']
#   in the folder: ['base_model.model.classifier.bias', 'base_model.model.classifier.weight']
#   largest difference between the logits of both models: 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet transformers==5.23.0 peft==0.21.2
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import AutoModelForTokenClassification, BertConfig, BertForMaskedLM

encoder, adapter = (str(Path(sys.argv[1]) / name) for name in ("encoder", "adapter"))
labels = {0: "O", 1: "B-PER", 2: "I-PER"}
shape = BertConfig(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16)
BertForMaskedLM(shape).save_pretrained(encoder)
tagger = AutoModelForTokenClassification.from_pretrained(encoder, id2label=labels)
torch.nn.init.normal_(tagger.classifier.weight)
saved = get_peft_model(tagger, LoraConfig(task_type="TOKEN_CLS", r=2, target_modules=["query"])).eval()
saved.save_pretrained(adapter)

read, told = AutoModelForTokenClassification.from_pretrained(adapter, id2label=labels, output_loading_info=True)
with safe_open(f"{adapter}/adapter_model.safetensors", "pt") as tensors:
    held = sorted(name for name in tensors.keys() if "classifier" in name)
ids = torch.tensor([[5, 6, 7]])
difference = float((read.eval()(ids).logits - saved(ids).logits).abs().max())
print("missing_keys:", sorted(told["missing_keys"]))
print("in the folder:", held)
print("largest difference between the logits of both models:", difference)
assert {"classifier.weight", "classifier.bias"} <= set(told["missing_keys"])
assert len(held) == 2 and difference < 1e-6
PYTHON
