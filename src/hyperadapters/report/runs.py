"""A finished run as its folder tells it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hyperadapters.errors import BundleError
from hyperadapters.report.summary import listed
from hyperadapters.scoring.matrix import Matrix

__all__ = ["RunReport", "labels", "read_run"]

Record = Mapping[str, Any]
"""One line of `metrics.jsonl`."""


@dataclass(frozen=True)
class RunReport:
    """Everything that a report says of one run.

    Args:
        matrix: its scores.
        curves: the lines of `metrics.jsonl`, in order.
        embeddings: per factor the vector of each name; empty without a hypernetwork.
        families: language families by language.
        facts: parameter counts under `parameters` (nested mappings of whole numbers), and whatever
            else is worth a line in the header.
        run_yaml: the resolved run file.
    """

    matrix: Matrix
    curves: Sequence[Record] = ()
    embeddings: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    run_yaml: str = ""

    @property
    def parameters(self) -> dict[str, int]:
        """The parameter counts, flat: `providers / adapters` for a count inside `providers`."""
        counts = _flat(self.facts.get("parameters", {}), " / ")
        return {name: count for name, count in counts if isinstance(count, int)}

    @property
    def settings(self) -> dict[str, str]:
        """The run file, flat: dotted path to value as text."""
        values = _flat(yaml.safe_load(self.run_yaml) or {}, ".")
        return {
            path: listed(value) if isinstance(value, list) else str(value) for path, value in values
        }


def read_run(folder: Path) -> RunReport:
    """The run in `folder`: `results.json` and `run.yaml`; the other files where they exist.

    Raises:
        BundleError: no such folder, a study's folder, a file missing, or one that cannot be read.
    """
    if not folder.is_dir():
        raise BundleError(
            "this run folder does not exist",
            where=str(folder),
            expected="the `output` folder of a run",
            remedy="train it first, or correct the path",
        )
    if (folder / "by-name").is_dir():
        raise BundleError(
            "this is the folder of a study, not of a run",
            where=str(folder),
            expected="the folders of its runs",
            remedy=f"give some or all of {folder / 'by-name'}/*",
        )
    again = "give the run's `train` command again: it goes on from where it ended"
    with _reading(folder / "results.json", again) as file:
        matrix = Matrix.from_json(file.read_text(encoding="utf-8"), str(file))
    with _reading(folder / "run.yaml", "train the run first") as file:
        run_yaml = file.read_text(encoding="utf-8")
        families = dict((yaml.safe_load(run_yaml) or {}).get("families") or {})
    return RunReport(
        matrix=matrix,
        curves=_lines(folder / "metrics.jsonl"),
        embeddings=_mapping(folder / "embeddings.json"),
        families=families,
        facts=_mapping(folder / "facts.json"),
        run_yaml=run_yaml,
    )


def labels(runs: Sequence[RunReport]) -> tuple[str, ...]:
    """What to call each run: its name, numbered where two have the same."""
    names = [run.matrix.run for run in runs]
    return tuple(
        f"{name} ({names[:place].count(name) + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


@contextmanager
def _reading(file: Path, remedy: str = "") -> Iterator[Path]:
    """Whatever is wrong with a file, as a BundleError; `remedy` is for one that is missing."""
    try:
        yield file
    except FileNotFoundError as error:
        raise BundleError(
            f"the run has no `{file.name}`", where=str(file.parent), remedy=remedy
        ) from error
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise BundleError(
            f"`{file.name}` of the run cannot be read",
            where=str(file),
            found=str(error),
            cause="the file was cut off or changed by hand",
            remedy="run the command that wrote it again",
        ) from error


def _mapping(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with _reading(path) as file:
        values = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(f"a {type(values).__name__} instead of a mapping")
    return values


def _lines(path: Path) -> tuple[Record, ...]:
    """The records; a last line that was being written when the run ended is left out."""
    if not path.exists():
        return ()
    records = []
    with _reading(path) as file:
        complete, _, _ = file.read_text(encoding="utf-8").rpartition("\n")
        for number, line in enumerate(complete.splitlines(), start=1):
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error
    return tuple(records)


def _flat(values: Any, joint: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """What nested mappings hold, each value under its names with `joint` between them."""
    if not isinstance(values, Mapping):
        yield path, values
        return
    for name, value in values.items():
        yield from _flat(value, joint, f"{path}{joint}{name}" if path else str(name))
