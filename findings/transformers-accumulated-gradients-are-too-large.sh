#!/usr/bin/env bash
# transformers 5.23.0 (accelerate 1.15.0): with `gradient_accumulation_steps=4`, `Trainer` makes gradients four times
# too large, and logs a loss four times too large, for BERT, XLM-R, T5, M2M-100 and other models, without a word. It
# takes a `**kwargs` in a model's `forward` as a promise to divide the loss by the labels of all steps, and does not
# divide it itself; since version 5 these models have `**kwargs`, but their losses are still means over their own part.
# Expected was what the documentation of accumulation says: the same update as of one batch four times as large. It is
# so for Llama, and in 4.57.6 for all of them. Adam hides it, but clipping (at 1.0 by default) then acts on other steps.
#
# Seen (update of 4 x 1 sentences by that of 1 x 4 of the same; its loss by the other's):
#   5.23.0 LlamaForCausalLM: update 1.00, loss 1.00
#   5.23.0 BertForTokenClassification: update 4.00, loss 4.00
#   5.23.0 XLMRobertaForMaskedLM: update 4.00, loss 4.00
#   5.23.0 T5ForConditionalGeneration: update 4.00, loss 4.00
#   5.23.0 M2M100ForConditionalGeneration: update 4.00, loss 4.00
#   4.57.6: 1.00 and 1.00 for each of them
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
cat > "$folder/check.py" <<'PYTHON'
import sys

import torch
import transformers
from transformers import (
    BertConfig,
    BertForTokenClassification,
    LlamaConfig,
    LlamaForCausalLM,
    M2M100Config,
    M2M100ForConditionalGeneration,
    T5Config,
    T5ForConditionalGeneration,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    XLMRobertaConfig,
    XLMRobertaForMaskedLM,
)

WIDTH = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24}
PLAIN = {**WIDTH, "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}
SMALL = {"vocab_size": 40, "d_model": 16, "dropout_rate": 0.0, "decoder_start_token_id": 0}
SIDES = {"encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
cases = [
    (LlamaForCausalLM, LlamaConfig(**WIDTH)),
    (BertForTokenClassification, BertConfig(**PLAIN, num_labels=3)),
    (XLMRobertaForMaskedLM, XLMRobertaConfig(**PLAIN)),
    (T5ForConditionalGeneration, T5Config(**SMALL, d_kv=8, d_ff=24, num_layers=1, num_heads=2)),
    (M2M100ForConditionalGeneration, M2M100Config(vocab_size=40, d_model=16, dropout=0.0, layerdrop=0.0, **SIDES)),
]
for _, config in cases:  # no layer is left out in training
    for name in ("encoder_layerdrop", "decoder_layerdrop", "attention_dropout"):
        if hasattr(config, name):
            setattr(config, name, 0.0)


class Losses(TrainerCallback):
    def __init__(self):
        self.seen = []

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs:
            self.seen.append(float(logs["loss"]))


def step(kind, config, size: int, parts: int):
    torch.manual_seed(0)
    model = kind(config)
    before = torch.cat([weight.detach().flatten().clone() for weight in model.parameters()])
    torch.manual_seed(1)
    many = config.num_labels if kind is BertForTokenClassification else 40
    rows = [{"input_ids": torch.randint(3, 40, (6,)), "labels": torch.randint(0, many, (6,))} for _ in range(4)]
    losses = Losses()
    args = TrainingArguments(
        f"{sys.argv[1]}/out", per_device_train_batch_size=size, gradient_accumulation_steps=parts, max_steps=1,
        learning_rate=1.0, lr_scheduler_type="constant", optim="sgd", max_grad_norm=0.0, logging_steps=1,
        save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=True,
    )
    Trainer(model, args, train_dataset=rows, callbacks=[losses]).train()
    after = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    return after - before, losses.seen[0]


version = transformers.__version__
for kind, config in cases:
    (whole, loss), (accumulated, other) = step(kind, config, 4, 1), step(kind, config, 1, 4)
    times = ((accumulated @ whole) / (whole @ whole)).item()
    assert torch.allclose(accumulated, times * whole, atol=1e-3)
    print(f"{version} {kind.__name__}: update {times:.2f}, loss {other / loss:.2f}", file=sys.stderr)
    wanted = 1 if kind is LlamaForCausalLM or version == "4.57.6" else 4
    assert abs(times - wanted) < 0.01 and abs(other / loss - wanted) < 0.01
PYTHON
for version in 5.23.0 4.57.6; do
    "$folder/venv/bin/pip" install --quiet accelerate==1.15.0 transformers==$version
    HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$folder/check.py" "$folder" > "$folder/log" 2> "$folder/errors" ||
        { cat "$folder/errors"; exit 1; }
    grep "^$version " "$folder/errors"
done
