"""Labels of words: what a run file makes of those that corpora have."""

import pytest

from hyperadapters.examples import Tagged
from hyperadapters.tasks.labels import labels_of, mapped


@pytest.mark.parametrize(
    ("label", "after"),
    [
        ("B-DATE", "O"),
        ("I-DATE", "O"),
        ("B-GPE", "B-LOC"),
        ("B-PER", "B-PER"),
        ("O", "O"),
        ("X", "NOUN"),
        ("B-MISC", "B-PER"),
        ("I-MISC", "I-MISC"),
        ("DATE", "O"),
    ],
)
def test_label_maps_name_types_or_whole_labels(label, after):
    assert mapped(label, {"DATE": "O", "GPE": "LOC", "X": "NOUN", "B-MISC": "B-PER"}) == after


def test_labels_are_derived_from_examples():
    examples = [Tagged(("a",), ("I-PER",)), Tagged(("a", "b"), ("B-DATE", "B-PER"))]
    assert labels_of(examples, {"DATE": "O"}) == ("O", "B-PER", "I-PER")
    assert labels_of([Tagged(("a", "b"), ("VERB", "NOUN"))]) == ("NOUN", "VERB")
    assert labels_of([Tagged(("a", "b"), (None, "NOUN"))]) == ("NOUN",)
