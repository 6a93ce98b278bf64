"""How a machine computes the numbers of a step: in which precision, and its attention."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

__all__ = ["attention_of", "native_bf16", "settled"]

_SHORT = 256
"""Tokens below which attention without blocks is the faster one."""

_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")
"""Of CPUs that multiply numbers of bf16, as `torch` calls them."""


def settled(precision: str, device: torch.device) -> str:
    """The precision that a recipe asks for on a device: `auto` is `bf16` where the device has
    instructions for it, which keeps the range of float32, and `no` elsewhere.
    """
    if precision != "auto":
        return precision
    return "bf16" if native_bf16(device) else "no"


def native_bf16(device: torch.device) -> bool:
    """Whether a device has instructions for bf16; without them it is slower than float32. No CPU
    is known to have any before `torch` 2.10, which cannot say.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in _INSTRUCTIONS)


@contextmanager
def attention_of(precision: str, device: torch.device, tokens: int) -> Iterator[None]:
    """The attention of forward and backward of a batch as it is fastest.

    On a CPU `torch` computes attention in blocks. In bf16 the backward of that takes six times as
    long as the plain products and softmax, where examples are short, and longer up to some 200
    tokens (torch 2.13); so these are taken there.

    Args:
        precision: settled.
        tokens: of the longest example.
    """
    if precision == "bf16" and device.type == "cpu" and tokens < _SHORT:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    else:
        yield
