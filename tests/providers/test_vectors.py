"""Vectors from files: read strictly, given to names, moved by training only where that is said."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from hyperadapters.errors import DataError, UnknownName
from hyperadapters.method import Method
from hyperadapters.methods import hyper_adapters, hyper_x
from hyperadapters.providers import FixedEmbedding, Vectors
from hyperadapters.providers.embedding import LearnedEmbedding
from hyperadapters.providers.vectors import read_vectors

GIVEN = {"mnli": [0.5, -1.0, 2.0], "to": [1.0, 0.0, 3.5]}


def _safetensors(file: Path) -> None:
    save_file({name: torch.tensor(values) for name, values in GIVEN.items()}, file)


def _json(file: Path) -> None:
    file.write_text(json.dumps(GIVEN), encoding="utf-8")


def _tsv(file: Path) -> None:
    lines = ["\t".join([name, *map(str, values)]) for name, values in GIVEN.items()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


WRITERS = {".safetensors": _safetensors, ".json": _json, ".tsv": _tsv}


@pytest.mark.parametrize("ending", WRITERS)
def test_every_kind_of_file_says_the_same(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"tasks{ending}"
    WRITERS[ending](file)
    found = read_vectors(file)
    assert {name: vector.tolist() for name, vector in found.items()} == GIVEN
    assert all(vector.dtype == torch.float32 for vector in found.values())


@pytest.mark.parametrize("frozen", [True, False])
def test_vectors_are_moved_where_they_are_not_frozen(tmp_path: Path, frozen: bool) -> None:
    file = tmp_path / "tasks.json"
    _json(file)
    embedding = Vectors(str(file), frozen).build("task", ["to"])
    assert isinstance(embedding, FixedEmbedding if frozen else LearnedEmbedding)
    assert embedding.dimension == 3
    assert embedding.centres()["to"].tolist() == GIVEN["to"]
    drawn = embedding(["to", "to"])
    assert drawn.vectors.tolist() == [GIVEN["to"]] * 2
    assert float(drawn.divergence) == 0.0
    assert drawn.vectors.requires_grad is not frozen
    assert sum(p.numel() for p in embedding.parameters()) == (0 if frozen else 3)
    assert embedding.double().centres()["to"].dtype == torch.float64


def test_on_the_device_meta_only_shapes_are_made(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    _json(file)
    with torch.device("meta"):
        embedding = Vectors(str(file)).build("task", ["mnli"])
    assert embedding.centres()["mnli"].device.type == "meta"


@pytest.mark.parametrize("method", [hyper_x, hyper_adapters])
def test_languages_can_be_described_by_a_file(
    tmp_path: Path, method: Callable[..., Method]
) -> None:
    file = tmp_path / "languages.json"
    file.write_text('{"en": [1.0, 0.0], "tr": [0.0, 1.0]}', encoding="utf-8")
    plans = method(vectors=str(file)).adapters[0].weights.embeddings
    described = {factor for factor, plan in plans.items() if plan == Vectors(str(file))}
    assert described == {factor for factor in plans if factor != "task"}
    with pytest.raises(ValueError, match="only `vectors` of a file can be frozen or not"):
        method(frozen=False)


def test_names_that_a_file_lacks_are_told(tmp_path: Path) -> None:
    file = tmp_path / "tasks.tsv"
    _tsv(file)
    with pytest.raises(UnknownName, match="unknown task `mnl`(.|\n)*tasks.tsv(.|\n)*mean `mnli`"):
        Vectors(str(file)).build("task", ["mnl"])
    with pytest.raises(UnknownName, match="unknown task `mnli`(.|\n)*trained without it"):
        Vectors(str(file)).build("task", ["to"])(["mnli"])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.tsv", "x\t1\t2\ny\t1\n", r"a.tsv:2\n(.|\n)*1 numbers beside vectors of 2"),
        ("a.tsv", "x\t1\t2\nx\t1\t3\n", r"a.tsv:2\n(.|\n)*the name `x`"),
        ("a.tsv", "x\t1\n\ny\t2\n", r"a.tsv:2\n(.|\n)*the name ``"),
        ("a.tsv", "x\t1\tone\n", r"a.tsv:1\n(.|\n)*'one' in place of a finite number"),
        ("a.tsv", "x\tnan\n", "'nan' in place of a finite number"),
        ("a.tsv", "x\t1e39\n", "in place of a finite number"),
        ("a.tsv", "x\n", r"\[\] in place of numbers"),
        ("a.json", '{"x": [1], "x": [2]}', "the name `x`"),
        ("a.json", '{"x": [true]}', "'True' in place of a finite number"),
        ("a.json", '{"x": 1}', "1 in place of numbers"),
        ("a.json", '{"x": [[1]]}', "in place of a finite number"),
        ("a.json", '{"x": [1' + "0" * 400 + "]}", "in place of a finite number"),
        ("a.json", '{"x": [Infinity]}', "in place of a finite number"),
        ("a.json", "[1]", 'expected: `{"name": '),
        ("a.json", "{}", "a file of vectors has none"),
        ("a.json", "{", "vectors cannot be read"),
        ("a.json", "[" * 100_000, "vectors cannot be read"),
        ("a.safetensors", "{}", "vectors cannot be read"),
        ("a.pt", "", "another kind(.|\n)*a pickle is never read"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_vectors(tmp_path / name)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_file_that_is_gone_is_told(tmp_path: Path, ending: str) -> None:
    with pytest.raises(DataError, match="no file of vectors(.|\n)*--set method.vectors=FILE"):
        read_vectors(tmp_path / f"x{ending}")


def test_tensors_of_two_axes_are_no_vectors(tmp_path: Path) -> None:
    save_file({"x": torch.zeros(2, 2)}, tmp_path / "a.safetensors")
    with pytest.raises(DataError, match=r"`x`\n(.|\n)*in place of a finite number"):
        read_vectors(tmp_path / "a.safetensors")
