"""Routes: how they are written, their hops and ends, and the rows of their data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperadapters.context import Row
from hyperadapters.errors import ContextError
from hyperadapters.routes import Cell, Route, languages_in, reading

NAMES = st.text("abz_R9-", min_size=1, max_size=6)
LANGUAGES = st.lists(NAMES, min_size=2, max_size=4, unique=True)


@given(LANGUAGES)
def test_what_is_written_reads_back(languages: list[str]) -> None:
    route = Route.of(*languages)
    assert Route.parse(str(route)) == route
    assert languages_in(str(route)) == route.languages


@given(NAMES)
def test_a_language_is_written_as_it_is_called_or_doubtfully(name: str) -> None:
    assert str(Route.of(name)) == name


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("de-en", ("de", "en")),
        ("de:en", ("de", "en")),
        ("de-en-fr", ("de", "en", "fr")),
        ("pt-BR:en", ("pt-BR", "en")),
        ("en:zh-yue:pt-BR", ("en", "zh-yue", "pt-BR")),
        ("zh_yue-en", ("zh_yue", "en")),
    ],
)
def test_a_colon_separates_where_names_have_hyphens(text: str, languages: tuple[str, ...]) -> None:
    assert Route.parse(text) == Route(languages)
    assert Route.parse(str(Route(languages))) == Route(languages)


def test_hyphens_are_written_where_no_name_has_one() -> None:
    assert str(Route.of("de", "en", "fr")) == "de-en-fr"
    assert str(Route.of("pt-BR", "en")) == "pt-BR:en"
    assert str(Route.of("pt-BR")) == "pt-BR"


@pytest.mark.parametrize("text", ["", "de", "-", "de-", "-en", "de--en", "pt-BR:", "pt-BR:pt-BR"])
def test_what_is_no_direction(text: str) -> None:
    with pytest.raises(ContextError) as error:
        Route.parse(text)
    assert str(error.value).splitlines() == [
        f"`{text}` is not a translation direction",
        "  expected: SOURCE-TARGET or SOURCE-THROUGH-TARGET, two or more different languages",
        "  remedy: for example `de-en`; where a language has a hyphen in its name, put colons "
        "between the languages: `pt-BR:en`",
    ]


def test_a_hyphen_that_may_be_of_a_name_is_in_doubt() -> None:
    said = reading("en-pt-BR")
    assert said is not None and said.startswith("`en-pt-BR` is read as the languages `en`, `pt`,")
    assert said.endswith("put a colon between the languages: `en:pt-BR` or `en-pt:BR`")
    assert reading("de-en") is reading("de") is reading("en:pt-BR") is None
    for way in ("en:pt-BR", "en-pt:BR"):
        assert len(Route.parse(way).languages) == 2


def test_a_route_does_not_return() -> None:
    for text in ("de-de", "de-en-de", "de-en-fr-en"):
        with pytest.raises(ContextError, match=f"`{text}` is not a translation direction"):
            Route.parse(text)


@given(LANGUAGES)
def test_hops_are_the_steps_from_end_to_end(languages: list[str]) -> None:
    route = Route.of(*languages)
    assert [hop.direction for hop in route.hops] == list(
        zip(languages, languages[1:], strict=False)
    )
    assert route.ends == Route.of(languages[0], languages[-1])
    assert route.direction == route.ends.direction == (languages[0], languages[-1])
    assert route.ends.ends == route.ends and route.ends.hops == (route.ends,)


def test_a_language_is_one_step_and_no_direction() -> None:
    language = Route.of("pt-BR")
    assert language.hops == (language,) and language.ends == language
    with pytest.raises(ContextError) as error:
        _ = language.direction
    assert str(error.value).splitlines() == [
        "`pt-BR` is a language, and not a direction between two",
        "  expected: SOURCE-TARGET, such as `de-en`",
    ]


def test_rows_of_languages_and_of_directions() -> None:
    assert Route.of("tr").row("ner") == Row(task="ner", language="tr")
    pair = Row(task="mt", source_language="de", target_language="fr")
    assert Route.of("de", "fr").row("mt") == pair
    assert Route.of("de", "en", "fr").row("mt") == pair, "the data are those of its ends"
    assert Route.of("fr", "de").row("mt") != pair


def test_a_cell_is_a_task_in_a_route() -> None:
    cell = Cell("mt", Route.of("pt-BR", "en"))
    assert str(cell) == "mt/pt-BR:en"
    assert cell.row == Route.of("pt-BR", "en").row("mt")
    assert str(Cell("ner", Route.of("tr"))) == "ner/tr"
    assert len({cell, Cell("mt", Route.parse("pt-BR:en")), Cell("ner", Route.of("tr"))}) == 2


def test_routes_are_values_in_an_order() -> None:
    routes = [Route.of("tr"), Route.of("de", "en"), Route.of("de")]
    assert sorted(routes) == [Route.of("de"), Route.of("de", "en"), Route.of("tr")]
    assert len({*routes, Route(("tr",))}) == 3
