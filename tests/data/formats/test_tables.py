"""Tables with and without a header, quotes that are text, and lines of another width."""

from pathlib import Path

import pytest

from hyperadapters.data.formats.tables import Layout, read_columns
from hyperadapters.errors import DataError

USUAL = Layout()


def cells(path: Path, *wanted: str, layout: Layout = USUAL) -> list[tuple[object, ...]]:
    return [own for _, own in read_columns([path], wanted, layout, "it")[1]]


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_columns_are_found_by_their_names_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", "id\tb\ta\n1\ty\tx\n\n2\tv\tu\n")
    assert cells(path, "a", "b") == [("x", "y"), ("u", "v")]
    assert cells(path, "a", layout=Layout(("a", "b", "c"))) == [("x",), ("u",)], "its own header"


def test_quotes_in_tabs_are_text_also_where_they_do_not_match(tmp_path: Path) -> None:
    """As in QNLI and MRPC."""
    text = 'a\tb\n"Who said\tno\n5\'10" tall\t"x"\n'
    path = written(tmp_path, "a.tsv", text)
    assert cells(path, "a", "b") == [('"Who said', "no"), ("5'10\" tall", '"x"')]
    quoted = written(tmp_path, "q.tsv", 'a\tb\n"x\ty"\t"say ""z"""\n')
    assert cells(quoted, "a", "b", layout=Layout(quotes=True)) == [("x\ty", 'say "z"')]
    with pytest.raises(DataError, match=r"(?s)a row with quotes.*q.csv:2.*`quotes: false`"):
        cells(written(tmp_path, "q.csv", 'a,b\n"x,y\n'), "a", "b")
    plain = written(tmp_path, "p.csv", 'a,b\n"x,y\n')
    assert cells(plain, "a", "b", layout=Layout(quotes=False)) == [('"x', "y")]


def test_a_cell_of_several_lines_has_the_place_where_its_row_begins(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'a,b\n"x\ny",1\nz,2\n')
    found = [(where.rpartition(":")[2], *own) for where, own in rows(path, "a", "b")]
    assert found == [("2", "x\ny", "1"), ("4", "z", "2")]


def rows(path: Path, *wanted: str) -> list[tuple[str, tuple[object, ...]]]:
    return list(read_columns([path], wanted, USUAL, "it")[1])


def test_a_table_without_a_header_has_the_columns_that_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", "x\ty\t1\nu\tv\t2\n")
    assert cells(path, "c", "a", layout=Layout(("a", "b", "c"))) == [("1", "x"), ("2", "u")]
    with pytest.raises(DataError) as caught:
        cells(path, "a")
    assert str(caught.value).splitlines()[:4] == [
        "no column `a`",
        f"  where: {path}:1",
        "  expected: a first line with the names of the columns",
        "  found: x, y, 1",
    ]
    assert "`columns: [...]`" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [("x", "fewer cells than.*found: 1: "), ("x\ty\tz\tw", "more cells than.*a text with a sep")],
)
@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_a_line_of_another_width_is_told(tmp_path: Path, line: str, said: str, name: str) -> None:
    text = f"a\tb\tc\n1\t2\t3\n{line}\n"
    path = written(tmp_path, name, text.replace("\t", "," if name == "a.csv" else "\t"))
    with pytest.raises(DataError, match=rf"(?s){said.split('.*')[0]}.*{name}:3.*3 cells: a, b, c"):
        cells(path, "a")


def test_with_another_separator_the_last_column_has_the_rest(tmp_path: Path) -> None:
    path = written(tmp_path, "TREC.train", "NUM:dist How far is it ?\nLOC:city What city ?\n")
    layout = Layout(("label", "text"), separator=" ")
    assert cells(path, "text", "label", layout=layout) == [
        ("How far is it ?", "NUM:dist"),
        ("What city ?", "LOC:city"),
    ]


def test_objects_have_keys_and_one_that_lacks_one_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", '{"b": 1, "a": "x"}\n{"a": "y"}\n')
    assert cells(written(tmp_path, "b.json", '[{"a": "x", "b": null}]'), "a", "b") == [("x", None)]
    with pytest.raises(DataError, match=r"(?s)no column `b`.*a.jsonl:2.*found: a"):
        cells(path, "a", "b")


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "a.tsv", "\n"), "a") == []
