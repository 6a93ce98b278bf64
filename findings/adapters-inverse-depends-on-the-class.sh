#!/usr/bin/env bash
# adapters 1.3.0 (transformers 4.57.6): whether an invertible adapter (`seq_bn_inv`) is undone before the output layer
# depends on the class of the model, so the same weights give other scores.
# - BERT: `BertAdapterModel` undoes it, as MAD-X says; `BertForMaskedLM` under `adapters.init` never does.
# - T5: the invertible adapter acts on what enters the encoder. `T5ForConditionalGeneration` undoes nothing;
#   `T5AdapterModel` undoes it on what the *decoder* gives, whose embeddings it never acted on.
# The last hidden states are the same in both classes.
#
# Seen:
#   bert: states differ by 0.0e+00, scores by 4.1
#   t5: states differ by 0.0e+00, scores by 5.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet adapters==1.3.0 transformers==4.57.6
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - "$folder/model" <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import sys

import adapters
import torch
from transformers import BertConfig, BertForMaskedLM, T5Config, T5ForConditionalGeneration

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
BERT = BertConfig(vocab_size=40, initializer_range=0.3, **SMALL)
T5 = T5Config(vocab_size=40, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2, decoder_start_token_id=0)
ids = torch.tensor([[5, 6, 7, 8]])
cases = {"bert": (BertForMaskedLM, BERT, {}), "t5": (T5ForConditionalGeneration, T5, {"decoder_input_ids": ids})}
for name, (kind, shape, more) in cases.items():
    torch.manual_seed(0)
    kind(shape).save_pretrained(sys.argv[1])
    flexible = adapters.AutoAdapterModel.from_pretrained(sys.argv[1]).eval()
    fixed = kind.from_pretrained(sys.argv[1]).eval()
    adapters.init(fixed)
    for model in (flexible, fixed):
        model.add_adapter("tr", config="seq_bn_inv[reduction_factor=2]")
        torch.manual_seed(1)
        for modules in model.get_adapter("tr").values():
            for parameter in (p for module in modules.values() for p in module.parameters()):
                torch.nn.init.normal_(parameter, std=0.4)
        model.set_active_adapters("tr")
    with torch.no_grad():
        given = [m(input_ids=ids, output_hidden_states=True, **more) for m in (flexible, fixed)]
    states = [(one.decoder_hidden_states if more else one.hidden_states)[-1] for one in given]
    scores = [one.logits for one in given]
    apart = [(one - other).abs().max().item() for one, other in (states, scores)]
    print(f"{name}: states differ by {apart[0]:.1e}, scores by {apart[1]:.1f}")
    assert apart[0] < 1e-5 and apart[1] > 1
PYTHON
