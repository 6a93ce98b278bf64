"""For whom: the rows of a batch, and which example has which. Plain values, no tensors."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from hyperadapters.errors import ContextError
from hyperadapters.mixes import canonical, shares

__all__ = [
    "BASE",
    "CONTEXT_FACTORS",
    "SITE_FACTORS",
    "Context",
    "Factor",
    "Row",
    "names_of",
]

Factor = str
CONTEXT_FACTORS = ("task", "language", "source_language", "target_language")
SITE_FACTORS = ("layer", "position")


def names_of(factor: Factor) -> Factor:
    """The factor whose names and embeddings `factor` uses: both sides of a translation are
    languages.
    """
    return "language" if factor in ("source_language", "target_language") else factor


class Row(Mapping[Factor, str]):
    """One assignment of names to context factors: `Row(task="ner", language="tr")`. Nothing of it
    can be changed; it compares and hashes as a value. A name may be a mix of names (`mix`).

    Raises:
        ContextError: an unknown factor, or a name that weights could not be stored under.
    """

    __slots__ = ("_items", "is_base")

    _items: tuple[tuple[Factor, str], ...]
    is_base: bool

    def __init__(self, names: Mapping[Factor, str] | None = None, /, **more: str) -> None:
        given = {**(names or {}), **more}
        items = {factor: canonical(name) for factor, name in given.items()}
        for factor, name in items.items():
            _check(factor, name)
        object.__setattr__(self, "_items", tuple(sorted(items.items())))
        object.__setattr__(self, "is_base", False)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a row cannot be changed: `{name}`; make another with `replaced`")

    def __reduce__(self) -> tuple[object, ...]:
        """The base row stays the base row in copies and in other processes."""
        return (_base, ()) if self.is_base else (Row, (dict(self),))

    def of(self, factors: Iterable[Factor]) -> "Row":
        """This row projected on `factors`; the base row stays the base row.

        Raises:
            ContextError: the row has no name for one of the factors.
        """
        if self.is_base:
            return self
        missing = sorted(set(factors) - set(self))
        if missing:
            raise ContextError(
                f"row `{self}` has no {' and no '.join(f'`{m}`' for m in missing)}",
                expected=f"a name for each of {', '.join(factors)}",
                remedy="give the row every factor that the method's providers name",
            )
        return Row({factor: self[factor] for factor in factors})

    def replaced(self, **names: str) -> "Row":
        """This row with some names exchanged; the base row stays the base row."""
        return self if self.is_base else Row({**self, **names})

    @property
    def parts(self) -> tuple[tuple[float, "Row"], ...]:
        """Weights and rows of plain names whose weighted sum this row stands for, of all
        combinations of the names that it mixes; itself alone, with weight 1, where it mixes none.
        """
        named = [[(factor, *one) for one in shares(name)] for factor, name in self._items]
        chosen = list(product(*named))
        if len(chosen) == 1:  # the base row stays the base row
            return ((1.0, self),)
        weights = (float(prod(share for _, _, share in one)) for one in chosen)
        rows = (Row({factor: name for factor, name, _ in one}) for one in chosen)
        return tuple(zip(weights, rows, strict=True))

    def __getitem__(self, factor: Factor) -> str:
        for known, name in self._items:
            if known == factor:
                return name
        raise KeyError(factor)

    def __iter__(self) -> Iterator[Factor]:
        return (factor for factor, _ in self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return (self._items, self.is_base) == (other._items, other.is_base)

    def __hash__(self) -> int:
        return hash((self._items, self.is_base))

    def __str__(self) -> str:
        if self.is_base:
            return "base"
        return ",".join(f"{factor}={name}" for factor, name in self._items) or "shared"

    def __repr__(self) -> str:
        return f"Row({self})"


def _check(factor: Factor, name: str) -> None:
    if factor not in CONTEXT_FACTORS:
        raise ContextError(
            f"`{factor}` is not a factor of a context", expected=", ".join(CONTEXT_FACTORS)
        )
    if not name or "." in name:
        raise ContextError(
            f"`{name}` cannot be the name of a {factor}",
            expected="a name that is not empty and has no full stop",
            cause="weights are stored under their names",
            remedy="write it with a hyphen or an underscore",
        )


def _base() -> Row:
    row = Row()
    object.__setattr__(row, "is_base", True)
    return row


BASE = _base()
"""The row of zero weights: its examples see the untouched backbone."""


@dataclass(frozen=True)
class Context:
    """The distinct rows of a batch, and for each example the index of its row.

    Raises:
        ContextError: a row occurs twice, or an index points at no row.
    """

    rows: tuple[Row, ...]
    row_of: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(set(self.rows)) != len(self.rows):
            raise ContextError(
                "a row occurs twice in a context", found=", ".join(map(str, self.rows))
            )
        if any(not 0 <= index < len(self.rows) for index in self.row_of):
            raise ContextError(
                "an example points at no row of its context",
                expected=f"indices in 0..{len(self.rows) - 1}",
                found=str(sorted(set(self.row_of))),
            )

    @classmethod
    def of_examples(cls, rows: Iterable[Row]) -> "Context":
        """From one row per example; distinct rows in order of appearance."""
        index: dict[Row, int] = {}
        row_of = tuple(index.setdefault(row, len(index)) for row in rows)
        return cls(tuple(index), row_of)

    @classmethod
    def uniform(cls, row: Row, examples: int) -> "Context":
        """A context of one row."""
        return cls((row,), (0,) * examples)

    def of(self, factors: Iterable[Factor]) -> "Context":
        """Projected on some factors, equal rows merged."""
        factors = tuple(factors)
        projected = [row.of(factors) for row in self.rows]
        index = {row: place for place, row in enumerate(dict.fromkeys(projected))}
        return Context(tuple(index), tuple(index[projected[row]] for row in self.row_of))

    def take(self, examples: Iterable[int]) -> "Context":
        """The context of some of the examples, in the order given."""
        return Context.of_examples(self.rows[self.row_of[example]] for example in examples)

    def __len__(self) -> int:
        return len(self.row_of)
