"""Mistakes that someone could make in the library, each with the test that must notice it."""

from faults.export_faults import EXPORT
from faults.fault import Fault
from faults.house_faults import HOUSE
from faults.methods_faults import METHODS
from faults.mixes_faults import MIXES
from faults.model_faults import FORMS, MODEL, PROVIDERS
from faults.parsing_faults import PARSING
from faults.questions_faults import QUESTIONS
from faults.run_faults import DATA, RUNS, TASKS
from faults.sharing_faults import SHARING
from faults.translation_faults import TRANSLATION

__all__ = ["FAULTS", "Fault"]

# Those whose tests take longest come first.
FAULTS = (
    *RUNS,
    *HOUSE,
    *FORMS,
    *PROVIDERS,
    *MODEL,
    *METHODS,
    *MIXES,
    *TASKS,
    *QUESTIONS,
    *DATA,
    *TRANSLATION,
    *PARSING,
    *EXPORT,
    *SHARING,
)
