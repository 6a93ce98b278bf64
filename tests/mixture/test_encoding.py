"""Encoded examples are the same from memory and from disk, and are made once."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import data_roots
import tiny_runs
import tiny_tokenizers
from hyperadapters.config import run_from
from hyperadapters.context import Row
from hyperadapters.data import Corpus
from hyperadapters.data.cldr.source import Cldr
from hyperadapters.data.corpora import ReadAnew
from hyperadapters.data.vocabulary import train_joint_tokenizer
from hyperadapters.errors import DataError
from hyperadapters.examples import Asked, Labelled, LabelledPair, Pair, Tagged, Text, Tree
from hyperadapters.machine.cache import Cache
from hyperadapters.metrics import METRICS
from hyperadapters.mixture import encoding, workers
from hyperadapters.mixture.encoding import encoded
from hyperadapters.mixture.workers import Workers, each_of
from hyperadapters.routes import Route
from hyperadapters.run.assembly import assemble
from hyperadapters.tasks import (
    Classification,
    LanguageModelling,
    MaskedLM,
    Parsing,
    QuestionAnswering,
    SpanCorruption,
    Tagging,
    Task,
    TextToText,
    Translation,
)
from hyperadapters.tasks.collation import collate_part, drawn_anew
from hyperadapters.tasks.wordings import Named, Template
from hyperadapters.training import train

ACCURACY = METRICS["accuracy"]
WORDS = "on two three four five six seven eight nine ten".split()
LINES = [" ".join(WORDS[n % 7 : n % 7 + 1 + n % 4]) for n in range(40)]
PAIRS = [Pair(one, " ".join([one] * (1 + (n < 9))), ("en", "de")) for n, one in enumerate(LINES)]
JOINT = train_joint_tokenizer(
    {"en": LINES, "de": LINES}, 60, 32, added=["<2de>", *(f"<extra_id_{n}>" for n in range(9))]
)
KINDS: Sequence[tuple[Task, Any, Sequence[Any]]] = (
    (Tagging("ner", ("O", "X"), ACCURACY), JOINT, [Tagged(("on", "two"), ("X", "O"))] * 3),
    (Parsing("dep", ("root",), METRICS["las"]), JOINT, [Tree(("on",), (0,), ("root",))] * 3),
    (
        Classification("nli", ("no", "yes"), ACCURACY, LabelledPair),
        tiny_tokenizers.of_family("bert"),
        [LabelledPair("on", "two three", "yes"), LabelledPair("on", "", "no")],
    ),
    (QuestionAnswering("qa", stride=2), JOINT, [Asked("on", " ".join(WORDS), ((3, 6),))] * 2),
    (MaskedLM("mlm"), tiny_tokenizers.of_family("bert"), [*map(Text, LINES)]),
    (LanguageModelling("lm"), JOINT, [*map(Text, LINES)]),
    (SpanCorruption("spans"), JOINT, [*map(Text, LINES)]),
    (
        TextToText("topic", Template("{text}"), Named({"p": "on", "q": "two"})),
        JOINT,
        [Labelled("three on", "q"), Labelled("on", "p")],
    ),
    (Translation("mt", ratio=1.9), JOINT, PAIRS),
    (Translation("mt"), JOINT, PAIRS),
)


def corpus_of(examples: Sequence[Any], digest: str) -> Corpus:
    unheld = ReadAnew(lambda: iter(examples), len(examples)) if digest else examples
    return Corpus("task", Route.of("en"), "train", unheld, "file", digest=digest)


@pytest.mark.parametrize(
    ("task", "tokenizer", "examples"), KINDS, ids=[type(kind[0]).__name__ for kind in KINDS]
)
def test_every_kind_is_the_same_from_disk(
    task: Task, tokenizer: Any, examples: Sequence[Any], tmp_path: Path, monkeypatch: Any
) -> None:
    cache = Cache(tmp_path / "cache")
    held = encoded(task, tokenizer, corpus_of(examples, ""), 12, cache)
    assert not cache.folder.exists()
    monkeypatch.setattr(encoding, "PART", 3)
    first = encoded(task, tokenizer, corpus_of(examples, "d"), 12, cache, workers=Workers(1))
    (entry,) = cache.entries()
    assert 0 < len([*entry.folder.glob("*.arrow")]) <= -(-len(examples) // 3)
    again = encoded(task, tokenizer, replace(corpus_of((), "d")), 12, cache)  # reads no text
    for found in (first, again):
        assert [*found.examples] == [*held.examples]
        assert found.checksum == held.checksum
        assert +Counter(found.counts) == +Counter(held.counts)
    assert len(held.examples) + held.counts.get("left_out", 0) >= len(examples)


@pytest.mark.parametrize(
    ("task", "tokenizer", "examples"), KINDS, ids=[type(kind[0]).__name__ for kind in KINDS]
)
def test_a_part_of_a_batch_is_cut_out_of_it(
    task: Task, tokenizer: Any, examples: Sequence[Any]
) -> None:
    """As wide as the whole, with the same draws, whichever part it is."""
    every = encoded(task, tokenizer, corpus_of(examples, ""), 12, Cache(Path("none"))).examples
    row, draw = Row(task=task.name), lambda: torch.Generator().manual_seed(3)
    given = drawn_anew([(task, row, one) for one in every[:5]], draw())
    whole = collate_part(given, 1, draw(), lambda longest: 0)
    for start, stop in ((0, 1), (1, 2), (1, len(given))):
        part = collate_part(given, 1, draw(), lambda longest: 0, slice(start, stop))
        assert part.observed == whole.observed[start:stop]
        for name, tensor in whole.inputs.items():
            assert torch.equal(part.inputs[name], tensor[start:stop])
        targets = part.shares[task.name].targets
        for name, tensor in whole.shares[task.name].targets.items():
            assert torch.equal(targets[name], tensor[start:stop])
        assert part.shares[task.name].examples.tolist() == [*range(stop - start)]


def test_what_changes_an_encoding_has_another_entry(tmp_path: Path) -> None:
    cache, task = Cache(tmp_path), Translation("mt")
    whole = corpus_of(PAIRS, "d")
    other = train_joint_tokenizer({"en": LINES, "de": LINES}, 50, 32, added=["<2de>"])
    for number, (own, tokenizer, corpus, length) in enumerate(
        [
            (task, JOINT, whole, 12),
            (task, JOINT, whole, 11),
            (replace(task, ratio=1.5), JOINT, whole, 12),
            (task, other, whole, 12),
            (task, JOINT, corpus_of(PAIRS, "e"), 12),
        ],
        1,
    ):
        encoded(own, tokenizer, corpus, length, cache)
        assert len([*cache.entries()]) == number
    JOINT(["on two"], truncation=True, padding="max_length", max_length=4)
    encoded(task, JOINT, whole, 12, cache)  # how a tokenizer was last called changes nothing
    assert len([*cache.entries()]) == number


def test_a_task_that_cannot_be_told_is_encoded_in_every_start(tmp_path: Path) -> None:
    task = Translation("mt")
    object.__setattr__(task, "tokenize", object())  # which has no text of its own
    encoded(task, JOINT, corpus_of(PAIRS, "d"), 12, Cache(tmp_path))
    assert not [*Cache(tmp_path).entries()]


def test_workers_give_the_same_in_order(monkeypatch: Any, tmp_path: Path) -> None:
    """Once it is much; a worker that fails leaves its work to this process."""
    started = []

    def start(number: int, do: Any) -> Executor:
        started.append(number)
        workers._begin(do)
        return ThreadPoolExecutor(number)

    def do(piece: int) -> tuple[int, str]:
        if piece == 6 and threading.current_thread() is not threading.main_thread():
            raise MemoryError
        return piece, threading.current_thread().name

    few = [*each_of(range(9), do, Workers(3, 1e9, start))]
    assert not started and {name for _, name in few} == {"MainThread"}
    many = [*each_of(range(9), do, Workers(3, 0.0, start))]
    assert [piece for piece, _ in many] == [*range(9)] and started == [3]
    assert [piece for piece, name in many if name == "MainThread"] == [0, 6]
    monkeypatch.setattr(encoding, "PART", 3)
    task, whole = Translation("mt"), corpus_of(PAIRS, "d")
    alone = encoded(task, JOINT, corpus_of(PAIRS, ""), 12, Cache(tmp_path))
    shared = encoded(task, JOINT, whole, 12, Cache(tmp_path), workers=Workers(2, 0.0, start))
    assert [*shared.examples] == [*alone.examples] and shared.checksum == alone.checksum


def test_an_example_that_does_not_fit_leaves_no_entry(tmp_path: Path) -> None:
    examples = [Text(""), Text("on")]
    with pytest.raises(DataError, match="has no token"):
        encoded(SpanCorruption("spans"), JOINT, corpus_of(examples, "d"), 12, Cache(tmp_path))
    assert not [*tmp_path.glob("examples*")] and not [*tmp_path.glob(".examples*")]


def written(root: Path) -> dict[str, Any]:
    """Files of tagged sentences, pairs and text; the sources of a run that reads them."""
    source = Cldr(format="cldr", content="spans", train=60, dev=4, test=4)
    for language in ("en", "tr"):
        for split in ("train", "dev", "test"):
            found = source.read("spans", Route.of(language), split, None).examples
            rows = [zip(one.words, one.labels, strict=True) for one in found]
            blocks = ["".join(f"{word}\t{label}\n" for word, label in one) for one in rows]
            data_roots.write(root, f"{language}/{split}.txt", "\n".join(blocks))
    pairs = Cldr(format="cldr", content="pairs", train=60, dev=4, test=4)
    for split in ("train", "dev", "test"):
        found = pairs.read("mt", Route.parse("de-en"), split, None).examples
        lines = [f"{one.first}\t{one.second}\n" for one in found]
        lines[3:3] = ["\n", "nur eine Seite\t\n"] if split == "train" else []
        held = lines[-1:] if split == "test" else []
        data_roots.write(root, f"de-en.{split}.tsv", "".join(lines))
        if held:  # what is scored is not trained on
            with (root / "de-en.train.tsv").open("a") as train_file:
                train_file.writelines(held)
    return {
        "spans": {"format": "conll", "path": "{language}/{split}.txt"},
        "mt": {"format": "pairs", "path": "{first}-{second}.{split}.tsv"},
    }


def translating(root: Path, output: Path) -> dict[str, Any]:
    run = tiny_runs.translation(output, train={"mt": ["de-en", "en-de"]})
    run["tasks"]["mt"]["data"] = written(root)["mt"]
    own = {"length": 32, "steps": 5, "batch": 6, "contexts_per_batch": 2, "warmup": 0}
    return {**run, "recipe": own}


def tagging(root: Path, output: Path) -> dict[str, Any]:
    own = {"kind": "tagging", "data": written(root)["spans"]}
    return tiny_runs.values(
        output,
        tasks={"spans": own, "mlm": {"kind": "mlm", "data": own["data"]}},
        train={"spans": ["en", "tr"], "mlm": ["en", "tr"]},
        select={"spans": ["en"]},
        evaluate={"spans": ["en", "tr"]},
        recipe={"length": 24, "steps": 5, "batch": 6, "batch_tokens": 120, "evaluate_every": 2},
    )


@pytest.mark.parametrize("made", [tagging, translating])
def test_a_run_is_the_same_with_and_without_the_cache(
    made: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    """In its first start, and in a second one, which encodes nothing."""
    run = run_from(made(tmp_path, tmp_path / "run"))
    lines = []
    for name, least in (("held", 2**40), ("first", 0), ("second", 0)):
        cache = Cache(tmp_path / "cache", least)
        assembly = assemble(run, data_root=tmp_path, cache=cache)
        if name == "second":
            monkeypatch.setattr(encoding, "save_part", None)
        train(assembly, tmp_path / name)
        lines.append(tiny_runs.lines(tmp_path / name))
        left_out = {c: assembly.corpus(c, "train").left_out for c in assembly.library.trained}
        skipped = {c: assembly.corpus(c, "train").skipped for c in assembly.library.trained}
        lines[-1].append((left_out, skipped))
    assert lines[0] == lines[1] == lines[2]
    kinds = Counter(entry.folder.name.partition("-")[0] for entry in cache.entries())
    assert kinds["examples"] == len(assembly.library.trained) and kinds["text"] > 0
