"""Settings and fixtures of every test."""

import os
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

# A test never downloads; the two cores belong to the test processes, not to threads of each.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
torch.set_num_threads(1)

# Derandomised, so that a red run can be repeated; without a deadline, because CI machines stall.
settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

_LONG = ("tests/fuzz/", "tests/training/", "tests/cli/", "tests/test_configs.py", "tests/tasks/")
_REPOSITORY = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, so that at the end no worker waits for one of them."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder with the real corpora; skips the test where there is none."""
    named = os.environ.get("HYPERADAPTERS_DATA")
    folder = Path(named) if named else _REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no corpora: `{folder}` does not exist; set HYPERADAPTERS_DATA")
    return folder
