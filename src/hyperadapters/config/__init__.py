"""The run file: strict, typed, all faults at once, before anything is loaded."""

from hyperadapters.config.contents import (
    digest,
    digest_in,
    load_run,
    pretrain_recipe,
    recipe_of,
    resolved,
    run_faults,
    run_from,
    run_of,
    schema,
    to_yaml,
)
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.run_file import (
    Architecture,
    Backbone,
    Cells,
    MethodChoice,
    Pretraining,
    RunFile,
    RunName,
)
from hyperadapters.config.task_settings import MlmTask, TaggingTask

__all__ = [
    "Architecture",
    "Backbone",
    "Cells",
    "MethodChoice",
    "MlmTask",
    "Pretraining",
    "RecipeChanges",
    "RunFile",
    "RunName",
    "TaggingTask",
    "digest",
    "digest_in",
    "load_run",
    "pretrain_recipe",
    "recipe_of",
    "resolved",
    "run_faults",
    "run_from",
    "run_of",
    "schema",
    "to_yaml",
]
