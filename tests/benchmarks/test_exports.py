"""The benchmark of exported rows, on a model of one layer."""

from pathlib import Path

from benchmarks import exports


def test_every_row_is_written_and_counted(tmp_path: Path) -> None:
    found = exports.measure(exports.model(tmp_path, layers=1, width=24, names=2), tmp_path / "rows")
    assert found["rows"] == exports.TASKS * 2 == len(list((tmp_path / "rows").glob("*/*")))
    lora = 3 * 2 * 8 * 24 * 4  # query, key and value; A and B of rank 8 at 24 features; 4 bytes
    assert found["bytes"] > found["rows"] * lora and found["seconds"] > 0
    assert exports.now() > 2**20
