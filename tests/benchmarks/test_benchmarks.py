"""The benchmark code runs, and its formulas for work are what torch counts."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from benchmarks.__main__ import measure
from benchmarks.cases import CASES, PLAIN, Case, work_of
from benchmarks.setting import TINY
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Spread, interleaved, spread
from benchmarks.work import Work, work
from rich.console import Console
from torch.backends.cuda import flash_sdp_enabled
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import compiled as beside
from benchmarks import (
    kinds,
    languages,
    machine,
    memory,
    operators,
    precision,
    report,
    rows,
    text_to_text,
    translation,
)
from hyperadapters.context import Context
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.model.counting import counts

CPU = torch.device("cpu")
SMALL = [replace(case, rows=min(case.rows, TINY.examples)) for case in CASES]


def prepare(model: torch.nn.Module, *, trains: bool) -> None:
    """The counter stumbles over gradients that nothing uses."""
    if not trains:
        model.requires_grad_(False)


@pytest.mark.parametrize("case", SMALL, ids=[case.name for case in SMALL])
def test_flops_are_those_that_torch_counts(case: Case) -> None:
    systems = Systems(TINY, CPU, TINY.examples)
    prepare(systems[case.system], trains=case.trains)
    run = work_of(case, systems)
    # Plain products, which the counter knows on every version; fused attention it does not.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        run()
    assert counter.get_total_flops() == work(case, TINY).flops


@pytest.mark.parametrize("case", [c for c in SMALL if c.trains], ids=lambda c: c.name)
def test_the_optimiser_moves_what_has_a_gradient(case: Case) -> None:
    systems = Systems(TINY, CPU, TINY.examples)
    work_of(case, systems)()
    stepped = sum(p.numel() for p in systems[case.system].parameters() if p.grad is not None)
    assert work(case, TINY).stepped == 4 * 7 * stepped


def test_a_materialised_hypernetwork_equals_what_it_was_made_from() -> None:
    systems = Systems(TINY, CPU, 2)
    context = TINY.context(2)
    with torch.no_grad():
        logits = [systems[n](context, systems.batch).logits for n in ("hyper-x", "materialised")]
    torch.testing.assert_close(logits[0]["tag"], logits[1]["tag"])


def test_a_materialised_hypernetwork_runs_the_operators_of_a_table() -> None:
    systems = Systems(TINY, CPU, 1)
    counted = []
    for model in (systems["tables"], systems["materialised"]):
        with torch.no_grad(), profile(activities=[ProfilerActivity.CPU]) as profiler:
            model(TINY.context(1), systems.batch)
        counted.append({event.key: event.count for event in profiler.key_averages()})
    assert counted[0] == counted[1]


def test_pairs_are_measured_side_by_side_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    pairs = {name: (lambda n=name: order.append(n), lambda: order.append("over")) for name in "ab"}
    taken = interleaved(pairs, 2, CPU)
    assert order == ["over", "over", "a", "a", "over", "over", "b", "b"] * 3
    assert {name: len(times) for name, times in taken.items()} == {"a": 2, "b": 2}
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_names_are_all_that_grows_with_languages() -> None:
    sizes = [languages.grown("hyper-x", TINY, number) for number in (10, 110)]
    assert sizes[1] - sizes[0] == 100 * TINY.embedding
    systems = Systems(TINY, CPU, 10)
    model = systems["hyper-x"]
    assert isinstance(model, AdaptedModel)
    assert counts(model)["trained_without_heads"] == sizes[0]


def test_speed_is_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    result = measure("speed", TINY, 1, CPU, Console(width=130))
    assert [one["name"] for one in result] == [c.name for c in CASES if c.rows <= TINY.examples]
    assert "min..max" in capsys.readouterr().out


def test_languages_are_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    grown = languages.measure(TINY, 1, CPU, (10, 20))
    report.print_languages(Console(width=130), grown)
    assert [one.languages for one in grown] == [10, 20]
    assert "parameters" in capsys.readouterr().out


def test_a_mixed_batch_is_as_large_as_those_of_one_kind() -> None:
    """What is divided does the same work: examples, tokens, and the rows that it says."""
    setting = replace(TINY, examples=8)
    mixed, alone = kinds.batches(setting, 2)
    assert [len(batch.shares) for batch in (mixed, *alone)] == [4, 1, 1, 1, 1]
    assert {tuple(batch.inputs["input_ids"].shape) for batch in (mixed, *alone)} == {(8, 6)}
    assert [len(set(batch.observed)) for batch in (mixed, *alone)] == [4, 2, 2, 2, 2]
    loss = kinds.objective(setting, CPU)
    each = [loss(Context.of_examples(batch.observed), batch) for batch in (mixed, *alone)]
    assert all(one.mean() > 0 for one in each)
    assert each[0].predictions * 4 == sum(one.predictions for one in each[1:])


def test_kinds_are_printed_as_a_table() -> None:
    measured = kinds.measure(TINY, 2, CPU)
    console = Console(width=150, record=True)
    kinds.print_kinds(console, measured)
    assert all(one.ratio.median > 0 and one.parts.keys() == kinds.KINDS.keys() for one in measured)
    assert "beside batches of one kind and 4 rows" in console.export_text()


def test_steps_of_bf16_are_beside_the_same_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []

    def noting(case: Case, systems: Systems) -> object:
        return lambda: seen.append((torch.is_autocast_enabled("cpu"), flash_sdp_enabled()))

    monkeypatch.setattr(precision, "work_of", noting)
    (line,) = precision.measure([PLAIN], TINY, 1, CPU, CLOCKS["wall"])
    assert (line.name, min(line.chosen) > 0, min(line.ours) > 0) == (PLAIN.name, True, True)
    flash = flash_sdp_enabled()
    assert set(seen) == {(False, flash), (True, flash), (True, False)}


def test_the_share_of_products_is_that_of_operators_that_multiply_matrices() -> None:
    values = torch.randn(300, 300)
    assert operators.share_of_products(lambda: values + values, 1) == 0
    assert 0.5 < operators.share_of_products(lambda: values @ values, 1) <= 1


def test_both_sides_of_a_compiled_case_are_in_the_same_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[bool, bool]] = []

    def noting(case: Case, systems: Systems, compiled: object = None) -> object:
        return lambda: seen.append((compiled is None, torch.is_autocast_enabled("cpu")))

    monkeypatch.setattr(beside, "work_of", noting)
    for name, within in beside.PRECISIONS.items():
        seen.clear()
        (line,) = beside.measure([PLAIN], TINY, 1, CPU, backend="eager", precision=within)
        assert line.ratio.median > 0
        assert set(seen) == {(True, name == "bf16"), (False, name == "bf16")}


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
def test_rows_of_a_batch_are_timed_beside_adapters_of_peft() -> None:
    """A row each: `peft` gives other results than its backbone alone."""
    found = rows.measure(TINY, 1, CLOCKS["wall"], "no", backend="eager")
    assert {name: ratio.median > 0 for name, ratio in found.items()} == {
        "plain": True,
        "compiled": True,
    }
    theirs, plain = rows.in_peft(TINY, 2)(), TINY.backbone()(**TINY.batch().inputs)
    assert not torch.allclose(theirs.logits, plain.logits)


def test_a_process_is_not_as_large_as_the_one_that_started_it() -> None:
    held = torch.ones(200_000_000)  # 800 MB
    asked = [sys.executable, "-c", "from benchmarks.memory import resident; print(resident())"]
    done = subprocess.run(
        asked, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert 0 < int(done.stdout) < held.nbytes <= memory.resident()


def test_peak_memory_holds_at_least_the_model() -> None:
    """Asked of a fresh process: this one has been larger before."""
    size = sum(p.numel() for p in Systems(TINY, CPU, 1)[PLAIN.system].parameters())
    code = (
        "import torch; from benchmarks.cases import PLAIN; from benchmarks.memory import peak; "
        "from benchmarks.setting import TINY; print(peak(PLAIN, TINY, torch.device('cpu')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert int(done.stdout) >= 4 * size


def test_a_machine_is_described_by_what_torch_uses_of_it() -> None:
    assert machine.facts(CPU)["threads"] == torch.get_num_threads()


def test_what_falls_short_is_explained_by_flops_and_bytes() -> None:
    slow = report.Measured(CASES[4], Spread(2.0, 2.0, 2.0), Spread(2.0, 2.0, 2.0))
    (line,) = report.explanations([slow], TINY, 1e9)
    assert line.startswith(f"{CASES[4].name}: 2.000, aim 1.06. GFLOP: backbone")
    good = slow._replace(ratio=Spread(1.06, 1.0, 2.0))
    assert report.explanations([good], TINY, 1e9) == []
    unit = Work(1.0, 0, 0, 0, 0, 0)
    assert report.expected(Work(1.0, 1.0, 0, 0, 5.0, 5.0), unit, 2.0, 10.0) == (2.0, 0.5)
    assert work(PLAIN, TINY).bytes == 0


def test_text_to_text_is_compared_on_every_task_and_few_parameters_are_few() -> None:
    compared = text_to_text.measure(text_to_text.TINY, 1, CPU)
    assert [one.aim for one in compared] == [1.0, 1.0, 1.0, None, None]
    assert all(one.seconds.least > 0 for one in compared)
    console = Console(width=120, record=True)
    counts = text_to_text.parameters(text_to_text.TINY)
    text_to_text.print_text_to_text(console, compared, counts)
    assert "hyperformer++ basis over hyperformer++" in console.export_text()
    assert counts["hyperformer++ basis"] < counts["hyperformer++"] < counts["hyperformer"]


def test_translation_is_compared_and_decodes_with_no_more_operators_than_tables() -> None:
    compared = translation.measure(translation.SMALL, 1, CPU)
    assert [one.name for one in compared] == [
        "training step, 12 target tokens",
        "decoding, materialised",
    ]
    assert all(one.ratio.median > 0 for one in compared)
    counts = translation.operators(translation.SMALL)
    assert 1000 < counts["hyper-adapters"] <= counts["language adapters"]
    console = Console(width=120, record=True)
    translation.print_translation(console, compared, counts)
    assert f"hyper-adapters {counts['hyper-adapters']:,}" in console.export_text()
