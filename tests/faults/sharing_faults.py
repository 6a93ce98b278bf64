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
        "there = file.exists() and not file.is_dir()",
        "there = False",
        "tests/config/test_provided.py::test_a_file_is_taken_for_itself",
    ),
    Fault(
        "rules beside a backbone change what is generated",
        "tasks/decoding.py",
        "**_UNCHANGED,",
        "do_sample=False,",
        "tests/tasks/test_decoding.py::test_rules_beside_a_backbone_change_nothing[t5]",
    ),
    Fault(
        "a list of files leads out of its folder",
        "machine/sealed.py",
        'if Path(listed).is_absolute() or ".." in Path(listed).parts:',
        "if False:",
        "tests/machine/test_sealed.py::test_a_list_names_no_file_elsewhere[../beside.txt]",
    ),
    Fault(
        "what all may see is called private",
        "run/hub.py",
        "private not in (None, bool(there.private))",
        "private is None",
        "tests/run/test_hub.py::test_what_all_may_see_does_not_become_private_without_a_word",
    ),
)
