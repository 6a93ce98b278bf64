#!/usr/bin/env bash
# transformers 5.23.0: UMT5 with an output layer of its own (`"tie_word_embeddings": false`, which is how the umt5
# models are published) is loaded with the right weights, but all its scores are divided by the root of `d_model`, 23
# in umt5-small: probabilities are nearly even, and losses, beams and samples are others. T5 divides them where the
# output layer is the embedding, and not otherwise; since version 5 `UMT5Config` puts true for what the folder says,
# and the model goes by that. A warning says only that the two weights will not be tied, and asks for
# `tie_word_embeddings=False`, which is put aside as well. mT5 errs the other way: where they are tied, it no longer
# divides. Expected were the scores of 4.57.6, which 5.23.0 gives for T5 in both cases.
#
# Seen (scores of 5.23.0 by those of 4.57.6 for one folder, d_model 16; probability of the likeliest word in both):
#   T5, tied True: 1.00, 0.14 -> 0.14
#   T5, tied False: 1.00, 0.68 -> 0.68
#   UMT5, tied True: 1.00, 0.07 -> 0.07
#   UMT5, tied False: 0.25, 0.28 -> 0.09
#   MT5, tied True: 4.00, 0.06 -> 0.25
#   MT5, tied False: 1.00, 0.95 -> 0.95
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
cat > "$folder/check.py" <<'PYTHON'
import sys

import torch
import transformers

SHAPE = {"vocab_size": 40, "d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
FACTORS = {("UMT5", False): 0.25, ("MT5", True): 4.0}
ids = torch.tensor([[5, 6, 7, 1]])

for name in ("T5", "UMT5", "MT5"):
    kind, settings = (getattr(transformers, name + part) for part in ("ForConditionalGeneration", "Config"))
    for tied in (True, False):
        folder = f"{sys.argv[1]}/{name}-{tied}"
        if transformers.__version__ == "4.57.6":
            torch.manual_seed(0)
            model = kind(settings(**SHAPE, decoder_start_token_id=0, tie_word_embeddings=tied))
            for weight in model.parameters():
                weight.data.normal_()
            model.save_pretrained(folder)
        model = kind.from_pretrained(folder).eval()
        separate = model.lm_head.weight is not model.shared.weight
        assert separate != tied
        with torch.no_grad():
            scores = model(input_ids=ids, decoder_input_ids=torch.tensor([[0]])).logits[0, 0]
        if transformers.__version__ == "4.57.6":
            torch.save(scores, f"{folder}/scores")
            continue
        before = torch.load(f"{folder}/scores")
        factor = ((scores * before).sum() / (before * before).sum()).item()
        chances = [found.softmax(-1).max().item() for found in (before, scores)]
        print(f"{name}, tied {tied}: {factor:.2f}, {chances[0]:.2f} -> {chances[1]:.2f}")
        assert torch.allclose(scores, factor * before, atol=1e-3)
        assert abs(factor - FACTORS.get((name, tied), 1.0)) < 1e-3
PYTHON
for version in 4.57.6 5.23.0; do
    "$folder/venv/bin/pip" install --quiet transformers==$version
    HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$folder/check.py" "$folder" 2> "$folder/errors" ||
        { cat "$folder/errors"; exit 1; }
done
