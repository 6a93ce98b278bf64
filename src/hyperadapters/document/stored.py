"""JSON that was written by a program, read back against one schema."""

from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from hyperadapters.document.document import Document
from hyperadapters.document.validation import part_faults
from hyperadapters.errors import BundleError

__all__ = ["stored"]

_SHOWN = 200


def stored(content: bytes | str, hint: Any, *, what: str, where: str, remedy: str) -> Any:
    """The value of a JSON text.

    Args:
        content: the text, UTF-8.
        hint: the type that it must fit.
        what: is wrong where it does not, for the message.
        where: it stands: a file, or a line of one.
        remedy: for the message.

    Raises:
        BundleError: the text is no JSON (or nested deeper than 200 levels, or with numbers of
            thousands of digits), or its value is of another type.
    """
    cause = "the file was cut off or changed by hand, or another version of this library wrote it"
    try:
        values = from_json(content)
    except ValueError as error:
        raise BundleError(
            what, where=where, expected="JSON", found=str(error), cause=cause, remedy=remedy
        ) from error
    kind = TypeAdapter[Any](hint)
    try:
        return kind.validate_python(values)
    except ValidationError as error:
        first = part_faults(hint, Document(values, {}, (), where), ())[0]
        said = f"`{first.path}`: {first.what}" if first.path else first.what
        raise BundleError(
            what,
            where=where,
            expected=first.expected or first.remedy,
            found=f"{said}: {first.found}"[:_SHOWN] if first.found else said[:_SHOWN],
            cause=cause,
            remedy=remedy,
        ) from error
