"""Files become documents with lines; files stand on files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hyperadapters.document.document import raise_faults
from hyperadapters.document.reading import changed, read_alone, read_document
from hyperadapters.errors import ConfigError

Write = Callable[[str, str], Path]


def test_every_value_knows_its_line(write: Write) -> None:
    path = write("run.yaml", "# first\nname: x\ntrain:\n  ner: [en,\n    tr]\n")
    document = read_document(path)
    assert document.values == {"name": "x", "train": {"ner": ["en", "tr"]}}
    assert document.line(("train", "ner")) == f"{path}:4"
    assert document.line(("train", "ner", 1)) == f"{path}:5"


def test_anchors_and_merge_keys(write: Write) -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\nd: {<<: [*a, {z: 1, x: 9}]}\n"
    values = read_document(write("run.yaml", text)).values
    assert values["b"] == {"x": 1, "y": 3}
    assert values["c"] == {"x": 1, "y": 2}
    assert values["d"] == {"x": 1, "y": 2, "z": 1}


def test_a_file_stands_on_another(write: Write) -> None:
    write("base.yaml", "a: {x: 1, y: 2}\nb: 1\n")
    middle = write("middle.yaml", "base: base.yaml\nb: 2\n")
    path = write("top.yaml", "base: middle.yaml\na: {y: 3}\n")
    document = read_document(path)
    assert document.values == {"a": {"x": 1, "y": 3}, "b": 2}
    assert document.line(("b",)) == f"{middle}:2"
    assert document.line(("a", "y")) == f"{path}:2"
    assert read_alone(path).values == {"base": "middle.yaml", "a": {"y": 3}}


def test_an_empty_file_has_no_keys(write: Write) -> None:
    assert read_document(write("empty.yaml", "")).values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", r"run\.yaml:3  `a`: the key occurs twice\n.*the first at .*:1"),
        ("a:\n  - &x [*x]\n", "`a.0.0`: an alias contains itself"),
        ("a: !!python/object:os.system x\n", "`a`: unknown YAML tag"),
        ("base: gone.yaml\n", r"`base`: no such file\n.*expected.*\n.*found: gone.yaml"),
        ("base: 5\n", "`base`: no such file"),
        ("base: run.yaml\n", "`base`: the file is its own `base`"),
    ],
)
def test_faults_are_collected(write: Write, text: str, message: str) -> None:
    document = read_document(write("run.yaml", text))
    with pytest.raises(ConfigError, match=message):
        raise_faults(document.faults, "run.yaml")


def test_two_files_that_stand_on_each_other(write: Write) -> None:
    write("a.yaml", "base: b.yaml\n")
    write("b.yaml", "base: a.yaml\n")
    document = read_document(write("run.yaml", "base: a.yaml\n"))
    assert [fault.what for fault in document.faults] == ["the file is its own `base`"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", r"is not valid YAML\n  where: .*run\.yaml:2"),
        ("a:\n\tb: 1\n", "is not valid YAML"),
        ("- a\n", "holds no keys"),
        ("word\n", "holds no keys"),
        ("a: " + 3000 * "[" + 3000 * "]", "is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_an_error_at_once(write: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_document(write("run.yaml", text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read `.*gone\.yaml`\n.*\n.*a YAML file"):
        read_document(tmp_path / "gone.yaml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="is not a text file"):
        read_document(tmp_path / "run.yaml")


def test_changes_are_read_as_yaml_and_merged_in_order(write: Write) -> None:
    document = read_document(write("run.yaml", "recipe: {steps: 5, batch: 8}\nlist: [1]\n"))
    new = changed(document, ["recipe.steps=7", "train.ner=[no, tr]", "list=null", "a.b.c=1e-3"])
    assert new.values == {
        "recipe": {"steps": 7, "batch": 8},
        "train": {"ner": ["no", "tr"]},
        "a": {"b": {"c": 1e-3}},
    }
    assert new.line(("recipe", "steps")) == "--set recipe.steps=7"
    assert new.line(("recipe", "batch")).endswith("run.yaml:1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("recipe={steps: 5, steps: 9}", r"--set .*`recipe.steps`: the key occurs twice"),
        ("recipe.clip=!x 0", r"`recipe.clip`: unknown YAML tag"),
    ],
)
def test_faults_of_changes_are_collected(write: Write, change: str, message: str) -> None:
    document = changed(read_document(write("run.yaml", "a: 1\n")), [change])
    with pytest.raises(ConfigError, match=message):
        raise_faults(document.faults, "run.yaml")


def test_a_value_that_is_said_anew_is_not_where_it_was(write: Write) -> None:
    document = read_document(write("run.yaml", "train:\n  ner:\n    - en\n    - tr\n"))
    assert document.line(("train", "ner", 1)).endswith("run.yaml:4")
    new = changed(document, ["train.ner=[de, xx]"])
    assert new.line(("train", "ner", 1)) == "--set train.ner=[de, xx]"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("recipe.steps", "`recipe.steps` is not a change"),
        ("=5", "`=5` is not a change"),
        ("recipe.steps=", r"`recipe.steps=` is not a change(.|\n)*`path.to.key=null` takes"),
        ("train=[en", r"the value of `train=\[en` is not valid YAML"),
    ],
)
def test_changes_that_cannot_be_read(write: Write, change: str, message: str) -> None:
    document = read_document(write("run.yaml", "a: 1\n"))
    with pytest.raises(ConfigError, match=message):
        changed(document, [change])
