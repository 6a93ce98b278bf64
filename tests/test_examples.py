"""Examples: their text, and the texts that must not be trained on where they are scored."""

import pytest

from hyperadapters.examples import Asked, Example, Pair, Tagged, Text, Tree


@pytest.mark.parametrize(
    ("example", "text", "texts"),
    [
        (Tagged(("Ada", "lives"), ("B-PER", "O")), "Ada lives", ("Ada lives",)),
        (Tree(("Ada", "lives"), (2, 0), ("nsubj", "root")), "Ada lives", ("Ada lives",)),
        (Text("a b"), "a b", ("a b",)),
        (
            Pair("das Haus", "the house", ("de", "en")),
            "das Haus the house",
            ("das Haus", "the house"),
        ),
        (Asked("who ?", "Ada lives", ((0, 3),)), "who ? Ada lives", ("Ada lives",)),
    ],
)
def test_text_and_texts(example: Example, text: str, texts: tuple[str, ...]) -> None:
    assert (example.text, example.texts) == (text, texts)


def test_examples_are_values() -> None:
    examples = {Text("a"), Text("a"), Tagged(("a",), ("O",)), Pair("a", "b", ("de", "en"))}
    assert len(examples) == 3
    with pytest.raises(AttributeError):
        Text("a").text = "b"
