"""How a text-to-text task words its examples: the text that is read, and the one to be written."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from string import Formatter
from typing import Any, final

from hyperadapters.examples import Labelled, LabelledPair

__all__ = ["Degrees", "Named", "Template", "Wording", "alike"]

Example = Labelled | LabelledPair


@final
@dataclass(frozen=True)
class Template:
    """A text with places for those of an example: `{text}`, or `{first}` and `{second}`.

    A brace that is no place is written twice. What stands in an example is text, braces too.

    Args:
        pattern: the text.
        prefix: what every text begins with, with a space behind it; nothing when empty.

    Raises:
        ValueError: there are other places, or none.
    """

    pattern: str
    prefix: str = ""
    reads: type[Example] = field(init=False)

    def __post_init__(self) -> None:
        parts = list(Formatter().parse(self.pattern))
        plain = all(not spec and not conversion for _, _, spec, conversion in parts)
        places = {name for _, name, _, _ in parts if name is not None}
        if not plain or places not in ({"text"}, {"first", "second"}):
            raise ValueError(
                f"`{self.pattern}` needs `{{text}}`, or `{{first}}` and `{{second}}`, and no other "
                "place; a brace of the text is written twice"
            )
        object.__setattr__(self, "reads", Labelled if places == {"text"} else LabelledPair)

    def filled(self, example: Example) -> str:
        """The text that is read of an example."""
        if isinstance(example, Labelled):
            text = self.pattern.format(text=example.text)
        else:
            text = self.pattern.format(first=example.first, second=example.second)
        return f"{self.prefix} {text}" if self.prefix else text


class Wording(ABC):
    """How labels are written, and what a written text says.

    Attributes:
        missing: what a metric gets in place of a text that says no label.
    """

    missing: str

    @property
    @abstractmethod
    def texts(self) -> tuple[str, ...]:
        """All that can be right, each once."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """What a metric counts, in the order of `texts`."""

    @abstractmethod
    def written(self, label: str) -> str | None:
        """The text of a label of the corpora; None for one that it does not have."""

    @abstractmethod
    def said(self, text: str) -> str | None:
        """The label that a text says, as the metric counts it; None where it says none."""

    def kept(self) -> dict[str, Any]:
        """What of it was read off the corpora, by keys of the settings."""
        return {}


@final
@dataclass(frozen=True)
class Named(Wording):
    """Labels with a name each.

    Args:
        names: label of the corpora -> its text.
    """

    names: Mapping[str, str] = field(hash=False)
    missing: str = field(default="", init=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """In the order of `names`."""
        return tuple(self.names.values())

    @property
    def labels(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self.names)

    def written(self, label: str) -> str | None:
        """The text of a label."""
        return self.names.get(label)

    def said(self, text: str) -> str | None:
        """The label whose text it is, to the letter but for space around it: that may be part of
        what is written, as `" yes"` is for tokenizers whose words have their space before them.
        """
        said = text.strip()
        return next((label for label, own in self.names.items() if own.strip() == said), None)

    def kept(self) -> dict[str, Any]:
        """All labels, with their texts."""
        return {"labels": dict(self.names)}


@final
@dataclass(frozen=True)
class Degrees(Wording):
    """Numbers of a scale, such as degrees of similarity from 0.0 to 5.0.

    A label is written as the nearest number of the scale, of two that are equally near the one that
    is an even number of steps from zero (Raffel et al., 2020, section 2.4, round STS-B to 0.2). A
    text that is a number within the scale says it, whether or not it is a number of the scale.

    Args:
        least, most: the ends of the scale.
        step: between its numbers, which have as many decimals.
    """

    least: Decimal
    most: Decimal
    step: Decimal
    missing: str = field(default="-1", init=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """From the least to the most."""
        steps = range(int((self.most - self.least) / self.step) + 1)
        return tuple(self._shown(self.least + place * self.step) for place in steps)

    @property
    def labels(self) -> tuple[str, ...]:
        """The numbers themselves."""
        return self.texts

    def written(self, label: str) -> str | None:
        """The nearest number of the scale; None for no number, or one beyond its ends."""
        number = self._number(label)
        if number is None:
            return None
        steps = (number / self.step).quantize(Decimal(1), ROUND_HALF_EVEN)
        return self._shown(min(max(steps * self.step, self.least), self.most))

    def said(self, text: str) -> str | None:
        """The number that a text is, if it is within the scale."""
        number = self._number(text)
        return None if number is None else str(number)

    def _number(self, text: str) -> Decimal | None:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        return number if number.is_finite() and self.least <= number <= self.most else None

    def _shown(self, number: Decimal) -> str:
        return str(number.quantize(self.step))


def alike(texts: Sequence[str]) -> str | None:
    """A text that is there twice, if any is; space around it does not count."""
    plain = [text.strip() for text in texts]
    return next((text for place, text in enumerate(plain) if text in plain[:place]), None)
