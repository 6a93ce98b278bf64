"""The command line: `hyperadapters train | study | evaluate | predict | describe | methods | report | data`."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer
from rich.console import Console
from typer.core import TyperGroup

from hyperadapters.errors import ConfigError, HyperadaptersError

if TYPE_CHECKING:
    from hyperadapters.build import Assembly
    from hyperadapters.schedules import Schedule

__all__ = ["app", "main"]


class _Commands(TyperGroup):
    """Turns a user's mistake into one readable message and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; what the user can mend goes to standard error."""
        try:
            return super().invoke(ctx)
        except HyperadaptersError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("stopped; the same command goes on where it can", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Train networks that write adapters for tasks and languages, and use them.\n\n"
    "Begin with `hyperadapters methods`, then `hyperadapters train configs/quickstart.yaml`.",
)

RunFileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A run file, such as `configs/quickstart.yaml`.")
]
RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder that `train` wrote, such as `runs/my-run`.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change one value of the file: `--set recipe.steps=50`."
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(envvar="HYPERADAPTERS_DATA", help="The folder that holds the corpora in files."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


@app.command()
def train(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Train a run, score it on the test splits and write its report.

    A run that was stopped goes on where it stopped when the same command is given again.

    Example: `hyperadapters train configs/quickstart.yaml --set seed=1`
    """
    from hyperadapters.analysis.report import terminal
    from hyperadapters.config import load_run
    from hyperadapters.study import perform

    run = load_run(file, changes or ())
    matrix = perform(run, run.folder, data_root=data_root, console=_progress())
    terminal([matrix], Console())
    typer.echo(f"report: {run.folder / 'report.html'}")


@app.command()
def study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file.")],
    changes: Changes = None,
    data_root: DataRoot = None,
) -> None:
    """Run a grid of run files and compare them; what is done already is not done again.

    Example: `hyperadapters study configs/hyper-x/mixed.study.yaml`
    """
    from hyperadapters.study import load_study, run_study
    from hyperadapters.study.output import print_result

    result = run_study(file, tuple(changes or ()), data_root=data_root, console=_progress())
    print_result(result, Console())
    typer.echo(f"report: {load_study(file, tuple(changes or ()))[0].folder / 'report.html'}")


@app.command()
def evaluate(
    run: RunFolder,
    run_as: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTOR=NAME", help="Use another row: `--run-as language=nl`."),
    ] = None,
    split: Annotated[str, typer.Option(help="`test` or `dev`.")] = "test",
    output: Annotated[Path | None, typer.Option(help="Write the scores here, as JSON.")] = None,
    data_root: DataRoot = None,
) -> None:
    """Score a trained run again: on another split, or with the weights of another language.

    Example: `hyperadapters evaluate runs/my-run --run-as language=nl`
    """
    from hyperadapters.analysis.report import terminal
    from hyperadapters.study import scored, write_whole

    matrix = scored(
        _loaded(run, data_root), under=_schedule(run_as or []), split=split, console=_progress()
    )
    terminal([matrix], Console())
    if output is not None:
        write_whole(output, matrix.to_json())


@app.command()
def predict(
    run: RunFolder,
    task: Annotated[str, typer.Option(help="A tagging task of the run, such as `ner`.")],
    language: Annotated[str, typer.Option(help="Whose weights to use, such as `tr`.")],
    file: Annotated[
        typer.FileText, typer.Argument(metavar="[FILE]", help="Text; `-` for standard input.")
    ] = "-",  # type: ignore[assignment]
) -> None:
    """Tag raw text: one sentence per line, words separated by spaces.

    Prints one word and its label per line, and an empty line after each sentence.

    Example: `echo "Ada lives in Ankara" | hyperadapters predict runs/my-run --task ner --language tr`
    """
    from hyperadapters.analysis.prediction import predict as tagged

    for words in tagged(_loaded(run, None), task, language, file):
        width = max((len(word) for word, _ in words), default=0)
        for word, label in words:
            typer.echo(f"{word:<{width}}\t{label}")
        typer.echo()


@app.command()
def describe(
    what: Annotated[
        str, typer.Argument(metavar="FILE|METHOD", help="A run file, or the name of a method.")
    ],
    backbone: Annotated[
        str | None, typer.Option(help="Another backbone, by name: `xlm-roberta-base`.")
    ] = None,
    changes: Changes = None,
    data_root: DataRoot = None,
    as_json: AsJson = False,
) -> None:
    """Count the parameters of a run or a method; needs no weights and no network.

    Example: `hyperadapters describe hyper-x-base --backbone xlm-roberta-base`
    """
    from hyperadapters.catalogue import describe as described
    from hyperadapters.config import load_run
    from hyperadapters.published import published

    more = [*(changes or []), *([f"backbone.name={backbone}"] if backbone else [])]
    is_file = Path(what).suffix in (".yaml", ".yml") or Path(what).is_file()
    facts = described(load_run(Path(what), more) if is_file else published(what, more), data_root=data_root)
    _print_facts(facts, as_json)


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the methods that are built in, with their parameters in the setting of their paper.

    Example: `hyperadapters methods --json`
    """
    from rich.table import Table

    from hyperadapters.catalogue import catalogue

    entries = catalogue()
    if as_json:
        typer.echo(json.dumps(entries, indent=1, ensure_ascii=False))
        return
    table = Table(*(key.replace("_", " ") for key in entries[0]))
    for entry in entries:
        table.add_row(*map(_cell, entry.values()))
    _wide().print(table)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    paper: Annotated[
        str | None,
        typer.Option(
            metavar="PAPER/SETTING",
            help="Put a paper's figures beside ours: `hyper-x/mixed-language-multi-task`.",
        ),
    ] = None,
    papers: Annotated[
        Path, typer.Option(envvar="HYPERADAPTERS_PAPERS", help="The folder of their CSV files.")
    ] = Path("../shared/papers"),
    output: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("report.html"),
) -> None:
    """Compare runs: a table here, and a page with curves, maps and intervals.

    Example: `hyperadapters report runs/a runs/b --paper hyper-x/mixed-language-multi-task`
    """
    from hyperadapters.analysis.papers import Papers
    from hyperadapters.analysis.report import html, read_run, terminal
    from hyperadapters.study import write_whole

    found = [read_run(run) for run in runs]
    name, _, setting = (paper or "").partition("/")
    beside = Papers.read(papers).setting(name, setting) if paper else None
    write_whole(output, html(found, beside))
    terminal([run.matrix for run in found], Console())
    typer.echo(f"report: {output}")


@app.command()
def data(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Count the sentences and tokens that a run reads, and what its tokenizer does not know.

    Example: `hyperadapters data configs/quickstart.yaml`
    """
    from hyperadapters.analysis.census import census
    from hyperadapters.build import Library, tokenizer_of
    from hyperadapters.config import load_run

    run = load_run(file, changes or ())
    library = Library(run, data_root)
    _print_census(list(census(run, library, tokenizer_of(run, library))))


def main() -> None:
    """The entry point of the command `hyperadapters`."""
    app()
