"""Tensors in a file that carries a checksum over them: safetensors, never a pickle."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

__all__ = ["load_tensors", "save_tensors"]

_CHECKSUM = "sha256"


def save_tensors(tensors: Mapping[str, Tensor], file: Path) -> None:
    """Writes tensors as safetensors, inside `whole`; those that share memory are stored apart, each
    under its name.

    Raises:
        SafetensorError: the file cannot be written.
    """
    seen: set[int] = set()
    stored = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        storage = tensor.untyped_storage().data_ptr()
        stored[name] = (tensor.clone() if storage in seen else tensor).cpu()
        seen.add(storage)
    save_file(stored, file, {_CHECKSUM: _checksum(stored)})


def load_tensors(file: Path) -> dict[str, Tensor]:
    """The tensors that `save_tensors` wrote, on the CPU.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is not as it was written.
    """
    try:
        with safe_open(file, "pt") as stored:
            told = (stored.metadata() or {}).get(_CHECKSUM)
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}
    except OSError:
        raise
    except Exception as error:  # `safetensors` has several, and none of its own for odd types
        raise ValueError((str(error).splitlines() or [type(error).__name__])[0]) from error
    if told is None:
        raise ValueError("no checksum: another program wrote it")
    if told != _checksum(tensors):
        raise ValueError("another content than was written")
    return tensors


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(repr((name, str(tensor.dtype), tuple(tensor.shape))).encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
