"""Mixes of names: several names with weights in place of one, written and read as one name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from hyperadapters.errors import ContextError

__all__ = ["canonical", "mix", "shares", "spelt", "unsigned"]

_WEIGHED, _NEXT = "*", "+"
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_FINE = 10**6
"""A weight that is no short fraction is kept in millionths."""


def mix(weights: Mapping[str, int | float]) -> str:
    """The name that stands for several names with weights, wherever one name may stand: in a row,
    a route, or on the command line.

    A table gives the weighted sum of its entries for it. A hypernetwork mixes the embeddings, and
    generates from that one. Nothing is trained.

    Weights are shares: they are divided by their sum, so `{"sw": 3, "zu": 2}` is `{"sw": 0.6, "zu":
    0.4}`, and both are `sw*3+zu*2`. A weight may be negative (`{"a": 1, "b": -1, "c": 1}`), and a
    name may be a mix itself. One that is left alone is that very name. Weights are exact where
    they are fractions of at most a million parts, and rounded to millionths otherwise.

    Args:
        weights: of each name; any finite numbers whose sum is above 0.

    Returns:
        Names in alphabetical order, each with its share as a whole number, without common divisor.

    Raises:
        ContextError: no name, a name that has a plus sign or is empty, a weight that is no finite
            number, or a sum that is not above 0.
    """
    total: dict[str, Fraction] = {}
    for name, weight in weights.items():
        for part, share in shares(name):
            total[part] = total.get(part, Fraction(0)) + share * _exact(name, weight)
    whole = sum(total.values(), Fraction(0))
    if whole <= 0:
        raise _fault(str(dict(weights)), "the sum of its weights is not above 0")
    return _text({name: share / whole for name, share in sorted(total.items())})


@lru_cache(maxsize=4096)
def shares(name: str) -> tuple[tuple[str, Fraction], ...]:
    """The names that a name stands for and their weights, whose sum is 1; itself, if it is no mix.

    Raises:
        ContextError: it has an asterisk, and is no mix.
    """
    if _WEIGHED not in name:
        return ((name, Fraction(1)),)
    found: dict[str, Fraction] = {}
    for piece in name.split(_NEXT):
        part, _, number = piece.partition(_WEIGHED)
        if not part or part in found or not _NUMBER.fullmatch(number):
            raise _fault(name, f"`{piece}` is not a name of its own and a number")
        found[part] = Fraction(number)
    whole = sum(found.values())
    if whole <= 0:
        raise _fault(name, "the sum of its weights is not above 0")
    return tuple((part, share / whole) for part, share in sorted(found.items()) if share)


def canonical(name: str) -> str:
    """The one way to write a name: `zu*0.4+sw*0.6` is `sw*3+zu*2`, and `sw` is `sw`.

    Raises:
        ContextError: it has an asterisk, and is no mix.
    """
    return _text(dict(shares(name))) if _WEIGHED in name else name


def unsigned(text: str) -> str:
    """A text itself, if no weight in it has a sign: in a direction a hyphen separates languages.

    Raises:
        ContextError: one has.
    """
    if f"{_WEIGHED}-" in text:
        raise ContextError(
            f"`{text}` has a weight below zero",
            expected="weights above zero, as in `sw*0.6+zu*0.4`",
            remedy="subtract in Python: `mix({'a': 1, 'b': -1, 'c': 1})`",
        )
    return text


def spelt(names: Iterable[str]) -> Iterator[str]:
    """What people read of each mix among some names: `sw*3+zu*2 is 0.6 sw + 0.4 zu`."""
    for name in names:
        if _WEIGHED in name:
            parts = " + ".join(f"{float(share):.3g} {part}" for part, share in shares(name))
            yield f"{canonical(name)} is {parts}"


def _exact(name: str, weight: int | float) -> Fraction:
    """A number as it is written: 0.6 is 3/5."""
    try:
        return Fraction(repr(float(weight)))
    except (ValueError, OverflowError):
        raise _fault(name, f"its weight is {weight!r}") from None


def _text(share_of: Mapping[str, Fraction]) -> str:
    wrong = [name for name in share_of if not name or _NEXT in name]
    if wrong:
        raise _fault(wrong[0], "no name in a mix is empty or has a plus sign")
    parts = lcm(*(share.denominator for share in share_of.values()))
    # rounded shares may add up to a little more than a million, and must be read back as they are
    scale = parts if parts < 2 * _FINE else _FINE
    whole = {name: round(share * scale) for name, share in share_of.items()}
    whole = {name: number for name, number in whole.items() if number}
    if len(whole) == 1:
        return next(iter(whole))
    common = gcd(*whole.values())
    return _NEXT.join(f"{name}{_WEIGHED}{number // common}" for name, number in whole.items())


def _fault(found: str, cause: str) -> ContextError:
    return ContextError(
        f"`{found}` cannot be mixed",
        expected="names with weights that add up to more than 0, such as `sw*0.6+zu*0.4`",
        cause=cause,
    )
