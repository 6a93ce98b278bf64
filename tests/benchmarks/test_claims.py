"""What the programs about claims compute: each against a formula of its own."""

import json
import math
from pathlib import Path

import pytest
import torch
from benchmarks.claims import convergence, exchange, relatedness, steps, widths

import tiny_runs
from hyperadapters.config import run_from, to_yaml
from hyperadapters.document.dialect import write_yaml
from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.forms import Bottleneck
from hyperadapters.routes import Cell
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.schedules import Fixed, Observed, Schedule
from hyperadapters.scoring.evaluation import evaluate
from hyperadapters.scoring.matrix import Matrix, Score


def values(folder: Path) -> dict:
    data = {"format": "cldr", "content": "pairs", "train": 30, "dev": 3, "test": 4}
    task = {"kind": "translation", "metric": "chrf", "beams": 2, "length": 6, "data": data}
    return tiny_runs.translation(
        folder,
        tasks={"mt": task},
        train={"mt": ["de-en", "nl-en", "zh-en"]},
        recipe={"length": 32, "batch": 4, "contexts_per_batch": 1, "steps": 4},
    )


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return assemble(run_from(values(tmp_path_factory.mktemp("run"))))


def test_a_recorded_form_adds_the_same_and_notes_how_much() -> None:
    form = Bottleneck(width=2, norm="before", unit_scale=True)
    weights = {name: torch.randn(1, *slot.shape) for name, slot in form.slots(4, 4).items()}
    hidden, ratios = torch.randn(1, 5, 4), list[float]()
    plain, settled = widths.Recorded(form, ratios).settled(weights)
    added = plain.apply(hidden, settled)
    torch.testing.assert_close(added, form.apply(hidden, weights))
    assert ratios == [pytest.approx(math.sqrt(float(added.square().sum() / hidden.square().sum())))]


def test_widths_are_followed_from_the_start_and_leave_the_model_alone(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    run = values(tmp_path / "runs")
    run["method"].pop("std")
    file.write_text(write_yaml(run), encoding="utf-8")
    narrow, wide = (
        widths.follow(file, widths.Setting(hidden, rescale=False, matched=False), 4)
        for hidden in (8, 512)
    )
    assert [point.step for point in narrow] == [0, 1, 2, 3, 4]
    assert math.isnan(narrow[0].loss) and all(point.loss > 0 for point in narrow[1:])
    assert wide[0].added > 4 * narrow[0].added  # √(512/8) = 8 for each projection
    found = {widths.Setting(8, rescale=False, matched=False): narrow}
    widths.draw(found, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_probe_has_the_means_of_evaluations_under_other_rows(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = relatedness.relatives(["nl:de:zh"])
    assert named == {"nl": ("de", "zh")}
    asked: list[Schedule] = []
    scores: list[float] = []

    def scored(assembly: Assembly, *, under: Schedule, cells: list[Cell]) -> Matrix:
        assert cells == [assembly.cell("mt", "nl-en")]
        asked.append(under)
        matrix = evaluate(assembly, under=under, cells=cells)
        scores.extend(100 * cell.score for cell in matrix.cells)
        return matrix

    monkeypatch.setattr(relatedness, "evaluate", scored)
    found = relatedness.probe(assembly, "mt", named)
    assert asked == [Observed(), Fixed(source_language="de"), Fixed(source_language="zh")]
    assert found == pytest.approx(scores)
    assert relatedness.Probe(40.0, 30.0, 10.0).kept == 0.75


def test_convergence_reads_the_losses_on_dev_cells(tmp_path: Path) -> None:
    lines = [
        {"phase": "pretrain", "step": 50, "selection": 1.0},
        {"phase": "train", "step": 5, "loss": 9.0},
        *(
            {"phase": "train", "step": 10 * n, "selection": loss}
            for n, loss in enumerate((5.0, 3.0, 4.0), 1)
        ),
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n"
    (tmp_path / "metrics.jsonl").write_text(text, encoding="utf-8")
    run = values(tmp_path) | {"select": {"mt": ["de-en"]}}
    run["recipe"]["criterion"] = "loss"
    (tmp_path / "run.yaml").write_text(to_yaml(run_from(run)), encoding="utf-8")
    curve = convergence.read(tmp_path)
    assert (curve.steps, curve.losses, curve.best) == ([10, 20, 30], [5.0, 3.0, 4.0], 3.0)
    assert (curve.reaches(4.5), curve.reaches(3.0), curve.reaches(2.0)) == (20, 20, None)
    run["recipe"]["criterion"] = "score"
    (tmp_path / "run.yaml").write_text(to_yaml(run_from(run)), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no curve of its loss(.|\n)*criterion `score`, 3 eval"):
        convergence.read(tmp_path)


def test_points_lost_leave_out_the_language_itself_and_those_in_no_group() -> None:
    def matrix(**scores: float) -> Matrix:
        cells = tuple(
            Score(
                "ner", name, "accuracy", score, 1, "unseen pair" if name == "fi" else "trained pair"
            )
            for name, score in scores.items()
        )
        return Matrix("r", "m", (0,), cells, {"all of them": ("tr", "fi", "ta")})

    own, other = matrix(en=0.9, tr=0.8, fi=0.7, ta=0.6), matrix(en=0.1, tr=0.5, fi=0.6, ta=0.5)
    found = exchange.lost(own, other, "tr")
    assert found == {
        ("ner", "unseen pair"): pytest.approx(10.0),
        ("ner", "trained pair"): pytest.approx(10.0),
    }


def test_costs_are_means_over_the_languages_whose_weights_are_tried(tmp_path: Path) -> None:
    method = {"name": "hyper-x-base", "code": 6, "bottleneck": 4, "embedding": 4, "hidden": 6}
    values = tiny_runs.values(
        tmp_path, method={**method, "std": 0.6}, groups={"g": ["en", "tr", "ta"]}
    )
    values["phases"] = {"pretrain": {"train": {"mlm": ["en"]}, "steps": 1}}
    made = assemble(run_from(values))
    found = exchange.costs(made, ["en", "ta"])
    own = evaluate(made)
    each = [
        exchange.lost(own, evaluate(made, under=Fixed(language=name)), name)
        for name in ("en", "ta")
    ]
    assert found == {kind: pytest.approx((each[0][kind] + each[1][kind]) / 2) for kind in found}
    assert any(abs(points) > 0.1 for points in found.values())


def test_updates_are_timed_beside_those_of_the_first_line(tmp_path: Path) -> None:
    run, file = values(tmp_path / "runs"), tmp_path / "study.yaml"
    grid = {"system": {"small": {}, "large": {"recipe": {"batch": 8}}}, "seed": [0, 1]}
    file.write_text(write_yaml({"name": "x", "run": run, "grid": grid}), encoding="utf-8")
    chosen = steps.lines(file, ["small", "large"])
    assert [run.seed for run in chosen.values()] == [0, 0]
    found = steps.costs(chosen, tmp_path, rounds=3)
    assert list(found) == ["small", "large"]
    assert all(cost.ratio.least > 0 and cost.seconds.least > 0 for cost in found.values())
    read = {number: (tmp_path / number / "metrics.jsonl").exists() for number in "01"}
    assert read == {"0": True, "1": True}
    with pytest.raises(UnknownName, match="unknown line `larger`"):
        steps.lines(file, ["larger"])
