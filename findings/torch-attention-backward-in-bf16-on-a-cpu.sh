#!/usr/bin/env bash
# torch 2.13.0: on a CPU the backward of `scaled_dot_product_attention` takes several times as long in bf16 as in
# float32, where sequences are short. The kernel that is chosen works in blocks (flash attention); the plain one
# (`SDPBackend.MATH`), which is not chosen by itself, is as quick in bf16 as in float32. So autocast to bf16, which
# makes the products of a training step up to four times as fast on a CPU with instructions for it, can leave the step
# as slow as it was: in an encoder of 3 layers × 128 attention went from 9% of a step to 47%.
#
# Seen (32 × 4 heads, 24 tokens of 32 features; forward and backward on one core of a CPU with avx512_bf16):
#   float32, chosen: 1.0 ms
#   bf16, chosen: 7.2 ms
#   bf16, plain: 1.1 ms
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy
"$folder/venv/bin/python" - <<'PYTHON' 2> "$folder/errors" || { cat "$folder/errors"; exit 1; }
import time
from contextlib import nullcontext

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

torch.set_num_threads(1)


def milliseconds(dtype: torch.dtype, kernel) -> float:
    query, key, value = (torch.randn(32, 4, 24, 32, dtype=dtype, requires_grad=True) for _ in range(3))
    given, times = torch.randn(32, 4, 24, 32, dtype=dtype), []
    for _ in range(30):
        began = time.process_time()
        with kernel():
            scaled_dot_product_attention(query, key, value).backward(given)
        times.append(time.process_time() - began)
    return 1000 * min(times)


single = milliseconds(torch.float32, nullcontext)
chosen = milliseconds(torch.bfloat16, nullcontext)
plain = milliseconds(torch.bfloat16, lambda: sdpa_kernel(SDPBackend.MATH))
print(f"float32, chosen: {single:.1f} ms")
print(f"bf16, chosen: {chosen:.1f} ms")
print(f"bf16, plain: {plain:.1f} ms")
assert chosen > 3 * plain
assert chosen > 2 * single
PYTHON
