#!/usr/bin/env bash
# ctranslate2 4.8.5 (transformers 5.23.0): mT5 and T5 1.1 (the layout of Flan-T5 too) are converted with scores that are
# divided by the root of `d_model`, 23 in mt5-small, without a word about it. The converter divides where
# `config.tie_word_embeddings` is true, and version 5 of transformers says true for every T5; whether to divide is in
# `scale_decoder_outputs` there (T5), or never done (mT5). The best next word stays the best, so a greedy translation
# shows nothing, but all probabilities are nearly even, scores are useless, and beams and samples are others. Expected
# were the scores of transformers, as the same folders give when they are converted beside transformers 4.57.6.
#
# Seen (log-probability of five words by transformers, by ctranslate2; d_model 16):
#   4.57.6 T5: -22.65, -22.65
#   4.57.6 T5 1.1: -54.55, -54.55
#   4.57.6 mT5: -54.55, -54.55
#   5.23.0 T5: -22.65, -22.65
#   5.23.0 T5 1.1: -54.55, -23.44
#   5.23.0 mT5: -54.55, -23.44
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
cat > "$folder/check.py" <<'PYTHON'
import sys

import ctranslate2
import torch
import transformers
from ctranslate2.converters import TransformersConverter
from tokenizers import Tokenizer, models, pre_tokenizers

words = ["<pad>", "</s>", "<unk>", *(f"w{number}" for number in range(37))]
SHAPE = {"vocab_size": 40, "d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
GATED = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
source, target = [5, 6, 7, 8, 9], [14, 15, 16, 17]
first = transformers.__version__ == "4.57.6"


def write(folder: str, name: str, settings: dict) -> None:
    torch.manual_seed(0)
    kind, config = (getattr(transformers, name + part) for part in ("ForConditionalGeneration", "Config"))
    model = kind(config(**SHAPE, **settings, decoder_start_token_id=0))
    for weight in model.parameters():
        weight.data.normal_()
    model.save_pretrained(folder)
    inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    names = {"unk_token": "<unk>", "pad_token": "<pad>", "eos_token": "</s>"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=inner, **names).save_pretrained(folder)


def of_transformers(folder: str) -> float:
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    with torch.no_grad():
        given = {"input_ids": torch.tensor([source]), "decoder_input_ids": torch.tensor([[0, *target]])}
        scores = model(**given).logits[0].log_softmax(-1)
    return sum(scores[place, word].item() for place, word in enumerate([*target, 1]))


def of_ctranslate2(folder: str) -> float:
    TransformersConverter(folder).convert(f"{folder}/converted", force=True)
    translator = ctranslate2.Translator(f"{folder}/converted", compute_type="float32")
    pair = [[words[number] for number in side] for side in (source, target)]
    return sum(translator.score_batch([pair[0]], [pair[1]])[0].log_probs)


for label, name, settings in (("T5", "T5", {}), ("T5 1.1", "T5", GATED), ("mT5", "MT5", GATED)):
    folder = f"{sys.argv[1]}/{label.replace(' ', '-')}"
    if first:
        write(folder, name, settings)
    wanted, found = of_transformers(folder), of_ctranslate2(folder)
    print(f"{transformers.__version__} {label}: {wanted:.2f}, {found:.2f}")
    assert (abs(wanted - found) < 1e-2) == (first or not settings)
PYTHON
for version in 4.57.6 5.23.0; do
    "$folder/venv/bin/pip" install --quiet ctranslate2==4.8.5 transformers==$version
    HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$folder/check.py" "$folder" 2> "$folder/errors" ||
        { cat "$folder/errors"; exit 1; }
done
