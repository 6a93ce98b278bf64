"""In which languages: one of a text, two of a translation, more of one that goes through others."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from hyperadapters.context import Row
from hyperadapters.errors import ContextError

__all__ = ["Cell", "Route", "languages_in", "reading"]


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """The languages of a text, in order.

    One language is that of a text. Two are a *direction*, from a source language into a target
    language. More are a translation that goes through others: `de-en-fr` translates German into
    English, and that into French.

    Args:
        languages: names such as `tr`, `pt-BR` or `zh-yue`; at least one.
    """

    languages: tuple[str, ...]

    @classmethod
    def of(cls, *languages: str) -> "Route":
        """`Route.of("tr")` is a language, `Route.of("de", "en")` a direction."""
        return cls(languages)

    @classmethod
    @lru_cache(maxsize=4096)  # programs ask what they are sent: not every text is kept
    def parse(cls, text: str) -> "Route":
        """The direction or longer route that people write as `de-en`, `de-en-fr` or `pt-BR:en`.

        A colon stands between the languages where one of their names has a hyphen.

        Raises:
            ContextError: the text is none: one language only, an empty name, or one that returns.
        """
        languages = languages_in(text)
        if len(languages) < 2 or not all(languages) or len(set(languages)) < len(languages):
            raise ContextError(
                f"`{text}` is not a translation direction",
                expected="SOURCE-TARGET or SOURCE-THROUGH-TARGET, two or more different languages",
                remedy="for example `de-en`; where a language has a hyphen in its name, put "
                "colons between the languages: `pt-BR:en`",
            )
        return cls(languages)

    @property
    def hops(self) -> tuple["Route", ...]:
        """The steps of which each works on what the last one gave; a language is one step."""
        if len(self.languages) < 3:
            return (self,)
        return tuple(Route(hop) for hop in pairwise(self.languages))

    @property
    def ends(self) -> "Route":
        """From the first language into the last: what the data of a longer route are."""
        return self if len(self.languages) < 3 else Route((self.languages[0], self.languages[-1]))

    @property
    def direction(self) -> tuple[str, str]:
        """Source and target language.

        Raises:
            ContextError: it is one language only.
        """
        if len(self.languages) < 2:
            raise ContextError(
                f"`{self}` is a language, and not a direction between two",
                expected="SOURCE-TARGET, such as `de-en`",
            )
        return self.languages[0], self.languages[-1]

    def row(self, task: str) -> Row:
        """The row of a task's data in this language or direction."""
        if len(self.languages) == 1:
            return Row(task=task, language=self.languages[0])
        source, target = self.direction
        return Row(task=task, source_language=source, target_language=target)

    def __str__(self) -> str:
        """As `parse` reads it; a language as it is called."""
        doubtful = any(mark in name for name in self.languages for mark in (_SHORT, _CLEAR))
        return (_CLEAR if doubtful else _SHORT).join(self.languages)


_SHORT, _CLEAR = "-", ":"


def languages_in(text: str) -> tuple[str, ...]:
    """What would be the languages of a text, if it were a direction or a longer route."""
    return tuple(text.split(_CLEAR if _CLEAR in text else _SHORT))


def reading(text: str) -> str | None:
    """How a route of three languages or more was read, and how to write a direction between names
    that have hyphens; None where there is no doubt.
    """
    names = languages_in(text)
    if _CLEAR in text or len(names) < 3:
        return None
    cuts = [(_SHORT.join(names[:at]), _SHORT.join(names[at:])) for at in range(1, len(names))]
    meant = " or ".join(f"`{_CLEAR.join(cut)}`" for cut in cuts)
    languages = ", ".join(f"`{name}`" for name in names)
    return (
        f"`{text}` is read as the languages {languages}; where the name of a language has a "
        f"hyphen, put a colon between the languages: {meant}"
    )


class Cell(NamedTuple):
    """A task in a language or direction: what is trained on, and what is scored."""

    task: str
    route: Route

    @property
    def row(self) -> Row:
        """The row of its data."""
        return self.route.row(self.task)

    def __str__(self) -> str:
        return f"{self.task}/{self.route}"
