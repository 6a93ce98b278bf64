#!/usr/bin/env bash
# peft 0.21.2 (transformers 5.23.0): of LoRA adapters with `use_rslora=True`, `add_weighted_adapter` makes one that is
# too large by the square root of its rank, without a word. Even one adapter with weight 1 becomes another: the scale
# of its parts is folded into the new weights, alpha is set to the rank, and the new adapter divides by the root of
# the rank and not by the rank. Without rsLoRA, `cat`, which is said to be exact, is exact.
#
# Seen (change of a weight that the new adapter makes, divided by what it should make):
#   LoRA, rank 4, one adapter of weight 1: 1.00
#   rsLoRA, rank 4, one adapter of weight 1: 2.00
#   rsLoRA, rank 16, one adapter of weight 1: 4.00
#   LoRA, rank 8, 0.6 and 0.4 of two, cat: 1.00
#   rsLoRA, rank 8, 0.6 and 0.4 of two, cat: 4.00
#   rsLoRA, rank 8, 0.6 and 0.4 of two, svd of rank 16: 4.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet peft==0.21.2 transformers==5.23.0
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import torch
from peft import LoraConfig, get_peft_model
from transformers import BertConfig, BertModel

SHAPE = {"vocab_size": 40, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}


def ratio(rslora: bool, rank: int, weights: list[float], **how) -> float:
    torch.manual_seed(0)
    config = LoraConfig(target_modules=["query"], r=rank, init_lora_weights=False, use_rslora=rslora)
    names = ["one", "two"][: len(weights)]
    model = get_peft_model(BertModel(BertConfig(**SHAPE)), config, "one")
    for name in names[1:]:
        model.add_adapter(name, config)
    model.add_weighted_adapter(names, weights, "new", **how)
    site = model.base_model.model.encoder.layer[0].attention.self.query
    wanted = sum(weight * site.get_delta_weight(name) for name, weight in zip(names, weights))
    found = site.get_delta_weight("new")
    times = ((found * wanted).sum() / (wanted * wanted).sum()).item()
    assert torch.allclose(found, times * wanted, atol=1e-5)
    return times


cases = [
    ("LoRA, rank 4, one adapter of weight 1", 1, (False, 4, [1.0]), {}),
    ("rsLoRA, rank 4, one adapter of weight 1", 2, (True, 4, [1.0]), {}),
    ("rsLoRA, rank 16, one adapter of weight 1", 4, (True, 16, [1.0]), {}),
    ("LoRA, rank 8, 0.6 and 0.4 of two, cat", 1, (False, 8, [0.6, 0.4]), {"combination_type": "cat"}),
    ("rsLoRA, rank 8, 0.6 and 0.4 of two, cat", 4, (True, 8, [0.6, 0.4]), {"combination_type": "cat"}),
    ("rsLoRA, rank 8, 0.6 and 0.4 of two, svd of rank 16", 4, (True, 8, [0.6, 0.4]), {"svd_rank": 16}),
]
for name, times, given, how in cases:
    found = ratio(*given, **how)
    print(f"{name}: {found:.2f}")
    assert abs(found - times) < 1e-3
PYTHON
