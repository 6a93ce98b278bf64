"""Mistakes in the published systems: what runs under which row, and where nothing acts."""

from faults.fault import Fault

__all__ = ["METHODS"]

_MAD_X = "tests/methods/test_mad_x.py::"
_HYPERFORMER = "tests/methods/test_hyperformer.py::"
_READY = "tests/methods/test_target_ready.py::"

METHODS = (
    Fault(
        "bad-x is scored under the language of the data",
        "methods/bad_x.py",
        "under=pair, score_under=pair)",
        "under=pair)",
        f"{_MAD_X}test_everything_of_bad_x_runs_under_its_pair",
    ),
    Fault(
        "bad-x has an adapter for each of its languages",
        "methods/bad_x.py",
        'keys=("source_language", "target_language")',
        'keys=("language",)',
        f"{_MAD_X}test_bad_x_takes_turns_between_its_languages_and_has_one_adapter_for_them",
    ),
    Fault(
        "a large text has more turns than a small one",
        "methods/recipes.py",
        '    batch=8,\n    order="alternate",',
        "    batch=8,",
        f"{_MAD_X}test_bad_x_takes_turns_between_its_languages_and_has_one_adapter_for_them",
    ),
    Fault(
        "the second version of mad-x keeps the last task adapter",
        "methods/mad_x.py",
        'silent=("language", "task")',
        'silent=("language",)',
        f"{_MAD_X}test_mad_x_2_leaves_out_the_last_layer_of_both_once_the_task_is_trained",
    ),
    Fault(
        "a task adapter acts while language adapters are trained",
        "methods/mad_x.py",
        "acts=frozenset(adapters)",
        "acts=None",
        f"{_MAD_X}test_first_the_language_alone_and_then_the_task_on_it[method0]",
    ),
    Fault(
        "the invertible adapter is not trained on raw text",
        "methods/mad_x.py",
        "for adapter in (*below, language)]",
        "for adapter in (language,)]",
        f"{_MAD_X}test_the_invertible_adapter_acts_in_both_phases_and_is_trained_in_the_first[0]",
    ),
    Fault(
        "task adapters are trained on raw text too",
        "methods/mad_x.py",
        "without=frozenset({text}),",
        "without=frozenset(),",
        f"{_MAD_X}test_raw_text_is_what_the_run_calls_it",
    ),
    Fault(
        "a cycle starts with the target",
        "methods/target_ready.py",
        "[source, target],",
        "[target, source],",
        f"{_READY}test_the_language_of_the_data_has_the_first_turn_and_targets_follow_in_order",
    ),
    Fault(
        "the checkpoint of a cycle is chosen under the language of the data",
        "methods/mad_x.py",
        "        select_under=schedule,\n        score_under=score_under",
        "        score_under=score_under",
        f"{_READY}test_they_are_mad_x_2_but_for_the_rows_of_the_task[tlr-bilingual]",
    ),
    Fault(
        "the languages of a task stay in the cycle that leaves them out",
        "methods/target_ready.py",
        "*_without(targets, left_out)]",
        "*listed(targets)]",
        f"{_READY}test_the_languages_of_a_task_are_left_out[languages0-26]",
    ),
    Fault(
        "raw text takes turns in the cycle over generated adapters",
        "methods/hyper_x_tlr.py",
        '{"task": text}',
        '{"task": "none"}',
        "tests/methods/test_hyper_x_tlr.py::"
        "test_labelled_data_take_turns_and_text_keeps_its_language",
    ),
    Fault(
        "a task adapter is counted for raw text",
        "method.py",
        "cell for cell in cells if phase.has(cell.task)",
        "cell for cell in cells",
        "tests/test_method.py::test_phases_get_the_cells_of_their_tasks",
    ),
    Fault(
        "a generated norm of hyperformer gets a one",
        "methods/houlsby.py",
        'norm="after",',
        'norm="after", unit_scale=True,',
        f"{_HYPERFORMER}test_a_t5_with_generated_adapters_is_the_equations_of_the_paper"
        "[hyperformer]",
    ),
    Fault(
        "the projected embedding of hyperformer++ has no norm",
        "methods/hyperformer.py",
        "Mlp(widths, norm=True, ",
        "Mlp(widths, ",
        f"{_HYPERFORMER}test_adapters_start_near_the_identity",
    ),
    Fault(
        "norms inside adapters start at one whatever their gain",
        "forms/bottleneck.py",
        "mean=self.gain - self.unit_scale",
        "mean=1.0 - self.unit_scale",
        "tests/methods/test_houlsby.py::"
        "test_with_no_gain_adapters_add_nothing_at_first_and_learn[adapters_dagger]",
    ),
    Fault(
        "adapters of tasks that share norms have norms of their own",
        "methods/houlsby.py",
        "(table(), _NORM)",
        '(table("task"), _NORM)',
        "tests/methods/test_houlsby.py::test_what_tasks_have_of_their_own",
    ),
    Fault(
        "heads of low rank shrink the codes that they read",
        "providers/factorised.py",
        "gain=(code / rank) ** 0.5",
        "gain=1.0",
        "tests/providers/test_factorised.py::"
        "test_what_is_generated_starts_at_the_scale_of_whole_heads[2-LowRankHeads-normal]",
    ),
    Fault(
        "vectors of a file are not kept with the model",
        "model/adapted.py",
        "return trained | self._parts.fixed(self, parts)",
        "return trained",
        "tests/run/test_bundle.py::"
        "test_vectors_of_a_file_travel_with_the_model_and_no_update_moves_them",
    ),
)
