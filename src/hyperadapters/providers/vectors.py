"""Vectors of names from a file: what is known of a task or a language before training."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any, final

import torch
from safetensors import safe_open
from torch import Tensor, nn

from hyperadapters.context import Factor
from hyperadapters.errors import DataError, UnknownName
from hyperadapters.providers.embedding import Drawn, Embedding, Learned, LearnedEmbedding

__all__ = ["FixedEmbedding", "Vectors", "given_or", "read_features", "read_vectors"]


@final
@dataclass(frozen=True)
class Vectors:
    """Plan of an embedding whose vectors come from a file: a sentence vector of what a task is,
    typological features of a language (HyperFormer, Karimi Mahabadi et al., 2021, footnote 1).

    Args:
        file: see `read_vectors`; it may have more names than are needed.
        frozen: leave the vectors as they are. Otherwise training starts from them.
    """

    file: str
    frozen: bool = True

    def build(self, factor: Factor, names: Sequence[str]) -> Embedding:
        """The module for some names.

        Raises:
            DataError: there is no such file, or it is broken.
            UnknownName: the file has no vector of a name.
        """
        known = read_vectors(Path(self.file))
        for name in names:
            if name not in known:
                cause = "the file has no vector of this name"
                raise UnknownName(factor, name, known, where=self.file, cause=cause)
        given = {name: known[name] for name in names}
        return FixedEmbedding(factor, given) if self.frozen else _begun(factor, given)


def given_or(learned: Learned, vectors: str, frozen: bool) -> Learned | Vectors:
    """The vectors of a file where one is named, and otherwise learned ones.

    Raises:
        ValueError: `frozen` is false, and there is no file that it could be said of.
    """
    if vectors:
        return Vectors(vectors, frozen)
    if not frozen:
        raise ValueError("only `vectors` of a file can be frozen or not")
    return learned


@final
class FixedEmbedding(Embedding):
    """Vectors that no update moves; they are kept with the model, and are no parameters of it.

    Args:
        factor: whose names they are.
        given: a vector per name, all of one dimension.
    """

    def __init__(self, factor: Factor, given: Mapping[str, Tensor]) -> None:
        super().__init__(factor, len(next(iter(given.values()))))
        self._names = tuple(given)
        self.vectors = nn.Module()
        for name, vector in given.items():
            own = torch.empty(self.dimension).copy_(vector)
            self.vectors.register_buffer(f"{factor}={name}", own)

    def forward(self, names: Sequence[str]) -> Drawn:
        """One row per name."""
        for name in names:
            if name not in self._names:
                cause = "the model was trained without it, so it has no embedding"
                raise UnknownName(self.factor, name, self._names, cause=cause)
        vectors = torch.stack([self._of(name) for name in names])
        return Drawn(vectors, vectors.new_zeros(()))

    def centres(self) -> dict[str, Tensor]:
        """The vectors themselves."""
        return {name: self._of(name) for name in self._names}

    def _of(self, name: str) -> Tensor:
        return self.vectors.get_buffer(f"{self.factor}={name}")


def _begun(factor: Factor, given: Mapping[str, Tensor]) -> Embedding:
    """Free vectors that start from given ones."""
    embedding = LearnedEmbedding(factor, list(given), len(next(iter(given.values()))), 0.0)
    with torch.no_grad():
        for name, vector in given.items():
            embedding.vectors[f"{factor}={name}"].copy_(vector)
    return embedding


def read_vectors(file: Path) -> dict[str, Tensor]:
    """The vectors of a file, by name, in single precision.

    By its ending the file is `.safetensors` (a tensor of one axis per name), `.json` (`{"name":
    [numbers]}`), or `.tsv` (a line per name: the name, and a number in each further column).

    Raises:
        DataError: there is no such file, it is none of these, or it is broken: a name twice, no
            number, an infinite one, or vectors of several dimensions.
    """
    return _read(file, lambda value: value)


_MISSING = -1.0
"""How urielplus writes a feature that is not known."""


def read_features(file: Path) -> dict[str, Tensor]:
    """As `read_vectors`, of a file in which features may be missing: -1 (as urielplus has it), an
    empty cell, `null` or NaN, each of which is NaN in what is returned.

    Raises:
        DataError: as for `read_vectors`.
    """
    vectors = _read(file, lambda value: _MISSING if _is_missing(value) else value)
    return {name: own.masked_fill(own == _MISSING, torch.nan) for name, own in vectors.items()}


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and isnan(value))


def _read(file: Path, cell: Callable[[Any], Any]) -> dict[str, Tensor]:
    """The vectors of a file, each number as `cell` gives it."""
    if file.suffix not in _READERS:
        raise DataError(
            "vectors are in a file of another kind",
            where=str(file),
            expected=f"a file that ends in {', '.join(_READERS)}",
            remedy="write the vectors as one of these; a pickle is never read",
        )
    try:
        entries = _READERS[file.suffix](file)
        return _checked(file, ((where, name, _each(cell, row)) for where, name, row in entries))
    except FileNotFoundError:
        raise DataError(
            "there is no file of vectors",
            where=str(file),
            cause="it was moved, or the path starts from another folder",
            remedy="put it back; of a trained model, name its new place with "
            "`--set method.vectors=FILE`",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("vectors cannot be read", where=str(file), found=str(error)) from error


Entry = tuple[str, str, Any]
"""Where it stands, whose it is, and its numbers."""


def _each(cell: Callable[[Any], Any], values: Any) -> Any:
    return [cell(value) for value in values] if isinstance(values, list) else values


def _checked(file: Path, entries: Iterator[Entry]) -> dict[str, Tensor]:
    vectors: dict[str, Tensor] = {}
    for where, name, values in entries:
        width = len(next(iter(vectors.values()))) if vectors else None
        found = _fault(values, width) if name and name not in vectors else f"the name `{name}`"
        if found:
            raise DataError(
                "vectors are broken",
                where=where,
                expected="every name once, each with as many finite numbers as the others",
                found=found,
            )
        vectors[name] = torch.tensor(values, dtype=torch.float32, device="cpu")
    if not vectors:
        raise DataError("a file of vectors has none", where=str(file), expected="a name or more")
    return vectors


def _fault(values: Any, width: int | None) -> str | None:
    """What is wrong with the numbers of a name."""
    if not isinstance(values, list) or not values:
        return f"{str(values)[:40]} in place of numbers"
    wrong = next((value for value in values if not _is_number(value)), None)
    if wrong is not None:
        return f"{str(wrong)[:40]!r} in place of a finite number"
    if width not in (None, len(values)):
        return f"{len(values)} numbers beside vectors of {width}"
    return None


_LARGEST = torch.finfo(torch.float32).max


def _is_number(value: Any) -> bool:
    """Whether single precision holds it."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and abs(value) < _LARGEST


def _tensors(file: Path) -> Iterator[Entry]:
    if not file.is_file():
        raise FileNotFoundError(file)
    try:
        with safe_open(file, "pt") as stored:
            vectors = {name: stored.get_tensor(name).tolist() for name in stored.keys()}
    except Exception as error:  # `safetensors` has several, and none of its own for odd types
        raise ValueError((str(error).splitlines() or [type(error).__name__])[0]) from error
    for name, values in vectors.items():
        yield f"{file}, `{name}`", name, values


def _objects(file: Path) -> Iterator[Entry]:
    """Pairs of the object, also those of equal names, of which a mapping would keep the last."""
    found = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_Pairs)
    if not isinstance(found, _Pairs):
        raise DataError("vectors are broken", where=str(file), expected='`{"name": [numbers]}`')
    for name, values in found.pairs:
        yield f"{file}, `{name}`", name, values


class _Pairs:
    """The pairs of an object of JSON."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def _lines(file: Path) -> Iterator[Entry]:
    lines = file.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        name, *cells = line.split("\t")
        yield f"{file}:{number}", name, [_number(cell) for cell in cells]


def _number(cell: str) -> float | str:
    """What a cell says; itself, where that is no number."""
    try:
        return float(cell)
    except ValueError:
        return cell


_READERS = {".safetensors": _tensors, ".json": _objects, ".tsv": _lines}
