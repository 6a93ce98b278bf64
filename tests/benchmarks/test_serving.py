"""The benchmark of serving, on a tiny model."""

from pathlib import Path

from benchmarks import serving


def test_every_way_answers_all_texts(tmp_path: Path) -> None:
    assembly = serving.model(tmp_path, layers=1, width=24, names=3, bottleneck=4)
    asked = serving.requests(assembly)
    assert len(asked) == 3 * serving.TEXTS
    assert len({language for language, _ in asked[:3]}) == 3
    found = serving.measure(assembly)
    assert set(found) == {"at once", "one by one", "one by one, nothing remembered"}
    assert all(rate > 0 for rate in found.values())
