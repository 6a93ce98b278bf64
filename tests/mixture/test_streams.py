"""Which data a phase draws from."""

from dataclasses import replace
from pathlib import Path

import pytest

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.errors import TrainingError
from hyperadapters.method import Phase, Recipe
from hyperadapters.mixture.streams import mixture_of, streams_of, told_of
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.tasks.base import Encoded
from hyperadapters.tasks.tagging import Tagging


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    pretrain = {"train": {"mlm": ["en", "ta"]}, "recipe": {"length": 8}}
    run = tiny_runs.values(tmp_path_factory.mktemp("run"), pretrain=pretrain)
    return tiny_runs.assembled(run, "hypernetwork")


def with_phase(assembly: Assembly, phase: Phase) -> Assembly:
    first = assembly.method.phases[0]
    return replace(assembly, method=replace(assembly.method, phases=(first, phase)))


TRAINS = frozenset({"heads"})


def names(assembly: Assembly, number: int = 1) -> list[str]:
    return [
        f"{stream.task.name}/{stream.row['language']}" for stream in streams_of(assembly, number)
    ]


def test_a_phase_has_a_stream_per_trained_pair(assembly: Assembly) -> None:
    everything = "fields/en fields/tr spans/en spans/ta mlm/en mlm/ta mlm/tr".split()
    assert names(assembly) == everything
    one = streams_of(assembly, 1)[0]
    assert one.size == len(one.examples) == 24
    assert dict(one.row) == {"task": "fields", "language": "en"}


def test_the_first_phase_has_its_own_pairs_and_length(assembly: Assembly) -> None:
    assert names(assembly, 0) == ["mlm/en", "mlm/ta"]
    assert max(len(one) for stream in streams_of(assembly, 0) for one in stream.examples) == 8


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase(TRAINS, tasks=frozenset({"fields"})), "fields/en fields/tr"),
        (Phase(TRAINS, without=frozenset({"mlm", "fields"})), "spans/en spans/ta"),
    ],
)
def test_a_phase_takes_and_leaves_tasks(assembly: Assembly, phase: Phase, expected: str) -> None:
    assert names(with_phase(assembly, phase)) == expected.split()


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
        streams_of(with_phase(assembly, phase), 1)
    assert asked in str(caught.value) and "fields, mlm, spans" in str(caught.value)


def test_a_mixture_follows_the_recipe(assembly: Assembly) -> None:
    recipe = Recipe(batch=24, accumulate=2, contexts_per_batch=3)
    batch = mixture_of(streams_of(assembly, 1), recipe, pad_id=0, seed="0", ranks=2).draw()
    assert len(batch) == 12
    observed = [str(row) for row in batch.observed]
    assert observed == sorted(observed) and len(set(observed[:4])) == 1


@pytest.mark.parametrize("ranks", [3, 8])
def test_a_batch_must_fall_into_equal_parts(assembly: Assembly, ranks: int) -> None:
    recipe = Recipe(batch=16, accumulate=4)
    with pytest.raises(TrainingError, match="a batch cannot be shared equally") as caught:
        mixture_of(streams_of(assembly, 1), recipe, pad_id=0, seed="0", ranks=ranks)
    assert f"batch 16, accumulate 4, processes {ranks}" in str(caught.value)


def test_a_batch_of_tokens_holds_no_more(assembly: Assembly) -> None:
    recipe = Recipe(batch=7, batch_tokens=800, accumulate=2, contexts_per_batch=2, length=40)
    mixture = mixture_of(streams_of(assembly, 1), recipe, pad_id=0, seed="0", ranks=4)
    batches = [mixture.draw() for _ in range(20)]
    assert all(batch.inputs["input_ids"].numel() <= 400 for batch in batches)
    assert all(len(batch) >= 4 for batch in batches)
    assert len({len(batch) for batch in batches}) > 2


def test_a_batch_of_tokens_needs_a_part_for_every_process(assembly: Assembly) -> None:
    with pytest.raises(TrainingError, match="a batch cannot hold the longest examples"):
        recipe = Recipe(batch_tokens=400)
        mixture_of(streams_of(assembly, 1), recipe, pad_id=0, seed="0", ranks=64)


def test_what_a_task_does_not_admit_is_not_trained_on(assembly: Assembly) -> None:
    class Short(Tagging):  # `Tagging` is final, for users
        def admits(self, encoded: Encoded) -> bool:
            return len(encoded) < 8

    own = assembly.tasks["fields"]
    assert isinstance(own, Tagging)
    picky = Short(own.name, own.labels, own.metric, own.label_map)
    tasks = {**assembly.tasks, "fields": picky}
    all_, some = (
        [s for s in streams_of(one, 1) if s.task.name == "fields"]
        for one in (assembly, replace(assembly, tasks=tasks))
    )
    for before, after in zip(all_, some, strict=True):
        assert list(after.examples) == [one for one in before.examples if len(one) < 8]
        assert 0 < after.size == len(after.examples) < before.size


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    values = tiny_runs.translation(tmp_path)
    assert told_of(streams_of(assemble(run_from(values)), 0)) == ""
    values["tasks"]["mt"]["ratio"] = 1.2
    streams = streams_of(assemble(run_from(values)), 0)
    left, every = sum(one.left_out for one in streams), 4 * 30
    assert 0 < left < every == left + sum(len(one.examples) for one in streams)
    assert told_of(streams).startswith(f"{left} of {every} examples are left out")
