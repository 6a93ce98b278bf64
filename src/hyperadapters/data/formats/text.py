"""Plain text files, read strictly as UTF-8: lines, `id TAB text`, and the UDHR's XML."""

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from hyperadapters.errors import DataError

__all__ = [
    "lines_in",
    "lines_of",
    "read_identified",
    "read_lines",
    "read_parts",
    "read_texts",
    "read_udhr",
]


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, as `lines_in` gives them, all at once."""
    return [*lines_in(path)]


def lines_in(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file, without their ends, one by one; only LF and CRLF end a line.

    Raises:
        DataError: there is no such file, or a byte is not UTF-8 (the message names the line).
    """
    try:
        with path.open("rb") as stream:
            for number, raw in enumerate(stream, 1):
                line = _decoded(raw, f"`{path.name}`", f"{path}:", number)
                line = line.removeprefix("\ufeff") if number == 1 else line
                if line:
                    yield line.removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as fault:  # no file's name can hold NUL
        found = getattr(fault, "strerror", None) or str(fault)
        raise DataError(f"cannot read `{path.name}`", where=str(path), found=found) from None


def _decoded(raw: bytes, what: str, where: str, line: int = 1) -> str:
    """Text of UTF-8 that begins with a certain line, whose number follows on `where`."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        line += raw.count(b"\n", 0, fault.start)
        raise DataError(
            f"{what} is not UTF-8",
            where=f"{where}{line}",
            expected="UTF-8 text",
            found=f"byte 0x{raw[fault.start]:02x} in the line",
            cause="it is damaged, or in an older encoding such as Latin-1",
            remedy="convert it: iconv -f LATIN1 -t UTF-8 FILE > NEW",
        ) from None


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file, or of standard input for `-`, as they come in.

    Raises:
        DataError: there is no such file, a byte is not UTF-8, or standard input is closed.
    """
    if path != Path("-"):
        yield from lines_in(path)
        return
    if sys.stdin is None:
        raise DataError(
            "there is no text to read",
            where="standard input",
            found="it is closed",
            remedy="name a file, or send text through a pipe",
        )
    for number, raw in enumerate(sys.stdin.buffer, 1):  # whatever the locale says of text
        line = _decoded(raw, "standard input", "line ", number)
        yield (line.removeprefix("\ufeff") if number == 1 else line).rstrip("\r\n")


def read_parts(firsts: Sequence[Path], seconds: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The lines of two texts that say the same, each in a file or in several parts, in pairs.

    Raises:
        DataError: the two sides have different numbers of files, or of lines in one.
    """
    if len(firsts) != len(seconds):
        raise DataError(
            "the sides of a pair differ in their files: different numbers of files",
            where=f"{firsts[0]} | {seconds[0]}",
            found=f"{len(firsts)} and {len(seconds)}: "
            + ", ".join(file.name for file in (*firsts, *seconds)),
            remedy="name the files of one text only, in the path and `codes`",
        )
    for first, second in zip(firsts, seconds, strict=True):
        lengths = [0, 0]
        for left, right in zip_longest(lines_in(first), lines_in(second)):
            lengths[0] += left is not None
            lengths[1] += right is not None
            if left is not None and right is not None:
                yield left, right
        if lengths[0] != lengths[1]:
            raise DataError(
                "two aligned files differ in length",
                where=f"{first} | {second}",
                found=f"{lengths[0]} and {lengths[1]} lines",
                cause="one of them was cut, or lines were split at other characters",
            )


def read_identified(*paths: Path) -> dict[str, str]:
    """Texts by their id, from `id TAB text` lines, in the order of the files.

    Raises:
        DataError: a line has no tab, or an id occurs twice.
    """
    found: dict[str, str] = {}
    for path in paths:
        for number, line in enumerate(read_lines(path), 1):
            name, tab, text = line.partition("\t")
            where = f"{path}:{number}"
            if not line.strip():
                continue
            if not tab:
                raise DataError(
                    "a line has no tab", where=where, expected="id TAB text", found=repr(line[:60])
                )
            if name in found:
                raise DataError(f"the id `{name}` occurs twice", where=where)
            found[name] = text.strip()
    return found


def read_udhr(path: Path) -> list[str]:
    """The titles and paragraphs of a Universal Declaration of Human Rights in Unicode's XML.

    Raises:
        DataError: not well-formed, or it declares a document type or entities (never expanded
            here).
    """
    text = "\n".join(read_lines(path))
    for forbidden in ("<!DOCTYPE", "<!ENTITY"):
        if forbidden in text:
            raise DataError(
                f"`{forbidden}` is not read",
                where=f"{path}:{text[: text.index(forbidden)].count(chr(10)) + 1}",
                expected="XML without a document type and without entities",
                cause="entities can make a small file huge, or pull in other files",
                remedy="remove the declaration",
            )
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as fault:
        raise DataError(
            "the XML is not well-formed", where=f"{path}:{fault.position[0]}", found=str(fault)
        ) from None
    texts = (
        " ".join("".join(element.itertext()).split())
        for element in root.iter()
        if element.tag.rpartition("}")[2] in ("title", "para")
    )
    return [text for text in texts if text]


def read_texts(path: Path) -> Iterable[str]:
    """The texts of a file by its suffix: `.xml` UDHR, `.tsv` id TAB text, any other one per line;
    none empty.
    """
    if path.suffix == ".xml":
        return read_udhr(path)
    if path.suffix == ".tsv":
        return [text for text in read_identified(path).values() if text]
    return (line.strip() for line in lines_in(path) if line.strip())
