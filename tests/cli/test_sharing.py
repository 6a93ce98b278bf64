"""The commands `card` and `push`; a test of the page on sharing pushes to a hub."""

from pathlib import Path

from commands import call, right

ROW = ("--task", "fields", "--language", "fi")


def test_a_card_is_printed(trained: Path) -> None:
    out = right("card", trained / "run", "--to", "ada/tiny", "--license", "mit")
    assert out.startswith("---\n") and "\nlicense: mit\n" in out
    assert "\n# ada/tiny\n" in out and "| fi | accuracy | " in out
    assert "# tiny" in right("card", trained / "run")


def test_what_would_be_pushed_is_a_run_for_other_commands(trained: Path, tmp_path: Path) -> None:
    dry = ("--to", "ada/tiny", "--dry-run", tmp_path / "out")
    assert "not uploaded" in right("push", trained / "run", *dry)
    again = right("predict", tmp_path / "out", *ROW, text="May 3\n")
    assert again == right("predict", trained / "run", *ROW, text="May 3\n")


def test_mistakes_end_in_one_message(trained: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (("push", trained / "run", "--to", "tiny"), "no name on the hub"),
        (("push", trained / "run", "--to", "ada/tiny", "--dry-run", trained), "is not empty"),
        (("card", tmp_path), "holds no trained model"),
        (("predict", "ada/none@v2", *ROW), "there is no folder `ada/none`"),
    ):
        result = call(*arguments)
        assert result.exit_code == 2
        assert said in result.output and "Traceback" not in result.output
