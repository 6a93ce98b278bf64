"""The page on sharing: its commands and its Python do what it says, in order, with a hub here."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands import RUN, call, right
from hub import Hub, serving
from hyperadapters.config import run_from
from hyperadapters.run import bundle
from hyperadapters.run.assembly import assemble
from hyperadapters.scoring.evaluation import evaluate

PAGE = (Path(__file__).parents[2] / "docs" / "sharing.md").read_text()
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub, in a folder with the run of the page, which is not trained."""
    folder = tmp_path_factory.mktemp("sharing")
    with pytest.MonkeyPatch.context() as patch, serving(folder / "cache") as hub:
        patch.chdir(folder)
        made = assemble(run_from({**RUN, "name": "tags"}))
        bundle.save(made, Path("runs/tags/model"))
        Path("runs/tags/results.json").write_text(evaluate(made).to_json())
        yield hub


def test_the_page_does_what_it_says(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for kind, block in BLOCKS:
        lines = [line for line in block.splitlines() if line]
        assert len(lines) <= 5
        if kind == "python":
            exec(block, {})
            printed.append(capsys.readouterr().out)
        for line in lines if kind == "sh" else ():
            said, bar, rest = line.partition(" | ")
            command, *arguments = shlex.split(rest if bar else line)
            assert command == "hyperadapters"
            printed.append(right(*arguments, text=shlex.split(said)[1] if bar else None))
    card, pushed, pushed_too, written, saved, loaded, predicted, scored, exported = printed
    assert 'model = ha.load("ada/tags")' in card and "| `fields` | tagging | en, tr | fi |" in card
    assert f"{hub.address}/ada/tags/commit/" in pushed and hub.address in pushed_too
    assert {branch for _, branch in hub.files} == {"main", "small"}
    assert hub.files["ada/tags", "main"]["README.md"].decode().count("license: apache-2.0") == 1
    assert written == "written, and not uploaded: upload\n"
    found = {path.relative_to("upload").as_posix() for path in Path("upload").rglob("*")}
    assert {path for path in found if Path("upload", path).is_file()} == {
        path for path in hub.files["ada/tags", "main"] if path != ".gitattributes"
    }
    assert saved == loaded and saved.startswith("[[('3', ")
    assert predicted.startswith("3\t") and "unseen pair" in scored
    assert exported == "written: fields-fi\n"


def test_a_name_that_is_not_there_ends_in_one_message(hub: Hub) -> None:
    result = call("predict", "ada/tgas", "--task", "fields", "--language", "fi", text="3")
    assert result.exit_code == 2
    assert "no folder `ada/tgas`" in result.output and "Traceback" not in result.output
