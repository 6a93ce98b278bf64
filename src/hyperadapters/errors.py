"""What can go wrong, as a tree.

    HyperadaptersError            a fault that the user can mend; exit status 2
    ├── ConfigError               a run file or study file is wrong (all faults in one message)
    ├── DataError                 a corpus file is missing, broken or does not fit its task
    ├── UnknownName               a task, language, method, ... that nothing knows
    ├── BackboneError             a model that cannot be adapted, loaded or used in this way
    ├── ContextError              rows and examples do not fit the model or the batch
    ├── BundleError               a saved model or checkpoint is damaged or does not fit
    ├── HubError                  a model on the hub cannot be found, read or written
    ├── TrainingError             a run cannot go on (a loss that is not finite, no data left)
    └── ServingError              a request that cannot be taken now

A message answers six questions, each on its own line where it has an answer: what, where,
expected, found, likely cause, remedy.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

__all__ = [
    "BackboneError",
    "BundleError",
    "ConfigError",
    "ContextError",
    "DataError",
    "HubError",
    "HyperadaptersError",
    "ServingError",
    "TrainingError",
    "UnknownName",
    "known_names",
    "located",
    "nearest",
]


class HyperadaptersError(Exception):
    """A fault that the user can mend; `str(error)` is the whole readable message.

    Args:
        what: one sentence, names in backticks.
        where: file and line, or the path inside a run file.
        expected: what would have been right.
        found: what was there instead.
        cause: what usually leads to this.
        remedy: what to do.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        cause: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self._parts = {
            "where": where,
            "expected": expected,
            "found": found,
            "likely cause": cause,
            "remedy": remedy,
        }
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [f"  {label}: {text}" for label, text in self.parts.items()]
        return "\n".join([self.what, *lines])

    @property
    def parts(self) -> dict[str, str]:
        """What is known of `where`, `expected`, `found`, `likely cause` and `remedy`."""
        return {label: text for label, text in self._parts.items() if text is not None}

    @property
    def where(self) -> str | None:
        """File and line, or the path inside a run file, if that is known."""
        return self._parts["where"]

    def place(self, where: str) -> None:
        """Says where the fault is, in place of what was said of that."""
        self._parts["where"] = where
        self.args = (self._message(),)


class ConfigError(HyperadaptersError):
    """A run file or study file is wrong."""


class DataError(HyperadaptersError):
    """A corpus file is missing, broken or does not fit its task."""


@contextmanager
def located(where: str) -> Iterator[None]:
    """Says of a fault in data where it is, if it does not know that itself.

    Raises:
        DataError: the same, with the place.
    """
    try:
        yield
    except DataError as fault:
        if fault.where is None:
            fault.place(where)
        raise


class UnknownName(HyperadaptersError):
    """A name that nothing knows, with the nearest one that something does.

    Args:
        kind: what the name should name: `language`, `method`, ...
        name: the unknown name.
        known: every legal name.
        where: file and line, or the path inside a run file.
        cause: what usually leads to this.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        known: Iterable[str],
        *,
        where: str | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(
            f"unknown {kind} `{name}`",
            where=where,
            cause=cause,
            **known_names(kind, name, sorted(known)),
        )


def known_names(kind: str, name: str, known: Iterable[str]) -> dict[str, str | None]:
    """What a message of an unknown name says of the known ones: `expected`, and as `remedy` the
    nearest.
    """
    names = list(known)
    close = nearest(name, names)
    shown = ", ".join(names[:20]) + (f", ... ({len(names)} in all)" if len(names) > 20 else "")
    return {
        "expected": f"one of {shown}" if names else f"no {kind} is known here",
        "remedy": f"did you mean `{close}`?" if close else None,
    }


class BackboneError(HyperadaptersError):
    """A model that cannot be adapted, loaded or used in this way."""


class ContextError(HyperadaptersError):
    """Rows and examples do not fit the model or the batch."""


class BundleError(HyperadaptersError):
    """A saved model or checkpoint is damaged or does not fit."""


class HubError(HyperadaptersError):
    """A model on the hub cannot be found, read or written."""


class TrainingError(HyperadaptersError):
    """A training run cannot go on."""


class ServingError(HyperadaptersError):
    """A request that cannot be taken now: too many wait, or the service is closed."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The legal name most like `name`, or None where none is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return close[0] if close else None
