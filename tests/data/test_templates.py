"""Path templates: filling, finding, and reading languages back from the files that exist."""

from pathlib import Path

import pytest

from hyperadapters.data.templates import (
    Codes,
    Listings,
    codes_for,
    expand,
    filled,
    rooted,
    routes_in,
    told,
)
from hyperadapters.errors import DataError


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def named(root: Path, template: str, codes: Codes) -> set[str]:
    return {str(route) for route in routes_in(root, template, codes, "language")}


def test_filled_leaves_what_is_not_named() -> None:
    assert filled("{language}/{split}.txt", {"split": "dev"}) == "{language}/dev.txt"


def test_files_are_sorted(tmp_path: Path) -> None:
    touch(tmp_path, "yor/b.txt", "yor/a.txt", "yo/x.tsv")
    files = expand(tmp_path, "{language}/*.txt", {"language": "yor"})
    assert [file.name for file in files] == ["a.txt", "b.txt"]
    assert expand(tmp_path, "{language}/*.txt", {"language": "yo"}) == ()


def test_absolute_templates_need_no_root(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    files = expand(None, f"{tmp_path}/{{language}}.txt", {"language": "a"})
    assert files == (tmp_path / "a.txt",)


def test_codes_as_named_else_as_usual() -> None:
    assert codes_for("yo", {"yo": "yoruba"}) == ("yoruba",)
    assert codes_for("zh", {"zh": ("a", "b")}) == ("a", "b")
    assert codes_for("yo", {})[:3] == ("yo", "yor", "Yoruba")


def test_messages_tell_the_usual_codes() -> None:
    assert told(("a",)) == "a"
    assert told(codes_for("tr", {})) == "tr or tur or Turkish or turkish, or more"
    assert told(codes_for("pt-BR", {})).startswith("pt-BR or pt_BR or por_BR")


@pytest.mark.parametrize(
    ("template", "file"),
    [
        ("a/{language}_*-train.x", "a/tur_imst-ud-train.x"),
        ("{language}/[tT]rain.{split}", "tur/Train.txt"),
        ("{language}/[!a-s]rain.{split}", "tur/train.txt"),
        ("?/{language}/{language}.txt", "b/tur/tur.txt"),
        ("**/{language}.txt", "c/d/tur.txt"),
    ],
)
def test_the_codes_that_stand_in_files_are_those_that_are_tried(
    tmp_path: Path, template: str, file: str
) -> None:
    touch(tmp_path, file, "a/b.txt", "tr/b.x", "b/tr/tur.txt")
    usual = codes_for("tr", {})
    assert Listings().codes(tmp_path, template, "language", usual) == ("tur",)
    assert Listings().codes(tmp_path, "none/{language}", "language", usual) == ("tr",)
    assert Listings().codes(tmp_path, "none", "language", usual) == ("tr",)


def test_languages_are_read_back(tmp_path: Path) -> None:
    touch(tmp_path, "ud/X/tr_imst-ud-test.conllu", "ud/Y/gun_t-ud-dev.conllu", "ud/Y/readme.txt")
    template = "ud/*/{language}_*-ud-{split}.conllu"
    assert named(tmp_path, template, {}) == {"gn", "tr"}
    assert named(tmp_path, template, {"mbya": "gun"}) == {"mbya", "tr"}


def test_a_language_named_twice_in_a_path_is_the_same(tmp_path: Path) -> None:
    touch(tmp_path, "yor/yor.txt", "hau/yor.txt")
    assert named(tmp_path, "{language}/{language}.txt", {}) == {"yo"}


def test_braces_that_hold_no_name_are_letters(tmp_path: Path) -> None:
    touch(tmp_path, "{1a}/yo.txt", "{b/yo.txt")
    assert named(tmp_path, "{1a}/{language}.txt", {}) == {"yo"}
    assert named(tmp_path, "{b/{language}.txt", {}) == {"yo"}


@pytest.mark.parametrize("pattern", ["//a*/{language}", "*/" * 2000 + "{language}"])
def test_what_is_no_pattern(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(
        DataError, match=r"(?s)files cannot be looked for\n  where: .*expected: a path"
    ):
        expand(tmp_path, pattern, {"language": "a"})


def test_no_root() -> None:
    with pytest.raises(DataError, match=r"(?s)none is given.*--data-root.*HYPERADAPTERS_DATA"):
        rooted("a.txt", None)


def test_the_root_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"(?s)the data root is not a folder.*absent"):
        rooted("a.txt", tmp_path / "absent")


@pytest.mark.parametrize(
    "path", ["a**b/{language}", "", ".", "{language}/" + 300 * "x", "*/" + 300 * "x", "\0/*"]
)
def test_paths_that_no_file_can_have(tmp_path: Path, path: str) -> None:
    for pattern in (path, f"{tmp_path}/{path}"):
        try:
            assert expand(tmp_path, pattern, {"language": "yo"}) == ()
            assert named(tmp_path, pattern, {}) == set()
        except DataError as fault:
            assert "files cannot be looked for" in str(fault)


@pytest.mark.parametrize("path", ["a**b/{language}", 300 * "x"])
def test_a_pattern_that_is_none_is_named(tmp_path: Path, path: str) -> None:
    with pytest.raises(DataError, match=r"(?s)files cannot be looked for.*expected: a path"):
        expand(tmp_path, path, {"language": "yo"})


@pytest.mark.parametrize("path", ["{language}*.tsv", "*{language}-*.tsv", "**/{language}*.tsv"])
def test_stars_may_stand_beside_fields(tmp_path: Path, path: str) -> None:
    touch(tmp_path, "yor-a.tsv")
    assert named(tmp_path, path, {"yo": ("y", "yor", "yor-a")})
    assert expand(tmp_path, path, {"language": "yor"}) == (tmp_path / "yor-a.tsv",)


def test_a_field_has_a_name(tmp_path: Path) -> None:
    touch(tmp_path, "yor-{1}.txt")
    assert named(tmp_path, "{language}-{1}.txt", {}) == {"yo"}
