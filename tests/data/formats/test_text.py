"""Plain text: strict UTF-8, ids, and XML without entities."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.data.formats.text import (
    lines_of,
    read_identified,
    read_lines,
    read_texts,
    read_udhr,
)
from hyperadapters.errors import DataError


def file(folder: Path, content: str | bytes, name: str = "text.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))))
def test_only_line_feeds_end_lines(
    lines: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    path = file(folder, "".join(f"{line}\n" for line in lines))
    if not (lines and lines[0].startswith("\ufeff")):
        assert read_lines(path) == lines


def test_byte_order_mark_and_carriage_returns_are_dropped(tmp_path: Path) -> None:
    assert read_lines(file(tmp_path, "\ufeffa\r\nb\u2028c\r\n")) == ["a", "b\u2028c"]


def test_standard_input_is_read_as_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _give(monkeypatch, "\ufeffde-en\r\n\ufeffb\n".encode())
    assert list(lines_of(Path("-"))) == ["de-en", "\ufeffb"]


def test_standard_input_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _give(monkeypatch, b"good\n\xff bad\n")
    lines = lines_of(Path("-"))
    assert next(lines) == "good"
    with pytest.raises(DataError, match=r"is not UTF-8\n  where: line 2"):
        next(lines)


def _give(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    """As standard input, under a locale in which every byte is text."""
    lenient = io.TextIOWrapper(io.BytesIO(raw), encoding="ascii", errors="surrogateescape")
    monkeypatch.setattr("sys.stdin", lenient)


def test_broken_bytes_name_the_line(tmp_path: Path) -> None:
    path = file(tmp_path, b"one\ntwo\nna\xefve\n")
    with pytest.raises(DataError, match=r"(?s)not UTF-8.*text.txt:3.*byte 0xef.*Latin-1"):
        read_lines(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)cannot read `none.txt`.*No such file"):
        read_lines(tmp_path / "none.txt")
    with pytest.raises(DataError, match="(?s)cannot read.*null byte"):
        read_lines(tmp_path / "no\0ne.txt")


def test_identified_texts(tmp_path: Path) -> None:
    path = file(tmp_path, "a\tone\n\nb\ttwo \n", "bible.tsv")
    assert read_identified(path) == {"a": "one", "b": "two"}
    assert [*read_texts(path)] == ["one", "two"]


def test_an_identified_text_without_tab(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)a line has no tab.*text.txt:2.*id TAB text"):
        read_identified(file(tmp_path, "a\tone\nb two\n"))


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)the id `a` occurs twice.*text.txt:2"):
        read_identified(file(tmp_path, "a\tone\na\ttwo\n"))


def test_udhr_paragraphs(tmp_path: Path) -> None:
    content = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<udhr xmlns='http://www.unhchr.ch/udhr'>\n"
        "<title>All\n  rights</title><article><para>One &amp; two</para><para/></article></udhr>"
    )
    path = file(tmp_path, content, "udhr_xx.xml")
    assert read_udhr(path) == [*read_texts(path)] == ["All rights", "One & two"]


@pytest.mark.parametrize("declaration", ["<!DOCTYPE u [\n<!ENTITY a 'b'>]>", "<!ENTITY a 'b'>"])
def test_udhr_with_entities_is_refused(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(DataError, match=r"(?s)is not read.*text.txt:1.*without entities"):
        read_udhr(file(tmp_path, f"{declaration}<u><para>&a;</para></u>"))


def test_udhr_not_well_formed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)not well-formed.*text.txt:2"):
        read_udhr(file(tmp_path, "<u>\n<para></u>"))


def test_plain_lines_lose_empty_ones(tmp_path: Path) -> None:
    assert [*read_texts(file(tmp_path, "one\n\n  two \n"))] == ["one", "two"]


@pytest.mark.realdata
@pytest.mark.parametrize("pattern", ["mlm/udhr/*.xml", "mt/bible/*.tsv", "mt/ntrex/*.txt"])
def test_every_real_file_is_read(data_root: Path, pattern: str) -> None:
    files = sorted(data_root.glob(pattern))
    assert files
    for path in files:
        texts = [*read_texts(path)]
        assert len(texts) >= 5 and all(texts), path
