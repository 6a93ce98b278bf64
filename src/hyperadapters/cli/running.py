"""Commands that train: `train`, `adapt`, `study`; and `data`, which looks at what a run reads."""

from pathlib import Path
from typing import Annotated

import typer

from hyperadapters.cli.app import (
    Changes,
    DataRoot,
    RunFileArgument,
    StudyFileArgument,
    app,
    console,
)
from hyperadapters.cli.screen import say
from hyperadapters.errors import ConfigError, UnknownName

__all__ = ["adapt", "data", "study", "train"]


@app.command()
def train(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Train a run, score it on the test splits and write its report.

    A run that was stopped goes on from its last checkpoint when the same command is given again.

    Example: `hyperadapters train hyper-x/mixed-a --set seed=1 --set output=runs/one`
    """
    from hyperadapters.config import load_run
    from hyperadapters.report.page import terminal
    from hyperadapters.study import perform

    run = load_run(file, changes or ())
    matrix = perform(run, run.folder, data_root=data_root, console=console(stderr=True))
    terminal([matrix], console())
    console().out(f"report: {run.folder / 'report.html'}", highlight=False)


@app.command()
def adapt(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="The folder that `train` wrote, such as `runs/my-run`."),
    ],
    task: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A new task; or one that a new language is fitted on."),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A new language; or one that a new task is fitted on."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="Of a new task: YAML with `tasks`, `train`."),
    ] = None,
    init_from: Annotated[
        str, typer.Option(metavar="NAME", help="What the new name begins as; or `mean`.")
    ] = "mean",
    examples: Annotated[
        int | None, typer.Option(min=1, help="Of each new cell, at most; all without.")
    ] = None,
    train: Annotated[
        str, typer.Option(help="What is fitted: `embedding`, or `hypernetwork+embedding`.")
    ] = "embedding",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Of the recipe: `steps=500`."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Of the extended run; `RUN-NAME`.")
    ] = None,
    data_root: DataRoot = None,
) -> None:
    """Extend a trained run by one name, of a task or a language, and fit that on a few examples.

    With `embedding` every other row keeps its weights to the bit, and FOLDER/model has what is new,
    a few KB: `predict RUN --adapted FOLDER` reads both. With `hypernetwork+embedding` FOLDER is a
    run of its own. What was stopped goes on when the same command is given again.

    Example: `hyperadapters adapt runs/my-run --language yo --init-from sw --examples 16`

    Example: `hyperadapters adapt runs/glue --task cb --data cb.yaml --init-from mnli`
    """
    from typing import get_args

    from hyperadapters.report.page import terminal
    from hyperadapters.study import Wanted
    from hyperadapters.study import adapt as adapted
    from hyperadapters.study.new_name import Fit

    if train not in get_args(Fit):
        raise UnknownName("part to fit", train, get_args(Fit), where="--train")
    wanted = Wanted(
        tuple(task or ()),
        tuple(language or ()),
        file,
        init_from,
        examples,
        "embedding" if train == "embedding" else "hypernetwork+embedding",
        tuple(changes or ()),
    )
    found = adapted(run, wanted, output, data_root=data_root, console=console(stderr=True))
    folder = found.folder
    terminal([found.matrix], console())
    if found.same:
        say(f"rows as they were, to the bit: {found.same:,}; their scores are those of the run")
        say(f"the new name: {folder}; with its run: hyperadapters predict {run} --adapted {folder}")
    else:
        say(f"an extended run: {folder}; beside the old one: hyperadapters report {run} {folder}")


@app.command()
def study(
    file: StudyFileArgument,
    changes: Changes = None,
    data_root: DataRoot = None,
    workers: Annotated[
        int,
        typer.Option(min=1, help="Runs at a time, in processes that share the cores; or jobs."),
    ] = 1,
    shard: Annotated[
        str, typer.Option(metavar="I/N", help="Only every N-th run of the grid, from the I-th on.")
    ] = "1/1",
    launcher: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="`slurm`: each worker is a job, with a shard."),
    ] = None,
    job: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Of each job: `timeout_min=600`."),
    ] = None,
) -> None:
    """Run a grid of run files and compare them; what is done already is not done again.

    Several processes, on one machine or on several with one file system, can do one study: with
    `--workers`, with a `--shard` each, or as jobs of a batch system. Whoever ends last writes all.

    Example: `hyperadapters study hyper-x/mixed.study`

    Example: `hyperadapters study quickstart --workers 2`

    Example: `hyperadapters study my.yaml --launcher slurm --workers 8 --job timeout_min=600`
    """
    from hyperadapters.study import launch, print_result, run_study, settings_from, shard_from

    changed = tuple(changes or ())
    if launcher is not None:
        _check_whole(shard)
        settings = settings_from(job or ())
        jobs = launch(
            file,
            changed,
            data_root=data_root,
            launcher=launcher,
            jobs=workers,
            settings=settings,
        )
        say(f"jobs: {' '.join(str(one.job_id) for one in jobs)}")
        return
    result = run_study(
        file,
        changed,
        data_root=data_root,
        console=console(stderr=True),
        workers=workers,
        shard=shard_from(shard),
    )
    print_result(result, console())
    if result.missing:
        told = f"not done yet: {len(result.missing)} runs, those of other shards"
        console().out(told, highlight=False)
    console().out(f"report: {result.plan.study.folder / 'report.html'}", highlight=False)


def _check_whole(shard: str) -> None:
    if shard != "1/1":
        raise ConfigError(
            "a launcher gives each of its jobs a shard itself",
            where="--shard",
            found=shard,
            remedy="leave out `--shard`, and say with `--workers` how many jobs there are",
        )


@app.command()
def data(file: RunFileArgument, changes: Changes = None, data_root: DataRoot = None) -> None:
    """Count the sentences, tokens and labels of a run, and what its tokenizer does not know.

    Example: `hyperadapters data hyper-adapters/cldr`
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
