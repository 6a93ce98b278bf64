"""What a run's corpora hold, and how much of them its tokenizer can read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from rich.table import Table
from rich.text import Text

from hyperadapters.data.corpora import SPLITS, Corpus
from hyperadapters.data.summary import UNKNOWN_LIMIT, Summary, summary
from hyperadapters.errors import located
from hyperadapters.report.overlap import Overlap
from hyperadapters.routes import Cell, Route
from hyperadapters.run.library import Library

__all__ = ["census", "census_table", "labels_table"]


def census(library: Library, tokenizer: Any) -> Iterator[Summary]:
    """Every corpus that a run reads in numbers, in the order of its tasks, one after the other.

    A corpus that it would choose a checkpoint by or score, and that is not there, has no sentences.

    Raises:
        DataError: a corpus to train on is missing, or one is broken.
    """
    read = {"train": library.trained, "dev": library.judging, "test": library.evaluated}
    every = dict.fromkeys(cell for split in SPLITS for cell in read[split])
    overlap = Overlap(library)
    seen = set[tuple[Cell, str]]()  # a route such as `de-en-fr` reads what `de-fr` reads
    for cell in sorted(every, key=lambda cell: list(library.tasks).index(cell.task)):
        for split in SPLITS:
            own = Cell(cell.task, cell.route.ends)
            if cell in read[split] and (own, split) not in seen:
                seen.add((own, split))
                settings = library.tasks[cell.task]
                tokens_of = partial(settings.tokens_read, tokenizer)
                length = library.length(own, split)
                corpus = _corpus(library, own, split)
                found = summary(corpus, tokenizer, tokens_of, length)
                with located(corpus.source):
                    remarks = tuple(settings.remarks(tokenizer, corpus.examples, length))
                yield replace(found, repeated=overlap.of(corpus), remarks=remarks)


def _corpus(library: Library, cell: Cell, split: str) -> Corpus:
    if split == "train" or library.has(cell, split):
        return library.corpus(cell, split)
    return Corpus(cell.task, cell.route, split, (), "")


def census_table(corpora: Iterable[Summary]) -> Table:
    """The numbers as a table; a warning beside every corpus that has nothing, or that the tokenizer
    hardly reads, and how many sentences are left out because they are scored, are longer than
    what is read, have words that it has no token for, are skipped because a text is missing, or
    are in another split too; below them the files that look like a language of the run and were
    not read.
    """
    table = Table("task", "language", "split", title="Corpora that the run reads")
    for name in ("sentences", "words", "tokens", "unknown tokens"):
        table.add_column(name, justify="right")
    table.add_column("to note")
    overlooked: dict[str, Route] = {}
    for corpus in corpora:
        table.add_row(
            corpus.task,
            str(corpus.route),
            corpus.split,
            f"{corpus.sentences:,}",
            f"{corpus.words:,}",
            f"{corpus.tokens:,}",
            f"{corpus.unknown:.1%}",
            _note(corpus),
        )
        for file in corpus.overlooked:
            overlooked.setdefault(file, corpus.route)
    lines = [
        f"not read for `{route}`: {file}; if it should be, name its code in `codes`"
        for file, route in overlooked.items()
    ]
    table.caption, table.caption_justify = Text("\n".join(lines)) if lines else None, "left"
    return table


def _note(corpus: Summary) -> Text:
    if not corpus.sentences:
        return Text("nothing there", style="red")
    notes = [
        Text(f"above {UNKNOWN_LIMIT:.0%} unknown" if corpus.flagged else "", style="yellow"),
        Text(f"{corpus.left_out:,} left out: scored" if corpus.left_out else ""),
        Text(f"{corpus.longer:,} longer than {corpus.length} tokens" if corpus.longer else ""),
        Text(f"{corpus.unread:,} labelled words without a token" if corpus.unread else ""),
        Text(f"{corpus.skipped:,} rows skipped: something is missing" if corpus.skipped else ""),
        *map(Text, corpus.remarks),
        *(
            Text(f"{count:,} also in {split}", style="yellow")
            for split, count in corpus.repeated.items()
        ),
    ]
    return Text("; ").join(filter(None, notes))


def labels_table(corpora: Iterable[Summary]) -> Table:
    """Every label of each corpus that has any, as its files have it, with the number of words,
    or of whole texts, that have it; the most frequent first.
    """
    table = Table(
        "task", "language", "split", "labels", title="Labels, and how many words or texts have them"
    )
    for corpus in corpora:
        if corpus.labels:
            each = sorted(corpus.labels.items(), key=lambda one: (-one[1], str(one[0])))
            told = (f"{label or 'no label'} {count:,}" for label, count in each)
            table.add_row(corpus.task, str(corpus.route), corpus.split, Text(", ".join(told)))
    return table
