"""Commands that use a trained model: `evaluate` and `predict`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyperadapters.cli.app import AsJson, BesideIt, DataRoot, RunFolder, app, console, loaded
from hyperadapters.cli.screen import as_json, say
from hyperadapters.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from hyperadapters.tasks import Answering

__all__ = ["evaluate", "predict"]


@app.command()
def evaluate(
    run: Annotated[
        Path | None,
        typer.Argument(
            metavar="[RUN]",
            help="The folder that `train` wrote: `runs/my-run`; or `user/name` on the hub.",
        ),
    ] = None,
    run_as: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACTOR=NAME", help="Use another row: `--run-as language=nl`, also of a mix."
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="`test`, `dev` or `train`.")] = "test",
    cell: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK/LANGUAGE", help="Score only this: `--cell mt/de-fr`."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Score otherwise: `--set tasks.mt.metric=chrf`."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write the scores here, as JSON; with `--model` into this folder."),
    ] = None,
    data_root: DataRoot = None,
    adapted: BesideIt = None,
    model: Annotated[
        str | None,
        typer.Option(help="In place of RUN: a model of `transformers` or `peft`, folder or name."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="With `--model`: the run file with the task."),
    ] = None,
    task: Annotated[str | None, typer.Option(help="With `--model`: what it does.")] = None,
    trained: Annotated[
        list[str] | None,
        typer.Option(metavar="TASK/LANGUAGE", help="With `--model`: what it was trained on."),
    ] = None,
) -> None:
    """Score a trained run again: on another split, with the weights of another language, by another
    metric. Or score a model that this library did not train, for the same matrix and report.

    Example: `hyperadapters evaluate runs/my-run --run-as language=nl`

    Example: `hyperadapters evaluate --model FOLDER --data run.yaml --task ner --output runs/other`
    """
    from hyperadapters.data import SPLITS

    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    if model is not None:
        _evaluate_foreign(model, file, task, trained or (), split, output, changes, data_root)
        return
    if run is None:
        raise ConfigError("nothing to score", expected="a folder of a run, or `--model`")
    if output is not None and output.is_dir():
        raise ConfigError(
            "the place for the scores is a directory",
            where=str(output),
            expected="a file, such as `scores.json`",
        )
    from hyperadapters.config import cells_from
    from hyperadapters.mixes import spelt
    from hyperadapters.report.page import terminal
    from hyperadapters.schedules import fixed
    from hyperadapters.study import scored, write_whole

    assembly = loaded(run, data_root, changes or (), adapted)
    cells, under = cells_from(assembly.run, cell or ()), fixed(run_as or [])
    matrix = scored(assembly, under=under, split=split, cells=cells, console=console(stderr=True))
    terminal([matrix], console())
    if run_as:
        console().print(f"every example with the weights of {', '.join(run_as)}")
    for text in spelt(name for _, name in under.names):
        console().print(text)
    if output is not None:
        write_whole(output, matrix.to_json())


def _evaluate_foreign(
    model: str,
    file: Path | None,
    task: str | None,
    trained: Sequence[str],
    split: str,
    output: Path | None,
    changes: Sequence[str] | None,
    data_root: Path | None,
) -> None:
    from hyperadapters.config import cells_from, load_run
    from hyperadapters.report.page import terminal
    from hyperadapters.run.library import Library
    from hyperadapters.scoring.foreign import evaluate_foreign, load_foreign
    from hyperadapters.study import check_no_run, keep_foreign

    if file is None or task is None:
        raise ConfigError(
            "`--model` does not say what is scored",
            expected="`--data FILE`, a run file with tasks, data and `evaluate`, and `--task NAME`",
        )
    if output is not None:
        check_no_run(output)
    run = load_run(file, changes or ())
    library, name = Library(run, data_root), Path(model).name
    foreign = load_foreign(model, run, task, library)
    known = cells_from(run, trained)
    matrix = evaluate_foreign(foreign, run, library, name=name, trained=known, split=split)
    terminal([matrix], console())
    if output is not None:
        keep_foreign(output, matrix, model=model, task=task, families=run.families)
        say(f"scores: {output}; beside a run: hyperadapters report RUN {output}")


@app.command()
def predict(
    run: RunFolder,
    task: Annotated[str, typer.Option(help="A task of the run, such as `ner`.")],
    language: Annotated[
        str | None,
        typer.Option(help="Whose weights: `tr`, a direction `de-en`, or a mix `sw*0.6+zu*0.4`."),
    ] = None,
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="Text; `-` for standard input.")
    ] = Path("-"),
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="`backbone.path=...` after it has moved."),
    ] = None,
    json_lines: AsJson = False,
    adapted: BesideIt = None,
) -> None:
    """Tag, parse, classify or translate raw text: one sentence per line, for tags its words
    separated by spaces; for trees so, or in CoNLL-U; the two texts of a pair by a tab. Or answer
    questions: each line a question, a tab, and the text that answers it.

    Tags come one word and its label per line, with an empty line after each sentence; trees in
    CoNLL-U, other columns as they were; labels of texts, translations and answers one per line.
    Without `--language` every line begins with its own language or direction and a tab. With
    `--json` each line of text has one line of JSON.

    Example: `echo "Ada lives here" | hyperadapters predict runs/my-run --task ner --language tr`
    """
    from hyperadapters.data.formats.text import lines_of
    from hyperadapters.scoring.prediction import answers

    assembly = loaded(run, None, changes or (), adapted)
    note = console(stderr=True).print
    show = _as_json if json_lines else _as_line
    for line in answers(assembly, task, language, lines_of(file), note, show):
        say(line)


def _as_json(answering: "Answering", answer: Any) -> str:
    return as_json(answering.values(answer))


def _as_line(answering: "Answering", answer: Any) -> str:
    return answering.line(answer)
