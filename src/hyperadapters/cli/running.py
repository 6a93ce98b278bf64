"""Commands that train: `train`, `study`, and `data`, which looks at what a run reads."""

from pathlib import Path
from typing import Annotated

import typer

from hyperadapters.cli.app import Changes, DataRoot, RunFileArgument, app, console

__all__ = ["data", "study", "train"]


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
    matrix = perform(run, run.folder, data_root=data_root, console=console(stderr=True))
    terminal([matrix], console())
    console().out(f"report: {run.folder / 'report.html'}", highlight=False)


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
        file, tuple(changes or ()), data_root=data_root, console=console(stderr=True)
    )
    print_result(result, console())
    console().out(f"report: {result.plan.study.folder / 'report.html'}", highlight=False)


@app.command()
def data(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Count the sentences, tokens and labels of a run, and what its tokenizer does not know.

    Example: `hyperadapters data configs/hyper-adapters/cldr.yaml`
    """
    from hyperadapters.config import load_run
    from hyperadapters.report.census import census, census_table, labels_table
    from hyperadapters.run.library import Library
    from hyperadapters.run.loading import tokenizer_of

    run = load_run(file, changes or ())
    library = Library(run, data_root)
    corpora = [*census(library, tokenizer_of(run, library))]
    console().print(census_table(corpora))
    if any(corpus.labels for corpus in corpora):
        console().print(labels_table(corpora))
