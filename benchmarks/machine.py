"""What a measurement depends on besides the code, and where measurements are kept."""

import json
import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import transformers

__all__ = ["bandwidth", "device", "facts", "save"]

_COPIED = 64 * 2**20
"""Numbers copied to measure the bandwidth of memory: 256 MiB, more than any cache."""


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def facts(where: torch.device) -> dict[str, str | int | float]:
    """Versions, processor, threads, and how many other programs were running at the start."""
    gpu = torch.cuda.get_device_name(where) if where.type == "cuda" else "none"
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "gpu": gpu,
        "load": round(os.getloadavg()[0], 2),
    }


def save(result: Mapping[str, Any], name: str) -> Path:
    """Writes a measurement into the folder of all of them, and gives its file."""
    file = Path(__file__).parent / "results" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(result, indent=1) + "\n")
    return file


def bandwidth(where: torch.device) -> float:
    """Bytes per second read and written by a copy, the best of five."""
    source = torch.ones(_COPIED, device=where)
    target = torch.zeros(_COPIED, device=where)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        target.copy_(source)
        target[-1].item()  # waits
        best = min(best, time.perf_counter() - start)
    return 2 * source.numel() * source.element_size() / best


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
