"""Which data a phase draws from."""

from dataclasses import replace
from pathlib import Path

import pytest

import tiny_runs
from hyperadapters.config import cells_of, run_from
from hyperadapters.errors import TrainingError
from hyperadapters.method import Method, Phase, Recipe
from hyperadapters.mixture.mixture import Stream
from hyperadapters.mixture.streams import corpora_of, mixture_of, streams_of, told_of
from hyperadapters.routes import Cell, Route
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.run.library import Library
from hyperadapters.tasks import Encoded
from hyperadapters.tasks.tagging import Tagging


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    first = {"pretrain": {"train": {"mlm": ["en", "ta"]}, "length": 8}}
    run = tiny_runs.values(tmp_path_factory.mktemp("run"), phases=first)
    return tiny_runs.assembled(run, "hypernetwork")


def filled(assembly: Assembly, phase: Phase) -> Phase:
    """A phase, given what the run trains on."""
    method = Method("one", (), (phase,))
    (own,) = method.on(cells_of(assembly.run, assembly.run.train)).phases
    return own


TRAINS = frozenset({"heads"})


def names(assembly: Assembly, phase: Phase) -> list[str]:
    return [
        f"{stream.task.name}/{stream.row['language']}" for stream in streams_of(assembly, phase)
    ]


def last(assembly: Assembly) -> list[Stream]:
    """The streams of the last phase."""
    return streams_of(assembly, assembly.method.phases[-1])


def test_a_phase_has_a_stream_per_trained_pair(assembly: Assembly) -> None:
    everything = "fields/en fields/tr spans/en spans/ta mlm/en mlm/ta mlm/tr".split()
    assert names(assembly, assembly.method.phases[1]) == everything
    one = last(assembly)[0]
    assert one.size == len(one.examples) == 24
    assert dict(one.row) == {"task": "fields", "language": "en"}


def test_the_first_phase_has_its_own_pairs_and_length(assembly: Assembly) -> None:
    first = assembly.method.phases[0]
    assert names(assembly, first) == ["mlm/en", "mlm/ta"]
    assert max(len(one) for stream in streams_of(assembly, first) for one in stream.examples) == 8


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase(TRAINS, tasks=frozenset({"fields"})), "fields/en fields/tr"),
        (Phase(TRAINS, without=frozenset({"mlm", "fields"})), "spans/en spans/ta"),
    ],
)
def test_a_phase_takes_and_leaves_tasks(assembly: Assembly, phase: Phase, expected: str) -> None:
    assert names(assembly, filled(assembly, phase)) == expected.split()


@pytest.mark.parametrize(
    ("phase", "asked"),
    [
        (Phase(TRAINS, name="language", tasks=frozenset({"tlm"})), "languages for tlm"),
        (
            Phase(TRAINS, name="language", without=frozenset({"mlm", "fields", "spans"})),
            "some task",
        ),
    ],
)
def test_a_phase_without_data_is_an_error(assembly: Assembly, phase: Phase, asked: str) -> None:
    with pytest.raises(TrainingError, match="phase `language` has no data") as caught:
        streams_of(assembly, filled(assembly, phase))
    assert asked in str(caught.value) and "fields, mlm, spans" in str(caught.value)


def test_a_corpus_that_is_scored_as_a_whole_is_not_called_empty(assembly: Assembly) -> None:
    """Nothing is left to train on in one cell, whatever the others have."""
    first = assembly.method.phases[0]
    cell, corpus = corpora_of(assembly, first)[0]
    scored = replace(corpus, examples=(), left_out=24)
    library = Library(assembly.run, corpora={(cell, "train"): scored})
    with pytest.raises(
        TrainingError, match=r"(?s)`mlm/en` could be trained on is scored.*found: 24"
    ):
        corpora_of(replace(assembly, library=library), first)


def test_a_mixture_follows_the_recipe(assembly: Assembly) -> None:
    recipe = Recipe(batch=24, accumulate=2, contexts_per_batch=3)
    batch = mixture_of(last(assembly), recipe, pad_id=0, seed="0", ranks=2).draw()
    assert len(batch) == 12
    observed = [str(row) for row in batch.observed]
    assert observed == sorted(observed) and len(set(observed[:4])) == 1


def test_corpora_take_turns_where_the_recipe_says_so(assembly: Assembly) -> None:
    """Block after block, whatever their sizes; drawn by temperature they do not."""
    streams = last(assembly)
    small = [replace(streams[0], examples=streams[0].examples[:3], size=3), *streams[1:]]
    turns = {}
    for order in ("alternate", "temperature"):
        recipe = Recipe(batch=4, order=order, temperature=1.0)
        mixture = mixture_of(small, recipe, pad_id=0, seed="0", ranks=1)
        turns[order] = [mixture.draw().observed[0] for _ in range(21)]
    assert turns["alternate"] == [stream.row for stream in streams] * 3
    assert turns["temperature"] != turns["alternate"]


def test_a_run_file_lets_the_corpora_of_a_phase_take_turns(tmp_path: Path) -> None:
    phases = {"pretrain": {"train": {"mlm": ["en", "ta", "tr"]}, "order": "alternate"}}
    made = tiny_runs.assembled(tiny_runs.values(tmp_path, phases=phases))
    first, second = made.method.phases
    assert (first.recipe.order, second.recipe.order) == ("alternate", "temperature")
    mixture = mixture_of(streams_of(made, first), first.recipe, pad_id=0, seed="0/0", ranks=1)
    drawn = [mixture.draw().observed[0]["language"] for _ in range(6)]
    assert drawn == ["en", "ta", "tr"] * 2


def test_a_phase_has_each_of_its_cells_with_its_corpus(assembly: Assembly) -> None:
    first = assembly.method.phases[0]
    found = corpora_of(assembly, first)
    assert [cell for cell, _ in found] == list(first.cells)
    assert all(corpus is assembly.corpus(cell, "train") for cell, corpus in found)


@pytest.mark.parametrize("ranks", [3, 8])
def test_a_batch_must_fall_into_equal_parts(assembly: Assembly, ranks: int) -> None:
    recipe = Recipe(batch=16, accumulate=4)
    with pytest.raises(TrainingError, match="a batch cannot be shared equally") as caught:
        mixture_of(last(assembly), recipe, pad_id=0, seed="0", ranks=ranks)
    assert f"batch 16, accumulate 4, processes {ranks}" in str(caught.value)


def test_a_batch_of_tokens_holds_no_more(assembly: Assembly) -> None:
    recipe = Recipe(batch=7, batch_tokens=800, accumulate=2, contexts_per_batch=2, length=40)
    mixture = mixture_of(last(assembly), recipe, pad_id=0, seed="0", ranks=4)
    batches = [mixture.draw() for _ in range(20)]
    assert all(batch.inputs["input_ids"].numel() <= 400 for batch in batches)
    assert all(len(batch) >= 4 for batch in batches)
    assert len({len(batch) for batch in batches}) > 2


def test_a_batch_of_tokens_needs_a_part_for_every_process(assembly: Assembly) -> None:
    with pytest.raises(TrainingError, match="a batch cannot hold the longest examples"):
        recipe = Recipe(batch_tokens=400)
        mixture_of(last(assembly), recipe, pad_id=0, seed="0", ranks=64)


def test_what_a_task_does_not_admit_is_not_trained_on(assembly: Assembly) -> None:
    class Short(Tagging):  # `Tagging` is final, for users
        def admits(self, encoded: Encoded) -> bool:
            return len(encoded) < 8

    own = assembly.tasks["fields"]
    assert isinstance(own, Tagging)
    picky = Short(own.name, own.labels, own.metric, own.label_map)
    tasks = {**assembly.tasks, "fields": picky}
    all_, some = (
        [s for s in last(one) if s.task.name == "fields"]
        for one in (assembly, replace(assembly, tasks=tasks))
    )
    for before, after in zip(all_, some, strict=True):
        assert list(after.examples) == [one for one in before.examples if len(one) < 8]
        assert 0 < after.size == len(after.examples) < before.size


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    values = tiny_runs.translation(tmp_path)
    assert not any("left out" in told for told in told_of(last(assemble(run_from(values))), 32))
    values["tasks"]["mt"]["ratio"] = 1.2
    streams = last(assemble(run_from(values)))
    left, every = sum(one.left_out for one in streams), 4 * 30
    assert 0 < left < every == left + sum(len(one.examples) for one in streams)
    (told,) = told_of(streams, 32)
    assert told.startswith(f"{left} of {every} examples are left out")


def test_what_is_cut_is_told(tmp_path: Path) -> None:
    recipe = {"steps": 6, "batch": 8, "length": 12, "learning_rate": 0.01}
    assembly = tiny_runs.assembled(tiny_runs.values(tmp_path, recipe=recipe))
    streams = last(assembly)
    whole = {
        (stream.task.name, stream.row["language"]): [
            len(one)
            for one in stream.task.encode_all(
                assembly.tokenizer,
                assembly.corpus(
                    Cell(stream.task.name, Route.of(stream.row["language"])), "train"
                ).examples,
                99,
            )
        ]
        for stream in streams
    }
    for stream in streams:
        lengths = whole[stream.task.name, stream.row["language"]]
        assert stream.cut == sum(length > 12 for length in lengths)
    cut = sum(stream.cut for stream in streams)
    (told,) = told_of(streams, 12)
    assert 0 < cut and told.startswith(f"{cut} of 168 examples are cut at 12 tokens; most of `")


def test_words_that_the_tokenizer_has_no_token_for_are_told(tmp_path: Path) -> None:
    """A mark that is not seen, inside two names and outside of any."""
    lines = ["Morika O", "New B-LOC", "\u200b I-LOC", "York I-LOC", "\u200b O", ""]
    for name in ("train", "dev", "test"):
        (tmp_path / f"en.{name}").write_text("\n".join([*lines, *lines]) + "\n", encoding="utf-8")
    data = {"format": "conll", "path": "{language}.{split}"}
    values = tiny_runs.values(
        tmp_path / "run",
        tasks={"ner": {"kind": "tagging", "metric": "span_f1", "data": data}},
        train={"ner": ["en"]},
        select={"ner": ["en"]},
    )
    streams = last(assemble(run_from(values), data_root=tmp_path))
    assert [stream.unread for stream in streams] == [2]
    (told,) = told_of(streams, 24)
    assert told.startswith("2 labelled words have no token and cannot be learned; most of `ner: ")
