"""What a run is certain to need is known before anything of it is built."""

from pathlib import Path
from typing import Any

import pytest
import torch

import tiny_runs
from hyperadapters.config import method_of, run_from
from hyperadapters.errors import ConfigError
from hyperadapters.run import sizes
from hyperadapters.run.assembly import assemble
from hyperadapters.run.catalogue import published
from hyperadapters.run.description import describe
from hyperadapters.run.sizes import Need, countable, need_of

PRETRAINED = {"phases": {"pretrain": {"train": {"mlm": ["tr"]}, "steps": 1}}}


def _hyper_x(**arguments: int) -> dict[str, Any]:
    return {"method": {"name": "hyper-x-base", **arguments}, **PRETRAINED}


def test_what_a_phase_needs_is_counted_without_weights(tmp_path: Path) -> None:
    assembly = assemble(run_from(tiny_runs.values(tmp_path, **_hyper_x(code=4, bottleneck=2))))
    *_, phase = method_of(assembly.run).phases
    every = sum(p.numel() for p in assembly.model.parameters())
    assembly.model.enter(phase)
    trained = sum(p.numel() for p in assembly.model.parameters() if p.requires_grad)
    need = need_of(assembly.model, phase)
    assert (need.weights, need.trained) == (every, trained)
    assert 0 < trained < every
    assert need.bytes == 4 * every + 12 * trained + need.kept
    two = 2 * phase.recipe.batch // phase.recipe.accumulate
    assert need.kept == two * tiny_runs.ARCHITECTURE["width"] * 8
    assert need_of(assembly.model, phase, ranks=2).kept == need.kept / 2


def test_a_micro_batch_is_its_tokens_where_these_are_said(tmp_path: Path) -> None:
    recipe = {"steps": 1, "batch_tokens": 4096, "accumulate": 4, "length": 24}
    assembly = assemble(run_from(tiny_runs.values(tmp_path, recipe=recipe)))
    *_, phase = assembly.method.phases
    assert need_of(assembly.model, phase).kept == 1024 * tiny_runs.ARCHITECTURE["width"] * 8


def _wide(**shape: Any) -> dict[str, Any]:
    return {"backbone": {"architecture": {**tiny_runs.ARCHITECTURE, **shape}}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (_wide(width=2**20, heads=4), "weights"),
        (_wide(ffn=10**12), "weights"),
        (_hyper_x(bottleneck=10**12), "weights"),
        ({"recipe": {"batch": 2**20, "steps": 1}}, "for a micro-batch"),
    ],
)
def test_a_run_that_no_memory_holds_is_refused_before_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(sizes, "memory_of", lambda device: 200 * 10**6)
    run = run_from(tiny_runs.values(tmp_path, **changes))
    with pytest.raises(ConfigError, match="larger than the memory of this machine") as error:
        assemble(run)
    text = str(error.value)
    assert "expected: at most 200 MB, which `cpu` has in all" in text
    assert "found: at least " in text and said in text


@pytest.mark.parametrize("there", [None, 200 * 10**6])
def test_a_run_that_fits_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: int | None
) -> None:
    monkeypatch.setattr(sizes, "memory_of", lambda device: there)
    assert assemble(run_from(tiny_runs.values(tmp_path))).model


def test_counting_before_building_changes_nothing_that_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_from(tiny_runs.values(tmp_path))
    counted = assemble(run).model.state_dict()
    monkeypatch.setattr("hyperadapters.run.assembly.check_memory", lambda *given, **more: None)
    plain = assemble(run).model.state_dict()
    assert all(torch.equal(counted[name], plain[name]) for name in plain)


@pytest.mark.parametrize(
    "changes",
    [
        _wide(width=10**16, heads=1),
        _hyper_x(bottleneck=10**17, code=10**17),
    ],
)
def test_what_cannot_be_counted_is_said(tmp_path: Path, changes: dict[str, Any]) -> None:
    run = run_from(tiny_runs.values(tmp_path, **changes))
    for look in (describe, assemble):
        with pytest.raises(ConfigError, match="too large to be counted\n  found: .*verflow"):
            look(run)
    with pytest.raises(ConfigError, match="too large to be counted"):
        published("hyper-x-base", ["method.code=99999999999999999", "method.bottleneck=99999999"])


def test_large_models_are_counted_without_their_memory(tmp_path: Path) -> None:
    facts = describe(run_from(tiny_runs.values(tmp_path, **_wide(width=2**20, heads=4))))
    assert facts["backbone"] > 2 * 4 * 2**40


def test_other_faults_of_torch_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), countable():
        raise RuntimeError("shapes do not fit")


def test_needs_are_said_in_words() -> None:
    text = str(Need("train", weights=3 * 10**9, trained=10**6, kept=1536))
    assert text == (
        "12 GB in phase `train`: 12 GB for 3,000,000,000 weights, 12 MB for the gradients and "
        "moments of 1,000,000 of them, 1.54 kB for a micro-batch"
    )
