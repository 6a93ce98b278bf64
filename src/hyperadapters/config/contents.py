"""From files and mappings to run files, and back: resolved content, digest, schema."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyperadapters.config.arguments import defaults
from hyperadapters.config.checks import cross_faults
from hyperadapters.config.phases import emptied, method_of, spelt_out
from hyperadapters.config.run_file import RunFile
from hyperadapters.document.dialect import write_yaml
from hyperadapters.document.document import Document, Fault, check_kind, raise_faults
from hyperadapters.document.reading import changed, read_alone, read_document
from hyperadapters.document.validation import model_faults
from hyperadapters.errors import ConfigError

__all__ = [
    "digest",
    "digest_in",
    "load_resolved",
    "load_run",
    "resolved",
    "run_faults",
    "run_from",
    "run_of",
    "schema",
    "to_yaml",
]


def load_run(path: Path, changes: Sequence[str] = ()) -> RunFile:
    """The run file at `path`, with changes such as `recipe.steps=50`. Loads no model and no data.

    Raises:
        ConfigError: the file is missing, no YAML or wrong; all faults at once.
    """
    document = read_document(path)
    check_kind(document, "grid", "is a study, not a run", "study")
    return run_of(changed(document, changes))


def load_resolved(path: Path, changes: Sequence[str] = ()) -> RunFile:
    """The run file that a run wrote, which stands on no other file.

    Raises:
        ConfigError: it has a `base`, or as for `load_run`.
    """
    if "base" in read_alone(path).values:
        raise ConfigError(
            "the run file of a trained model stands on another file",
            where=str(path),
            expected="the resolved run file that `train` wrote",
            found="`base`",
            remedy="take the model from where it was trained, whole",
        )
    return load_run(path, changes)


def run_from(
    values: Mapping[str, object], changes: Sequence[str] = (), *, where: str = "the run"
) -> RunFile:
    """The run file that a mapping stands for, with changes such as `recipe.steps=50`.

    Raises:
        ConfigError: the mapping or a change is wrong; all faults at once. `where` says where the
            mapping came from.
    """
    plain = json.loads(json.dumps(values))
    return run_of(changed(Document(plain, {}, (), where), changes))


def run_of(document: Document) -> RunFile:
    """The run file that a document holds.

    Raises:
        ConfigError: all faults of the document at once.
    """
    raise_faults(run_faults(document), document.where)
    return RunFile.model_validate(document.values)


def run_faults(document: Document) -> list[Fault]:
    """Everything that is wrong with a document as a run file."""
    own = document.without("pretrain")
    return [*own.faults, *_moved(document), *model_faults(RunFile, own), *cross_faults(own)]


def _moved(document: Document) -> list[Fault]:
    """The key of earlier versions for what is a phase like any other now."""
    if "pretrain" not in document.values:
        return []
    said = "write `phases: {pretrain: {train: ...}}`, with the keys of its recipe beside `train`"
    return [document.fault(("pretrain",), "`pretrain` is a phase now", remedy=said)]


def resolved(run: RunFile) -> dict[str, Any]:
    """Everything the run depends on, spelt out: defaults, arguments of the method, and its phases
    as one list, each with its cells, its recipe, and what it does.

    It is a run file again, and resolves to itself.
    """
    said = {"train", "select", "recipe", "phases"}
    values = run.model_dump(mode="json", exclude_none=True, exclude=said)
    values["method"] = {"name": run.method.name, **defaults(run.method)}
    left_out: dict[str, Any] = {name: {"train": {}} for name in emptied(run)}
    values["phases"] = {**spelt_out(method_of(run)), **left_out}
    for name, changes in run.phases.items():
        if changes.after and name not in left_out:
            values["phases"][name]["after"] = True
    return values


def to_yaml(run: RunFile) -> str:
    """The resolved run as YAML; loading it gives a run with the same digest."""
    return write_yaml(resolved(run))


_APART = ("name", "output", "checkpoint_every", "trackers")
"""What a run may be given anew when it goes on."""


def digest(run: RunFile) -> str:
    """SHA-256 of the resolved content without what changes no figure, in hexadecimal."""
    content = {key: value for key, value in resolved(run).items() if key not in _APART}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_in(folder: Path) -> str | None:
    """The digest of the run that a folder holds, None where none has begun there.

    Raises:
        ConfigError: its `run.yaml` is broken.
    """
    file = folder / "run.yaml"
    return digest(load_run(file)) if file.exists() else None


def schema() -> dict[str, Any]:
    """The JSON schema of a run file, for editors."""
    return RunFile.model_json_schema()
