"""Faults in translation and in learned vocabularies."""

from faults.fault import Fault

__all__ = ["TRANSLATION"]

TRANSLATION = (
    Fault(
        "source and target language change places",
        "tasks/translation.py",
        "source_language=source, target_language=target",
        "source_language=target, target_language=source",
        "tests/tasks/test_translation.py::test_a_row_has_both_languages",
    ),
    Fault(
        "the decoder reads the token that it must guess",
        "tasks/translation.py",
        'decoder_ids=[first, *target["input_ids"]]',
        'decoder_ids=[*target["input_ids"], end]',
        "tests/tasks/test_translation.py::test_both_sides_begin_with_the_target_token",
    ),
    Fault(
        "a sentence is tested in one language and trained on in another",
        "data/aligned.py",
        "_split_of(str(n)) == split",
        "_split_of(pair[0]) == split",
        "tests/data/test_aligned.py::"
        "test_splits_by_hash_are_the_same_in_every_language[{language}.txt]",
    ),
    Fault(
        "ties in a vocabulary are broken by a hash table",
        "data/vocabulary.py",
        ", *_continuations(learned, texts)]",
        "]",
        "tests/data/test_vocabulary.py::test_another_process_learns_the_same",
    ),
    Fault(
        "adapters are materialised for the first direction only",
        "analysis/prediction.py",
        "_materialise(assembly.model.eval(), tuple(rows.values()))",
        "_materialise(assembly.model.eval(), tuple(rows.values())[:1])",
        "tests/analysis/test_prediction.py::test_every_line_is_translated_in_its_own_direction",
    ),
)
