"""What one process at a time may do."""

import os
import threading
from pathlib import Path

import pytest

from hyperadapters.errors import BundleError
from hyperadapters.machine.held import held


def _never() -> None:
    raise AssertionError("nobody else holds it")


def test_who_comes_second_waits_until_the_first_lets_go(tmp_path: Path) -> None:
    place, waits, order = tmp_path / "new" / ".lock", threading.Event(), list[str]()

    def second() -> None:
        with held(place, waits.set):
            order.append("second")

    with held(place, _never):
        other = threading.Thread(target=second)
        other.start()
        assert waits.wait(10)
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]


def test_who_must_not_wait_is_refused(tmp_path: Path) -> None:
    def refuse() -> None:
        raise BundleError("taken")

    with held(tmp_path / "lock", _never):
        with pytest.raises(BundleError, match="taken"), held(tmp_path / "lock", refuse):
            pass
    with held(tmp_path / "lock", _never):
        pass


@pytest.mark.parametrize("make", [lambda p: p.write_text("mine"), lambda p: os.symlink("x", p)])
def test_another_file_is_left_alone(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "lock")
    with pytest.raises(BundleError, match="not the lock"), held(tmp_path / "lock", _never):
        pass
    assert (tmp_path / "lock").is_symlink() or (tmp_path / "lock").read_text() == "mine"
