"""Mistakes in phases, in what a run starts from, and in how languages are read."""

from faults.fault import Fault

__all__ = ["HOUSE"]

HOUSE = (
    Fault(
        "a phase that the run file adds comes after those of the method",
        "config/phases.py",
        "(*before, *method.phases, *behind)",
        "(*method.phases, *before, *behind)",
        "tests/config/test_phases.py::test_added_phases_come_first_in_the_order_of_the_file",
    ),
    Fault(
        "the recipe of the run wins over a phase's own",
        "config/phases.py",
        "changes.put_into(run.recipe.put_into(phase.recipe))",
        "run.recipe.put_into(changes.put_into(phase.recipe))",
        "tests/config/test_phases.py::test_a_recipe_reaches_every_phase_and_a_phases_own_keys_win",
    ),
    Fault(
        "a run that starts from another's phase trains its own first phases again",
        "training/starting.py",
        "return started[-1] if started else 0",
        "return 0",
        "tests/training/test_starting.py::"
        "test_with_weights_from_scratch_the_backbone_and_its_head_come_too",
    ),
    Fault(
        "a matrix is scored under the rows of its data, whatever the method says",
        "scoring/evaluation.py",
        "usual=assembly.method.phases[-1].score_under,",
        "usual=Observed(),",
        "tests/scoring/test_evaluation.py::"
        "test_the_matrix_is_scored_under_what_the_last_phase_says",
    ),
    Fault(
        "names with hyphens fall apart",
        "routes.py",
        "_CLEAR if _CLEAR in text else _SHORT",
        "_SHORT",
        "tests/test_routes.py::"
        "test_a_colon_separates_where_names_have_hyphens[pt-BR:en-languages3]",
    ),
    Fault(
        "a route takes its hops in the opposite order",
        "routes.py",
        "for hop in pairwise(self.languages)",
        "for hop in pairwise(reversed(self.languages))",
        "tests/test_routes.py::test_hops_are_the_steps_from_end_to_end",
    ),
    Fault(
        "a divergence counts in full in every update",
        "training/objective.py",
        '"uniform": 1 / recipe.steps',
        '"uniform": 1.0',
        "tests/training/test_stage.py::test_divergence_is_added_per_prediction[uniform-0.125]",
    ),
)
