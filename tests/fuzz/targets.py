"""What is damaged, what reads it, and what must hold of all that is accepted."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from commands import call
from fuzz.seeds import REFERENCE, TEXT
from hyperadapters.config import RunFile, digest, load_run, method_of, to_yaml
from hyperadapters.examples import Pair, Tagged, Text
from hyperadapters.report.runs import read_run
from hyperadapters.run.library import Library
from hyperadapters.scoring.matrix import Matrix, Score
from hyperadapters.study import performing

__all__ = ["TARGETS", "Misread", "Refused", "Target"]

Act = Callable[[Path, Random], None]
"""Reads a scene with one damaged file, in the folder that the process is in."""


class Refused(Exception):
    """A command has ended with one message and status 2."""


class Misread(Exception):
    """Something was accepted that is not legal, or reads as something else than it says."""


@dataclass(frozen=True)
class Target:
    """Files of one kind.

    Args:
        name: in the table.
        scene: the folder of the world.
        files: patterns of the files in it, one of which is damaged at a time.
        act: reads them.
        weight: how many mutants it gets, beside the others.
    """

    name: str
    scene: str
    files: tuple[str, ...]
    act: Act
    weight: int

    def paths(self, world: Path) -> list[Path]:
        """The files, sorted, from the folder of the scene."""
        scene = world / self.scene
        found = {path for pattern in self.files for path in scene.glob(pattern) if path.is_file()}
        return sorted(path.relative_to(scene) for path in found)


def _command(*arguments: object, text: str | None = None) -> str:
    """What a command prints that ends well.

    Raises:
        Refused: it ended with one message and status 2.
        Misread: it printed control characters, or ended otherwise.
    """
    result = call(*arguments, text=text)
    raw = {c for c in result.output if unicodedata.category(c) == "Cc" and c not in "\n\t\r"}
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if raw:
        raise Misread(f"control characters on the terminal: {sorted(raw)}")
    if result.exit_code == 0:
        return result.stdout
    _, said, message = result.stderr.partition("error: ")
    if result.exit_code == 2 and said and "Traceback" not in result.stderr:
        raise Refused(message.partition("\n")[0])
    raise Misread(f"status {result.exit_code}: {result.stderr[-200:]}")


def _hold(right: object, what: str) -> None:
    if not right:
        raise Misread(what)


# Corpora ----------------------------------------------------------------------------------------


def _read_corpora(file: Path, rng: Random) -> None:
    run_file = "translation.yaml" if _is_parallel(file) else "tags.yaml"
    if rng.random() < 0.1:
        _command("train", run_file, "--data-root", "data")
    else:
        _command("data", run_file, "--data-root", "data")
    run = load_run(Path(run_file))
    library = Library(run, Path("data"))
    there = "\n".join(map(_said, sorted(file.parent.iterdir())))
    for task in run.tasks:
        for corpus in library.labelled(task):
            if str(file) in re.split(r", | \| ", corpus.source):
                for example in corpus.examples:
                    _check_example(example, there)


def _is_parallel(file: Path) -> bool:
    return len(file.parts) > 2 or file.name.startswith(("aligned", "ids", "rows"))


def _said(file: Path) -> str:
    """All that a file says, also what escapes of JSON, XML and CSV stand for."""
    if file.is_dir():
        return ""
    text = file.read_bytes().decode("utf-8")
    parts = [text, text.replace('"', ""), text.replace("&amp;", "&")]
    for line in text.split("\n"):
        try:
            parts.append("\n".join(_strings(json.loads(line))))
        except ValueError:
            continue
    return "\n".join(parts)


def _strings(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        yield from (part for value in values.values() for part in _strings(value))


def _check_example(example: object, there: str) -> None:
    """What an example says stands in its file, and no part of it is empty or blank."""
    parts: tuple[str, ...]
    match example:
        case Tagged(words=words, labels=labels):
            _hold(len(words) == len(labels) > 0, f"words without labels: {example}")
            parts = (*words, *(label for label in labels if label is not None))
        case Text(text=text):
            parts = tuple(text.split())
            _hold(parts, "an empty text")
        case Pair():
            parts = tuple(part for side in example.texts for part in side.split())
            _hold(all(map(str.strip, example.texts)), f"an empty side: {example}")
        case _:
            raise Misread(f"an example of no kind: {example}")
    for part in parts:
        _hold(part.strip(), f"a blank part: {example}")
        _hold(part in there or part.replace('"', "") in there, f"invented: {part!r}")


# Run files and study files ----------------------------------------------------------------------

_STEPS = 40
"""Updates that a mutant of a run file may train for; more is legal, and takes its time."""


def _read_run_file(file: Path, rng: Random) -> None:
    data = ("--data-root", "data")
    facts = json.loads(_command("describe", file, "--json", *data))
    for count in _numbers(facts):
        _hold(math.isfinite(count) and count >= 0, f"a count of {count}")
    run = load_run(file)
    _check_run(run)
    _command("data", file, *data)
    if rng.random() < 0.25 and sum(phase.recipe.steps for phase in method_of(run).phases) <= _STEPS:
        _command("train", file, *data)


def _check_run(run: RunFile) -> None:
    """It is the same run once it is written, spelt out, and read again."""
    written = Path("written.yaml")
    written.write_text(to_yaml(run), encoding="utf-8")
    again = load_run(written)
    _hold(to_yaml(again) == to_yaml(run), "a run file that reads otherwise once it is written")
    _hold(digest(again) == digest(run), "another run once it is written")


def _numbers(values: Any) -> Iterator[float]:
    if isinstance(values, dict):
        yield from (number for value in values.values() for number in _numbers(value))
    elif isinstance(values, int | float):
        yield values


def _perform(run: RunFile, folder: Path, **_: object) -> Matrix:
    """Scores of a run that cost nothing."""
    cells = []
    for task, languages in run.evaluate.items():
        for language in languages:
            lines = ((1.0, 2.0), (2.0, 2.0))
            cells.append(Score(task, str(language), "accuracy", 0.75, 2, "unseen pair", lines))
    groups = {name: tuple(members) for name, members in run.groups.items()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.yaml").write_text(to_yaml(run), encoding="utf-8")
    return Matrix(run.name, run.method.name, (run.seed,), tuple(cells), groups)


def _read_study(file: Path, rng: Random) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing, "perform", _perform)
        _command("study", "study.yaml")
    found = sorted(Path.cwd().glob("**/study.json"))
    _hold(found, "a study without results")
    json.loads(found[0].read_text(encoding="utf-8"), parse_constant=_no_constant)


def _no_constant(name: str) -> float:
    raise Misread(f"`{name}` in JSON")


# Folders of runs --------------------------------------------------------------------------------


def _reference(scene: str = ".") -> Any:
    return json.loads((Path(scene) / REFERENCE).read_text(encoding="utf-8"))


def _use(file: Path, rng: Random) -> None:
    """A model whose file was damaged says what it said, or nothing."""
    if rng.random() < 0.7:
        asked = ("predict", "run", "--task", "fields", "--language", "fi")
        _hold(_command(*asked, text=TEXT) == _reference()["answers"], "other answers")
    else:
        _command("evaluate", "run", "--output", "scores.json")
        scores = json.loads(Path("scores.json").read_text(encoding="utf-8"))
        _hold(scores == _reference()["scores"], "other scores")


def _report(file: Path, rng: Random) -> None:
    _command("report", "run", "--output", "page.html")
    _hold("</html>" in Path("page.html").read_text(encoding="utf-8"), "half a page")
    run = read_run(Path("run"))
    places = [(cell.task, cell.language) for cell in run.matrix.cells]
    _hold(len(set(places)) == len(places), "a cell twice")
    for cell in run.matrix.cells:
        _hold(math.isfinite(cell.score) and 0 <= cell.score <= 1, f"a score of {cell.score}")
        _hold(cell.sentences >= 0 and cell.models > 0, "negative counts")
    _hold(all(map(_are_vectors, run.embeddings.values())), "no vectors of one length")
    _hold(all(count >= 0 for count in run.parameters.values()), "a negative count")


def _are_vectors(values: object) -> bool:
    """Whether names have vectors of finite numbers, all of one length."""
    if not isinstance(values, dict) or not all(isinstance(one, list) for one in values.values()):
        return False
    numbers = [number for vector in values.values() for number in vector]
    finite = all(isinstance(one, int | float) and math.isfinite(one) for one in numbers)
    return finite and len(set(map(len, values.values()))) < 2


def _go_on(file: Path, rng: Random) -> None:
    """A run whose file was damaged ends as it would have, or says why not."""
    _command("train", "rows.yaml")
    for name in ("weights.safetensors", "backbone/model.safetensors"):
        ours, theirs = Path("run/model") / name, Path("../finished-model") / name
        _hold(ours.read_bytes() == theirs.read_bytes(), "other weights")


TARGETS = (
    Target("CoNLL-U", "corpora", ("data/*.conllu",), _read_corpora, 10),
    Target("CoNLL columns", "corpora", ("data/ner*", "data/wiki*"), _read_corpora, 10),
    Target("plain text", "corpora", ("data/plain*", "data/al*", "data/sides/*"), _read_corpora, 5),
    Target("XML of texts", "corpora", ("data/*.xml",), _read_corpora, 3),
    Target("TSV", "corpora", ("data/*.tsv", "data/*/*.tsv"), _read_corpora, 7),
    Target("JSON lines", "corpora", ("data/*/*.json*",), _read_corpora, 7),
    Target("CSV", "corpora", ("data/*.csv",), _read_corpora, 2),
    Target("run files", "corpora", ("*.yaml",), _read_run_file, 18),
    Target("study files", "study", ("study.yaml",), _read_study, 10),
    Target("finished run: bundle", "finished", ("run/model/**/*",), _use, 12),
    Target(
        "finished run: report",
        "finished",
        ("run/*.json", "run/*.jsonl", "run/run.yaml"),
        _report,
        14,
    ),
    Target(
        "finished run: train again",
        "finished",
        ("run/checkpoints/**/*", "run/tokenizer/*", "run/run.yaml", "run/*.jsonl"),
        _go_on,
        8,
    ),
    Target("interrupted run: train on", "interrupted", ("run/**/*",), _go_on, 14),
)
