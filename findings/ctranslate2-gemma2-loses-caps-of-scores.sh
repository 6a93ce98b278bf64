#!/usr/bin/env bash
# ctranslate2 4.8.5 (transformers 5.23.0): a Gemma 2 model is converted without a word, but neither the caps of its
# scores (`attn_logit_softcapping`, 50 in the published models, and `final_logit_softcapping`, 30) nor its scale of
# attention (`query_pre_attn_scalar`, 144 for heads of 128 in the model of 27 billion) are taken over. Its
# probabilities are others than those of `transformers` wherever one of them acts. Expected were equal ones, or a
# refusal. Without caps, and with the scale of the heads' size, they are equal.
#
# Seen (largest difference of log-probabilities):
#   none of them: 0.0000
#   attention capped at 50: 0.0204
#   scores capped at 30: 0.2835
#   scale 9 for heads of 8: 0.0744
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet ctranslate2==4.8.5 transformers==5.23.0
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder/model" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys

import ctranslate2
import numpy as np
import torch
from ctranslate2.converters import TransformersConverter
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import Gemma2Config, Gemma2ForCausalLM, PreTrainedTokenizerFast

folder = sys.argv[1]
words = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"w{number}" for number in range(36))]
SHAPE = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 24, "initializer_range": 0.6}
HEADS = {"num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8}
inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=inner, unk_token="<unk>", pad_token="<pad>", eos_token="<eos>", bos_token="<bos>"
)
ids = [5, 6, 7, 8, 9, 10, 11]


def difference(**values) -> float:
    plain = {"attn_logit_softcapping": None, "final_logit_softcapping": None, "query_pre_attn_scalar": 8}
    torch.manual_seed(0)
    model = Gemma2ForCausalLM(Gemma2Config(**SHAPE, **HEADS, **{**plain, **values})).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    TransformersConverter(folder).convert(f"{folder}/converted", force=True)
    generator = ctranslate2.Generator(f"{folder}/converted", compute_type="float32")
    found = torch.tensor(np.array(generator.forward_batch([[words[number] for number in ids]])))[..., : len(words)]
    with torch.no_grad():
        wanted = model(torch.tensor([ids])).logits
    return (found.log_softmax(-1) - wanted.log_softmax(-1)).abs().max().item()


cases = {
    "none of them": {},
    "attention capped at 50": {"attn_logit_softcapping": 50.0},
    "scores capped at 30": {"final_logit_softcapping": 30.0},
    "scale 9 for heads of 8": {"query_pre_attn_scalar": 9},
}
for name, values in cases.items():
    found = difference(**values)
    print(f"{name}: {found:.4f}")
    assert (found < 1e-4) == (not values)
PYTHON
