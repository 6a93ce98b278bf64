"""Tensors come back as they were written, or not at all."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from hyperadapters.machine.tensors import load_tensors, save_tensors

TENSORS = {
    "matrix": torch.arange(6.0).reshape(2, 3).T,
    "scalar": torch.tensor(3, dtype=torch.uint8),
    "half": torch.tensor([0.5, -1.0], dtype=torch.bfloat16),
    "empty": torch.zeros(0, 4),
    "flags": torch.tensor([True, False]),
}


def test_tensors_of_every_kind_come_back(tmp_path: Path) -> None:
    save_tensors(TENSORS, tmp_path / "x")
    loaded = load_tensors(tmp_path / "x")
    assert loaded.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert torch.equal(loaded[name], tensor) and loaded[name].dtype == tensor.dtype
    assert load_file(tmp_path / "x").keys() == TENSORS.keys(), "any program can read them"


def test_every_bit_of_the_file_counts(tmp_path: Path) -> None:
    """Those of padding, and of the order of keys, may change nothing; then nothing is changed."""
    save_tensors({"a": torch.arange(3.0), "b": torch.tensor([1], dtype=torch.int8)}, tmp_path / "x")
    content, refused = (tmp_path / "x").read_bytes(), 0
    for place in range(len(content)):
        (tmp_path / "y").write_bytes(
            content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
        )
        try:
            loaded = load_tensors(tmp_path / "y")
        except (ValueError, OSError):
            refused += 1
            continue
        assert torch.equal(loaded["a"], torch.arange(3.0)) and loaded["b"] == 1
    assert refused > 0.9 * len(content)


def test_damage_is_named(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "other")
    with pytest.raises(ValueError, match="no checksum: another program wrote it"):
        load_tensors(tmp_path / "other")
    for content in (b"", b"\0" * 8, b"\xff" * 40, b"\x02\0\0\0\0\0\0\0{}"):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(ValueError):
            load_tensors(tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        load_tensors(tmp_path / "nothing")
