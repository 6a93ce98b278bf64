"""Mistakes in what other programs are given."""

from faults.fault import Fault

__all__ = ["EXPORT"]

_PEFT = "tests/export/test_peft.py::"
_HUB = "tests/export/test_adapterhub.py::"

EXPORT = (
    Fault(
        "the scale of LoRA is left out of an exported update",
        "export/lora.py",
        'piece.weights["b"] * (form.alpha / form.rank)',
        'piece.weights["b"]',
        f"{_PEFT}test_peft_and_transformers_read_it_and_answer_alike[attention-bert]",
    ),
    Fault(
        "a server is given an update of query and value without key",
        "export/peft.py",
        "together(adaptation, updates_of(adaptation))",
        "updates_of(adaptation)",
        f"{_PEFT}test_the_folder_keeps_the_rules_of_every_server",
    ),
    Fault(
        "a width that does not divide is rounded down by the reader",
        "export/hub_tensors.py",
        "features / (width + 0.5)",
        "features / (width + 1.0)",
        f"{_HUB}test_the_reduction_gives_back_the_width_as_adapters_divides[5]",
    ),
    Fault(
        "labels of an exported head are sorted",
        "export/base.py",
        "json.dumps(values, indent=2, ensure_ascii=False)",
        "json.dumps(values, indent=2, sort_keys=True)",
        f"{_HUB}test_what_a_folder_says",
    ),
    Fault(
        "a merged model forgets the head of its task",
        "export/merged.py",
        "{**changed, **_whole(adaptation)}",
        "changed",
        "tests/export/test_merged.py::"
        "test_it_answers_as_the_row_does_without_any_other_library[bert]",
    ),
    Fault(
        "a model stays a table after a row of it was exported",
        "export/table.py",
        "                model.adapters[name] = own\n",
        "                pass\n",
        "tests/export/test_table.py::test_it_is_loaded_and_answers_alike[bert-method0]",
    ),
)
