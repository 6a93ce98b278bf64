#!/usr/bin/env bash
# adapters 1.3.0 (transformers 4.57.6): of several adapters in one batch (`BatchSplit`, `Parallel`) only the first
# one's invertible adapter is used, for all rows, without a word. With `seq_bn_inv`, the language adapter of MAD-X,
# every row but the first adapter's goes through the coupling of the wrong language and then through the bottlenecks
# of its own. Expected was what each adapter gives alone, as it is with `seq_bn`, which has no coupling.
#
# Seen (largest difference of a last hidden state to that of the adapter alone):
#   seq_bn: BatchSplit 0.0 and 0.0, Parallel 0.0 and 0.0
#   seq_bn_inv: BatchSplit 0.0 and 2.4, Parallel 0.0 and 2.4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet adapters==1.3.0 transformers==4.57.6
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import torch
from adapters import BertAdapterModel
from adapters.composition import BatchSplit, Parallel
from transformers import BertConfig

SHAPE = {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
ids = torch.tensor([[5, 6, 7, 8]])
for kind in ("seq_bn", "seq_bn_inv"):
    torch.manual_seed(0)
    model = BertAdapterModel(BertConfig(initializer_range=0.3, **SHAPE)).eval()
    for name in ("one", "two"):
        model.add_adapter(name, config=f"{kind}[reduction_factor=2]")
        for modules in model.get_adapter(name).values():
            for parameter in (p for module in modules.values() for p in module.parameters()):
                torch.nn.init.normal_(parameter, std=0.4)

    def states(setup, given: torch.Tensor) -> torch.Tensor:
        model.set_active_adapters(setup)
        with torch.no_grad():
            return model(input_ids=given).last_hidden_state

    alone = torch.cat([states(name, ids) for name in ("one", "two")])
    split = states(BatchSplit("one", "two", batch_sizes=[1, 1]), ids.repeat(2, 1))
    parallel = states(Parallel("one", "two"), ids)
    apart = [(found - alone).abs().amax((1, 2)).tolist() for found in (split, parallel)]
    told = [f"{first:.1f} and {second:.1f}" for first, second in apart]
    print(f"{kind}: BatchSplit {told[0]}, Parallel {told[1]}")
    for first, second in apart:
        assert first < 1e-5 and (second < 1e-5 if kind == "seq_bn" else second > 0.5)
PYTHON
