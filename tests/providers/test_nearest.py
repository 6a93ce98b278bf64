"""Nearest names: similarity over the features that both have, and the mix that follows."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from hyperadapters import mix, nearest
from hyperadapters.errors import ConfigError, DataError, UnknownName
from hyperadapters.providers.vectors import read_features

NAN = float("nan")
KNOWN = {
    "yo": [1.0, 0.0, 1.0, NAN, 1.0],
    "ig": [1.0, 0.0, 1.0, 1.0, NAN],
    "sw": [1.0, 1.0, 0.0, 1.0, 1.0],
    "en": [0.0, 1.0, 0.0, 0.0, 0.0],
    "nhn": [NAN, NAN, 1.0, NAN, NAN],
    "lvs": [NAN, NAN, NAN, 1.0, NAN],
}


def write(file: Path) -> Path:
    """The vectors, each kind of file with another way to say that one is missing."""
    if file.suffix == ".tsv":
        lines = (
            "\t".join([name, *("" if v != v else f"{v}" for v in own)])
            for name, own in KNOWN.items()
        )
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif file.suffix == ".json":
        plain = {name: [None if v != v else v for v in own] for name, own in KNOWN.items()}
        file.write_text(json.dumps(plain), encoding="utf-8")
    else:
        minus = {n: torch.tensor([-1.0 if v != v else v for v in own]) for n, own in KNOWN.items()}
        save_file({**minus, "nhn": torch.tensor(KNOWN["nhn"])}, file)
    return file


@pytest.fixture(params=[".tsv", ".json", ".safetensors"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path / f"typology{request.param}")


def test_missing_features_are_masked(file: Path) -> None:
    for name, vector in read_features(file).items():
        np.testing.assert_array_equal(vector.numpy(), np.array(KNOWN[name]))


def test_similarity_is_the_cosine_over_shared_features(file: Path) -> None:
    found = nearest("yo", among=["en", "yo", "sw", "ig"], vectors=file)
    for one in found.neighbours:
        pairs = [
            (a, b) for a, b in zip(KNOWN["yo"], KNOWN[one.name], strict=True) if a == a and b == b
        ]
        own, other = np.array(pairs).T
        cosine = own @ other / np.linalg.norm(own) / np.linalg.norm(other)
        assert one.similarity == pytest.approx(cosine)
        assert one.features == len(pairs)
    assert [one.name for one in found.neighbours] == ["ig", "sw"]
    assert [(one.name, one.similarity) for one in found.left_out] == [("en", 0.0)]
    assert found.mix == mix({"ig": 1.0, "sw": 0.667})
    assert str(found).splitlines() == [
        "ig*1000+sw*667",
        "ig: similarity 1.000 on 3 features",
        "sw: similarity 0.667 on 4 features",
        "left out: en: similarity 0.000 on 4 features",
    ]


def test_none_of_the_shared_features_is_not_like_all_of_them(file: Path) -> None:
    """urielplus 1.3.2 takes 0 of 1 feature for 1 of 1: its distance of English and Nahuatl is 0."""
    found = nearest("nhn", among=["en", "yo"], vectors=file)
    assert [one.name for one in found.neighbours] == ["yo"]
    assert [(one.name, one.similarity, one.features) for one in found.left_out] == [("en", 0.0, 1)]


def test_a_similarity_may_have_to_rest_on_more_than_one_feature(file: Path) -> None:
    among = ["nhn", "ig", "sw"]
    names = [one.name for one in nearest("yo", among=among, vectors=file, count=2).neighbours]
    assert names == ["ig", "nhn"]
    more = nearest("yo", among=among, vectors=file, count=1, least=3)
    assert more.mix == "ig"
    assert [(one.name, one.features) for one in more.left_out] == [("nhn", 1)]


def test_one_candidate_that_shares_nothing_is_refused(file: Path) -> None:
    with pytest.raises(DataError, match=r"no candidate is like `yo`(.|\n)*lvs: .* on 0 features"):
        nearest("yo", among=["lvs"], vectors=file)
    with pytest.raises(DataError, match=r"3 features or more(.|\n)*nhn: .* on 1 feature"):
        nearest("yo", among=["nhn"], vectors=file, least=3)


def test_what_cannot_be_asked(file: Path) -> None:
    with pytest.raises(UnknownName, match="unknown name of a vector `wo`"):
        nearest("wo", among=["sw"], vectors=file)
    with pytest.raises(UnknownName, match="unknown name of a vector `swa`(.|\n)*sw"):
        nearest("yo", among=["swa"], vectors=file)
    for wrong in ({"among": ["yo"]}, {"among": ["sw"], "count": 0}, {"among": ["sw"], "least": 0}):
        with pytest.raises(ConfigError, match="no neighbours of `yo` can be chosen"):
            nearest("yo", vectors=file, **wrong)


def test_words_in_place_of_features_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.tsv").write_text("yo\t1\tyes\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"'yes' in place of a finite number"):
        nearest("yo", among=["sw"], vectors=tmp_path / "broken.tsv")
