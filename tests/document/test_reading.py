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
        ("a: !!python/tuple [1]\n", "`a`: unknown YAML tag `tag:yaml.org,2002:python/tuple`"),
        ("a: !!set {b: }\n", "`a`: unknown YAML tag `tag:yaml.org,2002:set`"),
        ("!!python/name:os.sep a: 1\n", "unknown YAML tag `tag:yaml.org,2002:python/name:os.sep`"),
        ("a: !!int four\n", r"`a`: the value is none of `!!int`\n.*found: 'four'"),
        ("a: !!bool maybe\n", "`a`: the value is none of `!!bool`"),
        ("a: !!float 1,5\n", "`a`: the value is none of `!!float`"),
        ("a: !!null nothing\n", "`a`: the value is none of `!!null`"),
        (f"a: {5000 * '7'}\n", r"`a`: the number has more than 18 digits\n.*found: '7{200}'"),
        ("a: -1000000000000000000\n", "`a`: the number has more than 18 digits"),
        ("a: 1e999\n", "`a`: the number is too large; write `.inf`"),
        ('a: "x\\ud83d"\n', r"`a`: `\\ud83d` is half a character"),
        ('"x\\udc00": 1\n', r"`\\udc00` is half a character"),
        ("? [a, b]\n: 1\n", r"run\.yaml:1  a list or a mapping is no key"),
        ("a: {<<: 3}\n", r"`a.<<`: only mappings merge\n.*found: 3"),
        ("a: {<<: [{b: 1}, x]}\n", "`a.<<`: only mappings merge"),
        ('base: "g\\0.yaml"\n', "`base`: no such file"),
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
        ("a: " + 40 * "[" + 40 * "]", r"is nested too deep\n  where: .*run\.yaml:1"),
        ("a: " + 40 * "{<<: " + "{}" + 40 * "}", "is nested too deep"),
        (f"%YAML {5000 * '1'}.2\n---\na: 1\n", "is not valid YAML"),
        ('a: "\\UFFFFFFFF"\n', "is not valid YAML"),
        ("a: 1\n" + "#" * 2**20, "is too large"),
    ],
)
def test_what_cannot_be_read_is_an_error_at_once(write: Write, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_document(write("run.yaml", text))


def test_aliases_within_aliases_are_bounded(write: Write) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = write("run.yaml", "\n".join(["a0: &a0 x", *levels]))
    with pytest.raises(ConfigError, match=r"holds too many values\n  where: .*run\.yaml:\d"):
        read_document(path)


def test_what_an_anchor_holds_may_be_merged_as_it_is(write: Write) -> None:
    text = "a: &a {x: 1}\nb: {<<: [*a, {x: 2, y: 3}], z: 4}\n"
    assert read_document(write("run.yaml", text)).values["b"] == {"x": 1, "y": 3, "z": 4}


def test_too_many_files_that_stand_on_each_other(write: Write) -> None:
    for number in range(50):
        write(f"{number}.yaml", f"base: {number + 1}.yaml\n")
    path = write("50.yaml", "a: 1\n").with_name("0.yaml")
    (fault,) = read_document(path).faults
    assert fault.what == "more than 32 files stand on each other"


def test_a_path_that_no_system_has(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_document(tmp_path / "a\0.yaml")


def test_a_file_without_end() -> None:
    with pytest.raises(ConfigError, match="`/dev/zero` is too large"):
        read_document(Path("/dev/zero"))


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


def test_a_mapping_of_numbers_replaces_a_list_of_values(write: Write) -> None:
    new = changed(
        read_document(write("run.yaml", "labels: ['0', '1']\n")), ["labels={0: no, 1: yes}"]
    )
    assert new.values == {"labels": {"0": "no", "1": "yes"}}


@pytest.mark.parametrize(
    ("change", "data"),
    [
        (
            "data.1.limit.test=80",
            [{"format": "a"}, {"format": "b", "limit": {"train": 9, "test": 80}}],
        ),
        ("data.1.format=c", [{"format": "a"}, {"format": "c"}]),
        ("data.0=null", [{"format": "b", "limit": {"train": 9}}]),
        (
            "data.2.limit=9",
            {"2": {"limit": 9}},
        ),  # no entry stands there: the value replaces the list
    ],
)
def test_a_number_is_the_place_of_an_entry(write: Write, change: str, data: object) -> None:
    text = "data: [{format: a}, {format: b, limit: {train: 9}}]\n"
    new = changed(read_document(write("run.yaml", text)), [change])
    assert new.values == {"data": data}
    key, _, value = change.partition("=")
    place = tuple(int(part) if part.isdecimal() else part for part in key.split("."))
    assert new.line(place) == f"--set {change}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("recipe={steps: 5, steps: 9}", r"--set .*`recipe.steps`: the key occurs twice"),
        ("recipe.clip=!x 0", r"`recipe.clip`: unknown YAML tag"),
        ("seed=!!int x", r"--set .*`seed`: the value is none of `!!int`"),
        (f"seed={5000 * '9'}", r"--set .*`seed`: the number has more than 18 digits"),
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
        ("a.\udcff.b=5", "`a.\udcff.b=5` is not a change"),
        ("name=\udcff", "the value of `name=\udcff` is not valid YAML"),
        ("recipe.steps=", r"`recipe.steps=` is not a change(.|\n)*`path.to.key=null` takes"),
        ("train=[en", r"the value of `train=\[en` is not valid YAML"),
        ("a=" + 3000 * "[", r"the value of `a=\[{198}` is nested too deep"),
        ("a=" + 40 * "[" + 40 * "]", "is nested too deep"),
        (".".join(50 * "a") + "=1", r"the key of `a\.a.*` is nested too deep"),
    ],
)
def test_changes_that_cannot_be_read(write: Write, change: str, message: str) -> None:
    document = read_document(write("run.yaml", "a: 1\n"))
    with pytest.raises(ConfigError, match=message):
        changed(document, [change])
