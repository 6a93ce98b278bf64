"""Mistakes in what others get of a trained model, and what they read by its name."""

from faults.fault import Fault

__all__ = ["SHARING"]

SHARING = (
    Fault(
        "files of an earlier upload stay in the bundle",
        "run/hub.py",
        "delete_patterns=[_BUNDLE, FIGURES],",
        "delete_patterns=None,",
        "tests/run/test_hub.py::test_what_is_uploaded_is_found_by_name_and_branch",
    ),
    Fault(
        "every revision of a name is the newest",
        "run/hub.py",
        "revision=revision,\n            allow_patterns",
        "revision=None,\n            allow_patterns",
        "tests/run/test_hub.py::test_names_that_are_not_there",
    ),
    Fault(
        "a backbone from a folder stays here",
        "trained/folder.py",
        'if "backbone.path" in bundle.outside(folder):',
        "if False:",
        "tests/trained/test_folder.py::test_a_folder_needs_no_other",
    ),
    Fault(
        "a card calls every row trained",
        "trained/card.py",
        "listed(cell.route for cell in own if cell in trained) or",
        "listed(cell.route for cell in own) or",
        "tests/trained/test_card.py::test_a_card_tells_rows_and_figures",
    ),
    Fault(
        "a name that comes along wins over a file",
        "config/provided.py",
        'if file.exists() or file.suffix == ".yaml" and name not in provided():',
        'if file.suffix == ".yaml" and name not in provided():',
        "tests/config/test_provided.py::test_a_file_is_taken_for_itself",
    ),
)
