"""Every built-in method, counted in the setting of its paper."""

import pytest
import torch

from hyperadapters.errors import ConfigError, UnknownName
from hyperadapters.methods import METHODS
from hyperadapters.run import catalogue as module
from hyperadapters.run.catalogue import catalogue, published
from hyperadapters.run.counted import Counted
from hyperadapters.tasks import Task


def test_every_method_is_listed_with_its_counts_and_what_it_can_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = ["transformer-base", "hyper-x-small", "mad-x-hyper-x"]
    monkeypatch.setattr(module, "METHODS", {name: METHODS[name] for name in some})
    listed = catalogue()
    assert [entry["name"] for entry in listed] == some
    for entry in listed:
        assert entry["total_parameters"] > entry["added_parameters"]
        assert isinstance(entry["multi_task"], bool) and entry["paper"]
    mad_x = next(entry for entry in listed if entry["name"] == "mad-x-hyper-x")
    assert (mad_x["languages"], mad_x["tasks"]) == (16, ["ner", "pos", "mlm"])
    assert mad_x["backbone"] == "bert-base-multilingual-cased"
    assert mad_x["trained_parameters"] == mad_x["added_parameters"] == 77_483_136


def test_a_method_in_its_papers_setting() -> None:
    found = published("hyper-x-base")
    assert (found["method"], found["backbone"]) == ("hyper-x-base", 177_262_848)
    assert found["heads"] == {"ner": 5383, "pos": 13_842, "mlm": found["heads"]["mlm"]}
    assert found["heads"]["mlm"] > 590_592  # the transform of the backbone's own, and its biases
    assert {kind: len(names) for kind, names in found["names"].items()} == {
        "language": 16,
        "task": 3,
    }
    assert found["phases"] == [
        {"name": "train", "trains": ["adapters", "heads", "norms"], "steps": 1000}
    ]


def test_bad_x_knows_its_pair() -> None:
    assert published("bad-x", ["method.target=tr"])["names"]["language"][0] == "en"
    assert "tr" in published("bad-x", ["method.target=tr"])["names"]["language"]


def test_changes() -> None:
    narrow = published("hyper-x-base", ["method.bottleneck=8"])
    assert narrow["providers"]["adapters"] < 4_000_000
    small = published("hyper-x-base", ["backbone.name=xlm-roberta-base", "method.code=32"])
    assert small["backbone"] == 277_453_056
    assert small["providers"]["adapters"] == published("hyper-x-small")["providers"]["adapters"]
    cycled = published("tlr-task-multi", ["method.targets=[sw, yo]"])
    assert cycled["providers"] == published("tlr-task-multi")["providers"]


@pytest.mark.parametrize(
    "change",
    ["recipe.steps=5", "backbone.path=x", "method.name=bad-x", "method=bad-x", "method.a.b=1"],
)
def test_only_the_backbone_and_arguments_can_be_changed(change: str) -> None:
    with pytest.raises(ConfigError, match="changes nothing that is counted(.|\\n)*a run file"):
        published("hyper-x-base", [change])


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match="unknown method `hyper-y`"):
        published("hyper-y")
    with pytest.raises(UnknownName, match="unknown architecture `mbert`"):
        published("hyper-x-base", ["backbone.name=mbert"])


@pytest.mark.parametrize(
    ("method", "changes", "said"),
    [
        ("hyper-x-base", ["method.botleneck=8"], "unknown argument `botleneck`(.|\\n)*bottleneck"),
        ("hyper-x-base", ["method.bottleneck=wide"], "a whole number(.|\\n)*'wide'"),
        ("hyper-x-base", ["method.code=x", "method.a=1"], "2 faults in `the published setting"),
        ("hyper-x-base", ["backbone.name=null"], "a backbone needs a `name`"),
        ("hyper-x-base", ["backbone.name=3"], "text, in quotes"),
        ("bad-x", ["method.target=null"], "`bad-x` needs the argument `target`"),
        ("bad-x", ["method.target=en"], "a pair is of two languages"),
        ("tlr-task-multi", ["method.targets=sw"], "`method.targets`: (.|\\n)*expected: a list\\n"),
        ("tlr-leave-out-task", ["method.left_out=[swa]"], "unknown language to leave out `swa`"),
        ("mad-x-v2", ["method.recipe=conll"], "one of conll-2003, ewt(.|\\n)*mean `conll-2003`"),
        ("mad-x-v2", ["method.text=raw"], "phase `language` is trained on none of the tasks"),
    ],
)
def test_changes_that_are_wrong(method: str, changes: list[str], said: str) -> None:
    with pytest.raises((ConfigError, UnknownName), match=said):
        published(method, changes)


def test_a_task_that_is_counted_does_nothing_else() -> None:
    task: Task = Counted("ner", 7)
    assert list(task.heads) == ["labels"] and not Counted("mlm").heads
    with pytest.raises(TypeError, match="`ner` is there to be counted"):
        task.encode(None, None, 8)
    with pytest.raises(TypeError, match="`ner` is there to be counted"):
        task.targets([], 8, torch.Generator())
