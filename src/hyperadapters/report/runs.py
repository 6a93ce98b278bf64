"""A finished run as its folder tells it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hyperadapters.errors import BundleError
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
        return dict(_flat(self.facts.get("parameters", {})))

    @property
    def settings(self) -> dict[str, str]:
        """The run file, flat: dotted path to value as text."""
        return dict(_settings(yaml.safe_load(self.run_yaml) or {}))


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
    results = _text(folder / "results.json", again)
    run_yaml = _text(folder / "run.yaml", "train the run first")
    try:
        run = yaml.safe_load(run_yaml) or {}
        families = dict(run.get("families") or {})
    except (yaml.YAMLError, AttributeError, ValueError) as error:
        raise _broken(folder / "run.yaml", str(error)) from error
    return RunReport(
        matrix=Matrix.from_json(results, str(folder / "results.json")),
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


def _text(path: Path, remedy: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BundleError(
            f"the run has no `{path.name}`", where=str(path.parent), remedy=remedy
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, str(error)) from error


def _mapping(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = json.loads(_text(path, ""))
    except ValueError as error:
        raise _broken(path, str(error)) from error
    if not isinstance(values, dict):
        raise _broken(path, f"a {type(values).__name__} instead of a mapping")
    return values


def _lines(path: Path) -> tuple[Record, ...]:
    """The records; a last line that was being written when the run ended is left out."""
    if not path.exists():
        return ()
    text = _text(path, "")
    complete = text[: text.rfind("\n") + 1].splitlines()
    records = []
    for number, line in enumerate(complete, start=1):
        try:
            records.append(json.loads(line))
        except ValueError as error:
            raise _broken(path, f"line {number}: {error}") from error
    return tuple(records)


def _broken(path: Path, found: str) -> BundleError:
    return BundleError(
        f"`{path.name}` of the run cannot be read",
        where=str(path),
        found=found,
        cause="the file was cut off or changed by hand",
        remedy="run the command that wrote it again",
    )


def _flat(counts: Mapping[str, Any], prefix: str = "") -> list[tuple[str, int]]:
    found = []
    for name, value in counts.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{name} / ")
        elif isinstance(value, int):
            found.append((f"{prefix}{name}", value))
    return found


def _settings(values: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(values, Mapping):
        shown = ", ".join(map(str, values)) if isinstance(values, list) else str(values)
        return [(path, shown)]
    found = []
    for name, value in values.items():
        found += _settings(value, f"{path}.{name}" if path else str(name))
    return found
