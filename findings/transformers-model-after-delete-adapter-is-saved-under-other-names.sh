#!/usr/bin/env bash
# transformers 5.23.0 (peft 0.21.2): a model whose LoRA adapter was loaded with `load_adapter` and taken out again
# with `delete_adapter` computes what it computed before, but `save_pretrained` writes its weights under the names
# that they had beside the adapter (`base_model.model.` in front, `.base_layer` behind), without a word. The folder is
# read as a model of whose weights all but the output layer are drawn anew: other logits at every reading, and a list
# of missing weights is the first to be heard of it. Expected was the folder of the model as it was before the
# adapter.
#
# Seen:
#   after delete_adapter: logits differ by 0.0
#   saved under names of the model: ['lm_head.weight'] of 21
#   read again: logits differ True, and differ between two readings True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet peft==0.21.2 transformers==5.23.0
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys

import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

base, adapter, again = (f"{sys.argv[1]}/{name}" for name in ("base", "adapter", "again"))
SHAPE = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}


def logits(model: LlamaForCausalLM) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(torch.tensor([[5, 6, 7]])).logits


def names(folder: str) -> set[str]:
    with safe_open(f"{folder}/model.safetensors", "pt") as file:
        return set(file.keys())


torch.manual_seed(0)
plain = LlamaForCausalLM(LlamaConfig(**SHAPE))
plain.save_pretrained(base)
before = logits(plain)
config = LoraConfig(target_modules=["q_proj", "v_proj"], init_lora_weights=False)
get_peft_model(plain, config).save_pretrained(adapter)
model = AutoModelForCausalLM.from_pretrained(base)
model.load_adapter(adapter)
assert not torch.allclose(logits(model), before)
model.delete_adapter("default")
after = (logits(model) - before).abs().max().item()
print(f"after delete_adapter: logits differ by {after}")
model.save_pretrained(again)
kept = names(base) & names(again)
print(f"saved under names of the model: {sorted(kept)} of {len(names(base))}")
first, second = (logits(AutoModelForCausalLM.from_pretrained(again)) for _ in range(2))
differ, drawn = not torch.allclose(first, before), not torch.allclose(first, second)
print(f"read again: logits differ {differ}, and differ between two readings {drawn}")
assert after == 0 and kept == {"lm_head.weight"} and differ and drawn
PYTHON
