"""A finished run as its folder tells it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, Strict

from hyperadapters.document.document import raise_faults
from hyperadapters.document.reading import read_alone
from hyperadapters.document.stored import stored
from hyperadapters.document.validation import part_faults
from hyperadapters.document.values import Natural, Number
from hyperadapters.errors import BundleError
from hyperadapters.report.summary import listed
from hyperadapters.scoring.matrix import Matrix

__all__ = ["Record", "RunReport", "labels", "read_run", "records_in"]

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
        run_yaml: the resolved run file, as text.
        values: the same, as values.
    """

    matrix: Matrix
    curves: Sequence[Record] = ()
    embeddings: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    run_yaml: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, int]:
        """The parameter counts, flat: `providers / adapters` for a count inside `providers`."""
        counts = _flat(self.facts.get("parameters", {}), " / ")
        return {name: count for name, count in counts if isinstance(count, int)}

    @property
    def settings(self) -> dict[str, str]:
        """The run file, flat: dotted path to value as text."""
        values = _flat(self.values, ".")
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
    results, run_yaml = folder / "results.json", folder / "run.yaml"
    again = "give the run's `train` command again: it goes on from where it ended"
    matrix = Matrix.from_json(_content(results, again), str(results))
    text = _content(run_yaml, "train the run first").decode(errors="replace")
    document = read_alone(run_yaml)
    raise_faults([*document.faults, *part_faults(_Told, document, ())], document.where)
    return RunReport(
        matrix=matrix,
        curves=records_in(folder),
        embeddings=_read(folder / "embeddings.json", _Embeddings),
        families=document.values.get("families") or {},
        facts=_read(folder / "facts.json", _Facts),
        run_yaml=text,
        values=document.values,
    )


def labels(runs: Sequence[RunReport]) -> tuple[str, ...]:
    """What to call each run: its name, numbered where two have the same."""
    names = [run.matrix.run for run in runs]
    return tuple(
        f"{name} ({names[:place].count(name) + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


def _content(file: Path, remedy: str) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise BundleError(
            f"the run has no `{file.name}`", where=str(file.parent), remedy=remedy
        ) from error


_Text = Annotated[str, Strict()]
_Flag = Annotated[bool, Strict()]
_Count = Annotated[Natural, Field(lt=2**63)]
_Single = Annotated[Number, Field(gt=-1e39, lt=1e39)]
"""A number that single precision has."""


def _counts(values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if isinstance(value, dict):
            _counts(value)
        elif type(value) is not int or not 0 <= value < 2**63:
            raise ValueError(f"`{name}` is no count: {repr(value)[:40]}")
    return values


class _Told(BaseModel):
    """What a report takes from a run file."""

    families: dict[str, _Text] | None = None


class _Facts(BaseModel):
    """`facts.json`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, _Flag | _Count | _Single | _Text]

    parameters: Annotated[dict[str, Any], AfterValidator(_counts)] = Field(default_factory=dict)


def _of_one_length(vectors: Mapping[str, Sequence[float]]) -> Mapping[str, Sequence[float]]:
    lengths = {len(vector) for vector in vectors.values()}
    if len(lengths) > 1 or 0 in lengths:
        raise ValueError(f"vectors of one length are needed, not of {listed(sorted(lengths))}")
    return vectors


class _Embeddings(
    RootModel[dict[str, Annotated[dict[str, list[_Single]], AfterValidator(_of_one_length)]]]
):
    """`embeddings.json`."""


class _Looked(BaseModel):
    """Of the weights that a hypernetwork writes for a slot."""

    size: _Single
    step: _Single
    common: _Single
    layers: _Single
    tasks: _Single
    languages: _Single
    rest: _Single


class _Line(BaseModel):
    """A line of `metrics.jsonl`."""

    model_config = ConfigDict(extra="allow")

    phase: _Text
    step: _Count
    loss: _Single = 0.0
    dev: dict[str, Number] = Field(default_factory=dict)
    generated: dict[str, _Looked] = Field(default_factory=dict)
    selection: Number = 0.0
    best: _Flag = False


_REMEDY = "give the run's `train` command again, or put the file back"


def _read(file: Path, kind: type[BaseModel]) -> dict[str, Any]:
    return _checked(file.read_bytes(), kind, file, str(file)) if file.exists() else {}


def records_in(folder: Path) -> tuple[Record, ...]:
    """The lines of `metrics.jsonl`; one that was being written when the run ended is left out.

    Raises:
        BundleError: a line cannot be read.
    """
    file = folder / "metrics.jsonl"
    if not file.exists():
        return ()
    complete, _, _ = file.read_bytes().rpartition(b"\n")
    lines = complete.split(b"\n") if complete else []
    return tuple(_checked(line, _Line, file, f"{file}:{n}") for n, line in enumerate(lines, 1))


def _checked(content: bytes, kind: type[BaseModel], file: Path, where: str) -> dict[str, Any]:
    what = f"`{file.name}` of the run cannot be read"
    value: BaseModel = stored(content, kind, what=what, where=where, remedy=_REMEDY)
    found: dict[str, Any] = value.model_dump(exclude_unset=True)
    return found


def _flat(values: Any, joint: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """What nested mappings hold, each value under its names with `joint` between them."""
    if not isinstance(values, Mapping):
        yield path, values
        return
    for name, value in values.items():
        yield from _flat(value, joint, f"{path}{joint}{name}" if path else str(name))
