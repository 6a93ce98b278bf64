"""How near translations are: whose vectors are compared, and with what."""

import pytest
import torch
from benchmarks.alignment import Near, near, print_near, vectors
from rich.console import Console

import tiny
import tiny_runs
from hyperadapters.backbones import read
from hyperadapters.context import Context
from hyperadapters.examples import Tagged
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.run.assembly import Assembly
from hyperadapters.tasks import collate

TEXTS = ["12 March 2024", "Canada"]


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    made = tiny_runs.assembled(tiny_runs.values(tmp_path_factory.mktemp("run")), "table")
    tiny.redraw(made.model, seed=1, scale=0.4)
    return made


def test_the_last_layer_is_the_mean_of_what_the_head_reads(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = vectors(assembly, "fields", "tr", TEXTS)
    assert found.shape == (2, 2, 16)
    seen: list[torch.Tensor] = []
    monkeypatch.setattr(
        "hyperadapters.model.computing.read", lambda *given: seen.append(read(*given)) or seen[-1]
    )
    task, row = assembly.tasks["fields"], assembly.cell("fields", "tr").row
    model: AdaptedModel = assembly.model
    model.eval()
    for text, one in zip(TEXTS, found, strict=True):
        encoded = task.encode(assembly.tokenizer, Tagged(tuple(text.split()), ()), 24)
        with torch.no_grad():
            model(Context.uniform(row, 1), collate([(task, row, encoded)], 0))
        torch.testing.assert_close(one[-1], seen[-1][0].mean(0), rtol=0, atol=1e-5)
    assert (vectors(assembly, "fields", "en", TEXTS) - found).abs().max() > 1e-3


def test_cosines_are_of_translations_and_of_others() -> None:
    first = torch.eye(3)[:, None, :].repeat(1, 2, 1)
    second = torch.stack([first[:, 0], -first[:, 1]], dim=1)
    assert near(first, second) == [Near(1.0, 0.0), Near(-1.0, 0.0)]
    console = Console(width=120, record=True)
    print_near(console, {"tr": {"mad-x": near(first, second)}})
    assert "-1.000" in console.export_text()
