"""The run file that a trained run becomes with a name more."""

from pathlib import Path
from typing import Any

import pytest

import tiny_runs
from hyperadapters.config import run_from
from hyperadapters.context import Row
from hyperadapters.errors import ConfigError
from hyperadapters.run.assembly import Assembly, assemble
from hyperadapters.study.new_name import Wanted, new_name, planned

METHOD = {"name": "hyper-x-tlr", "targets": ["tr"], "code": 6, "bottleneck": 4, "embedding": 4}


def turning(folder: Path, **phase: Any) -> Assembly:
    """A run whose labelled data take turns under English and Turkish; not trained."""
    pretrain = {"train": {"mlm": ["en"]}, "length": 24}
    phases = {"pretrain": pretrain, "train": phase}
    return assemble(run_from(tiny_runs.values(folder, method=METHOD, phases=phases)))


def test_a_new_language_is_fitted_under_itself_where_others_take_turns(tmp_path: Path) -> None:
    base = turning(tmp_path, score_under={"fixed": {"language": "en"}})
    wanted = Wanted(language=("fi",), task=("fields",))
    row = new_name(base, wanted)
    run = planned(base, wanted, row, tmp_path, tmp_path / "more", None)
    schedules = [run.phases["adapt-fi"].under, run.phases["adapt-fi"].score_under]
    new, old, text = Row(task="fields", language="fi"), Row(task="fields", language="ta"), "mlm"
    for choice, others in zip(schedules, (("en", "tr"), ("en", "en")), strict=True):
        assert choice is not None
        turns = [choice.schedule.row(new, turn) for turn in range(2)]
        assert turns == [new, new]
        assert tuple(choice.schedule.row(old, turn)["language"] for turn in range(2)) == others
    assert schedules[0] is not None
    assert schedules[0].schedule.row(Row(task=text, language="ta"), 1)["language"] == "ta"


def test_a_new_name_is_not_fitted_under_others(tmp_path: Path) -> None:
    under = {"fixed": {"language": "en"}, "apart_from": {"language": "tr"}}
    base = turning(tmp_path, score_under=under)
    wanted = Wanted(language=("fi",), task=("fields",))
    with pytest.raises(ConfigError, match="`language=fi` would be fitted under other names"):
        planned(base, wanted, new_name(base, wanted), tmp_path, tmp_path / "more", None)


def test_a_name_is_given(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one name is to be new(.|\n)*found: no name\n"):
        new_name(turning(tmp_path), Wanted())
