"""The run file: strict, typed, all faults at once, before anything is loaded."""

from hyperadapters.config.contents import (
    digest,
    digest_in,
    load_resolved,
    load_run,
    resolved,
    run_faults,
    run_from,
    run_of,
    schema,
    to_yaml,
)
from hyperadapters.config.phases import cells_from, cells_of, evaluated, method_of
from hyperadapters.config.recipe import RecipeChanges
from hyperadapters.config.run_file import (
    AnyTask,
    Architecture,
    Backbone,
    Cells,
    MethodChoice,
    PhaseChanges,
    RunFile,
    RunName,
)

__all__ = [
    "AnyTask",
    "Architecture",
    "Backbone",
    "Cells",
    "MethodChoice",
    "PhaseChanges",
    "RecipeChanges",
    "RunFile",
    "RunName",
    "cells_from",
    "cells_of",
    "digest",
    "digest_in",
    "evaluated",
    "load_resolved",
    "load_run",
    "method_of",
    "resolved",
    "run_faults",
    "run_from",
    "run_of",
    "schema",
    "to_yaml",
]
