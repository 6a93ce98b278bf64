"""The command line, `hyperadapters`: every command a few lines over the library."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from hyperadapters.cli.mistakes import Commands
from hyperadapters.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from hyperadapters.run.assembly import Assembly

__all__ = [
    "app",
    "data",
    "describe",
    "evaluate",
    "main",
    "methods",
    "predict",
    "report",
    "study",
    "train",
]


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Train networks that write adapters for tasks and languages, and use them.\n\n"
    "Begin with `hyperadapters methods`, then `hyperadapters study configs/quickstart.yaml`.",
)

RunFileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A run file, such as `configs/hyper-x/mixed-a.yaml`.")
]
RunFolder = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="The folder that `train` wrote, such as `runs/my-run`."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="`recipe.steps=9`, in a study `always.recipe.steps=9`"
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

    A run that was stopped goes on from its last checkpoint when the same command is given again.

    Example: `hyperadapters train configs/hyper-x/mixed-a.yaml --set seed=1 --set output=runs/one`
    """
    from hyperadapters.config import load_run
    from hyperadapters.report.page import terminal
    from hyperadapters.study import perform

    run = load_run(file, changes or ())
    matrix = perform(run, run.folder, data_root=data_root, console=_console(stderr=True))
    terminal([matrix], _console())
    _console().out(f"report: {run.folder / 'report.html'}", highlight=False)


@app.command()
def study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A study file.")],
    changes: Changes = None,
    data_root: DataRoot = None,
) -> None:
    """Run a grid of run files and compare them; what is done already is not done again.

    Example: `hyperadapters study configs/hyper-x/mixed.study.yaml`
    """
    from hyperadapters.study import print_result, run_study

    result = run_study(
        file, tuple(changes or ()), data_root=data_root, console=_console(stderr=True)
    )
    print_result(result, _console())
    _console().out(f"report: {result.plan.study.folder / 'report.html'}", highlight=False)


@app.command()
def evaluate(
    run: RunFolder,
    run_as: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTOR=NAME", help="Use another row: `--run-as language=nl`."),
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
        Path | None, typer.Option(help="Write the scores here, as JSON.", dir_okay=False)
    ] = None,
    data_root: DataRoot = None,
) -> None:
    """Score a trained run again: on another split, with the weights of another language, by another
    metric.

    Example: `hyperadapters evaluate runs/my-run --run-as language=nl`
    """
    from hyperadapters.data.corpora import SPLITS
    from hyperadapters.report.page import terminal
    from hyperadapters.schedules import fixed
    from hyperadapters.scoring.evaluation import cells_of
    from hyperadapters.study import scored, write_whole

    if split not in SPLITS:
        raise UnknownName("split", split, SPLITS)
    loaded = _loaded(run, data_root, changes or ())
    cells, under = cells_of(loaded, cell or ()), fixed(run_as or [])
    matrix = scored(loaded, under=under, split=split, cells=cells, console=_console(stderr=True))
    terminal([matrix], _console())
    if run_as:
        _console().print(f"every example with the weights of {', '.join(run_as)}")
    if output is not None:
        write_whole(output, matrix.to_json())


@app.command()
def predict(
    run: RunFolder,
    task: Annotated[str, typer.Option(help="A task of the run, such as `ner`.")],
    language: Annotated[
        str | None,
        typer.Option(help="Whose weights to use: `tr`, or a direction to translate in: `de-en`."),
    ] = None,
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="Text; `-` for standard input.")
    ] = Path("-"),
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="`backbone.path=...` after it has moved."),
    ] = None,
) -> None:
    """Tag or translate raw text: one sentence per line, for tags its words separated by spaces.

    Tags come one word and its label per line, with an empty line after each sentence; translations
    one per line. Without `--language` every line begins with its own direction and a tab.

    Example: `echo "Ada lives here" | hyperadapters predict runs/my-run --task ner --language tr`
    """
    from hyperadapters.data.formats.text import lines_of
    from hyperadapters.scoring.prediction import answers

    loaded, note = _loaded(run, None, changes or ()), _console(stderr=True).print
    for line in answers(loaded, task, language, lines_of(file), note):
        typer.echo(line)


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
    """Count the parameters of a run or a method; needs no weights and no network, but the corpora
    where a run takes its labels or its vocabulary from them.

    Example: `hyperadapters describe hyper-x-base --backbone xlm-roberta-base`
    """
    from hyperadapters.config import load_run
    from hyperadapters.report.description import description_table, published
    from hyperadapters.run.catalogue import describe as described

    more = [*(changes or []), *([f"backbone.name={backbone}"] if backbone else [])]
    is_file = Path(what).suffix in (".yaml", ".yml") or Path(what).is_file()
    run = load_run(Path(what), more) if is_file else published(what, more)
    facts = described(run, data_root=data_root)
    _print(facts, description_table(facts), as_json)


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the methods that are built in, with their parameters in the setting of their paper.

    Example: `hyperadapters methods --json`
    """
    from hyperadapters.report.description import catalogue_table
    from hyperadapters.run.catalogue import catalogue

    entries = catalogue()
    _print(entries, catalogue_table(entries), as_json)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    paper: Annotated[
        bool, typer.Option("--paper", help="Show the figures of the paper beside ours.")
    ] = False,
    papers: Annotated[
        Path, typer.Option(envvar="HYPERADAPTERS_PAPERS", help="The folder of their CSV files.")
    ] = Path("../shared/papers"),
    setting: Annotated[
        str | None, typer.Option(help="The paper's setting, where it has several.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the page goes.", dir_okay=False)] = Path(
        "report.html"
    ),
) -> None:
    """Compare runs: a table here, and a page with curves, maps and intervals.

    Example: `hyperadapters report runs/a runs/b --paper --setting mixed-language-multi-task`
    """
    from hyperadapters.report.page import html, read_run, terminal
    from hyperadapters.report.papers import Papers
    from hyperadapters.study import write_whole

    if setting is not None and not paper:
        raise ConfigError("`--setting` chooses among a paper's figures", remedy="add `--paper`")
    found = [read_run(run) for run in runs]
    methods = [run.matrix.method for run in found]
    beside = Papers.read(papers).of_methods(methods, setting) if paper else None
    write_whole(output, html(found, beside))
    terminal([run.matrix for run in found], _console())
    typer.echo(f"report: {output}")


@app.command()
def data(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Count the sentences and tokens that a run reads, and what its tokenizer does not know.

    Example: `hyperadapters data configs/hyper-adapters/cldr.yaml`
    """
    from hyperadapters.config import load_run
    from hyperadapters.report.census import census, census_table
    from hyperadapters.run.library import Library
    from hyperadapters.run.loading import tokenizer_of

    run = load_run(file, changes or ())
    library = Library(run, data_root)
    _console().print(census_table(census(library, tokenizer_of(run, library))))


def main() -> None:
    """The entry point of the command `hyperadapters`."""
    app()


def _console(*, stderr: bool = False) -> Console:
    """Where results go, or progress (standard error, so that results can be piped); several
    processes speak with one voice.
    """
    from hyperadapters.machine.ranks import process

    # names of tasks and languages may have brackets and colons: nothing in a text is markup
    quiet = not process().is_main_process
    return Console(stderr=stderr, quiet=quiet, markup=False, emoji=False)


def _print(values: Any, table: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(values, indent=1, ensure_ascii=False))
    else:
        _console().print(table)


def _loaded(run: Path, data_root: Path | None, changes: Sequence[str] = ()) -> "Assembly":
    from hyperadapters.machine.ranks import process
    from hyperadapters.run import bundle

    inner = run / "model"
    folder = inner if inner.is_dir() else run
    return bundle.load(folder, data_root=data_root, changes=changes, device=process().device)
