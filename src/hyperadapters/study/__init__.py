"""Studies: a grid over run files, each run cached by its digest; one result out of all of them."""

from hyperadapters.study.adapting import Adapted, adapt
from hyperadapters.study.launching import launch, settings_from
from hyperadapters.study.new_name import Wanted
from hyperadapters.study.output import print_result
from hyperadapters.study.performing import check_no_run, keep_foreign, perform, scored, write_whole
from hyperadapters.study.plan import PlannedRun, StudyPlan, plan_study
from hyperadapters.study.results import Mean, StudyResult
from hyperadapters.study.running import run_study
from hyperadapters.study.shards import Shard, shard_from
from hyperadapters.study.study_file import StudyFile, load_study

__all__ = [
    "Adapted",
    "Mean",
    "Shard",
    "StudyPlan",
    "PlannedRun",
    "StudyFile",
    "StudyResult",
    "Wanted",
    "adapt",
    "check_no_run",
    "keep_foreign",
    "launch",
    "load_study",
    "perform",
    "plan_study",
    "print_result",
    "run_study",
    "scored",
    "settings_from",
    "shard_from",
    "write_whole",
]
