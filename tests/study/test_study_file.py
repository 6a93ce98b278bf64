"""Study files: defaults, and faults of the file itself."""

from pathlib import Path

import pytest

from hyperadapters.errors import ConfigError
from hyperadapters.study import load_study


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults(tmp_path: Path) -> None:
    study, _ = load_study(_write(tmp_path, "name: x\n"))
    assert (str(study.folder), study.combine, study.compare, study.grid) == ("runs/x", None, (), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\nfrist: {}\n", r":2  `frist`: unknown key `frist`\n.*\n.*did you mean `first`"),
        ("name: x\ngrid: {seed: []}\n", "`grid.seed`: an axis is a list of values, or names"),
        ("name: x\ngrid: {a: {b: 5}}\n", "`grid.a`: `b` stands for no changes"),
        ("name: x\ngrid: {a: [[1]]}\n", "`grid.a`: a list of values holds numbers and text only"),
        ("name: x\ngrid: {seed: [1]}\ncombine: sed\n", "`combine`: unknown axis `sed`"),
        (
            "name: x\ngrid: {m: {a: , b: }}\ncases: [{when: {m: c}, then: {}}]\n",
            "`cases.0.when.m`: unknown value of `m` `c`",
        ),
        (
            "name: x\ngrid: {seed: [0, 1]}\ncases: [{when: {seed: '1'}, then: {}}]\n",
            r"(?s)`cases.0.when.seed`: unknown value of `seed` `1`.*one of seed-0, seed-1",
        ),
        (
            "name: x\ngrid: {seed: 3}\ncases: [{when: {seed: '1'}, then: {}}]\n",
            "`grid.seed`: an axis is a list of values, or names",
        ),
        (
            "name: x\ngrid: {m: {a: }}\ncases: [{when: {n: c}, then: {}}]\n",
            "`cases.0.when.n`: unknown axis `n`",
        ),
        (
            "name: x\ngrid: {seed: [0, 1]}\nonly: {seed: [seed-1, '1']}\n",
            r"(?s)`only.seed`: unknown value of `seed` `1`.*one of seed-0, seed-1",
        ),
        ("name: x\ngrid: {m: {a: }}\nonly: {n: [a]}\n", "`only.n`: unknown axis `n`"),
        ("name: x\ngrid: {m: {a: }}\nonly: {m: [a, a]}\n", "`only.m`: "),
        ("name: x\nonly: {n: [a]}\n", "`only.n`: unknown axis `n`"),
        ("name: x\ncases: [{when: {n: c}, then: {}}]\n", "`cases.0.when.n`: unknown axis `n`"),
        ("name: x\ngrid: {m: {a: }}\nonly: {m: []}\n", "`only.m`: "),
        ("name: x\ngrid: {m: {a: }}\nonly: {m: b}\n", "`only.m`: unknown value of `m` `b`"),
        ("name: x\ngrid: {m: {a: }}\nonly: {m: 3}\n", "`only.m`: "),
        ("output: x\nname: x\nname: y\n", "`name`: the key occurs twice"),
        (
            "name: x\nmethod: hyper-x-base\n",
            r"is a run, not a study\n.*:2\n.*`hyperadapters train .*study.yaml`",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_study(_write(tmp_path, text))


def test_changes(tmp_path: Path) -> None:
    study, _ = load_study(_write(tmp_path, "name: x\ngrid: {seed: [0, 1]}\n"), ("grid.seed=[5]",))
    assert study.grid == {"seed": [5]}
