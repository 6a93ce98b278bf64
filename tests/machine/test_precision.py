"""Precision: what `auto` stands for, and which attention goes with bf16 on a CPU."""

import pytest
import torch
from torch.backends import cuda

from hyperadapters.machine.precision import attention_of, settled
from hyperadapters.machine.ranks import accelerator_for

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("found", "precision"),
    [
        ({"avx512_bf16": True}, "bf16"),
        ({"architecture": "aarch64", "bf16": True}, "bf16"),
        ({"avx512_f": True, "avx512_bf16": False, "num_sockets": 1}, "no"),
    ],
)
def test_auto_is_bf16_where_a_cpu_has_instructions_for_it(
    found: dict[str, object], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    assert settled("auto", CPU) == precision
    assert accelerator_for("auto").mixed_precision == precision


def test_auto_is_float32_where_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert settled("auto", CPU) == "no"
    assert settled("auto", torch.device("meta")) == "no"


def test_a_precision_that_is_said_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True}, raising=False)
    assert [settled(said, CPU) for said in ("no", "bf16", "fp16")] == ["no", "bf16", "fp16"]


def test_short_examples_of_bf16_are_attended_without_blocks() -> None:
    before = cuda.flash_sdp_enabled()
    with attention_of("bf16", CPU, 100):
        assert cuda.math_sdp_enabled()
        assert not cuda.flash_sdp_enabled()
    for precision, tokens in (("no", 100), ("bf16", 512)):
        with attention_of(precision, CPU, tokens):
            assert cuda.flash_sdp_enabled() == before
    assert cuda.flash_sdp_enabled() == before
