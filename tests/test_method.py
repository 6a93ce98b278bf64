"""Methods as values: what cannot be one, and where an adapter is silent."""

import pytest

from hyperadapters.errors import UnknownName
from hyperadapters.forms import Bottleneck
from hyperadapters.method import BACKBONE, Adapter, Method, Phase
from hyperadapters.methods import METHODS, SETTINGS
from hyperadapters.providers import joined, table
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Cycle, Fixed
from hyperadapters.sites import Site, Where


def _adapter(name: str) -> Adapter:
    return Adapter(name, Bottleneck(width=2), Where("ffn"), table("task"))


@pytest.mark.parametrize("names", [("a", "a"), ("a", BACKBONE)])
def test_adapters_have_names_of_their_own(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="adapters need names of their own, not a, "):
        Method("m", tuple(map(_adapter, names)), ())


@pytest.mark.parametrize(
    "phase",
    [
        Phase(trains=frozenset({"adaptr"})),
        Phase(trains=frozenset({"adapter"}), acts=frozenset({"adaptr"})),
        Phase(trains=frozenset({"adapter"}), leave_out={"adaptr": (0,)}),
    ],
    ids=["trains", "acts", "leave_out"],
)
def test_a_phase_names_what_there_is(phase: Phase) -> None:
    with pytest.raises(UnknownName, match="phase `train` `adaptr`(.|\\n)*mean `adapter`"):
        Method("m", (_adapter("adapter"),), (phase,))


def test_layers_are_counted_from_the_end_of_each_tower() -> None:
    sites = [Site("encoder", n, p) for n in range(3) for p in ("attention", "ffn")]
    sites += [Site("decoder", n, "ffn") for n in range(2)] + [Site("encoder", None, "embeddings")]
    phase = Phase(trains=frozenset({"a"}), leave_out={"a": (-1,), "b": (0, 12)})
    left = [site for site in sites if site not in phase.sites("a", sites)]
    assert {(site.tower, site.layer) for site in left} == {("encoder", 2), ("decoder", 1)}
    assert len(left) == 3
    left = [site for site in sites if site not in phase.sites("b", sites)]
    assert {(site.tower, site.layer) for site in left} == {("encoder", 0), ("decoder", 0)}
    assert phase.sites("c", sites) == sites


def test_phases_get_the_cells_of_their_tasks() -> None:
    ner, mlm = (Cell(task, Route.of("tr")) for task in ("ner", "mlm"))
    own = (Cell("ner", Route.of("de")),)
    phases = (
        Phase(name="text", trains=frozenset({"a"}), tasks=frozenset({"mlm"})),
        Phase(name="task", trains=frozenset({"a"}), without=frozenset({"mlm"})),
        Phase(name="all", trains=frozenset({"a"})),
        Phase(name="filled", trains=frozenset({"a"}), cells=own),
    )
    method = Method("m", (_adapter("a"),), phases)
    filled = method.on([ner, mlm])
    assert [phase.cells for phase in filled.phases] == [(mlm,), (ner,), (ner, mlm), own]
    assert filled.adapters == method.adapters
    assert filled.on([mlm]) == filled
    assert all(not phase.cells for phase in method.phases[:3])


def test_heads_have_the_form_of_their_task_and_all_else_one_of_the_adapter() -> None:
    at_heads = Adapter("a", None, Where(tower="head"), table())
    assert at_heads.at_heads and not _adapter("a").at_heads
    with pytest.raises(ValueError, match="adapter `a` has no form of its own: a head has its task"):
        Adapter("a", Bottleneck(width=2), Where(tower="head"), table())
    with pytest.raises(ValueError, match="adapter `a` needs a form: only heads have their task's"):
        Adapter("a", None, Where("ffn"), table())


def test_methods_and_all_that_they_hold_are_values() -> None:
    for name, made in METHODS.items():
        method, twin = (made(**SETTINGS[name].arguments) for _ in range(2))
        assert method == twin and hash(method) == hash(twin)
        assert len({*method.adapters, *twin.adapters}) == len(method.adapters)
        assert len({a.weights for a in (*method.adapters, *twin.adapters)}) <= len(method.adapters)
        assert {*method.phases} == {*twin.phases}
    plan = joined((table("task"), {"down"}), (table(), {"up"}))
    assert len({plan, joined((table("task"), {"down"}), (table(), {"up"})), table()}) == 2
    phases = [
        Phase(trains=frozenset({"a"}), leave_out={"a": (-1,)}, under=Fixed(language="nl")),
        Phase(trains=frozenset({"a"}), under=Cycle([{"language": "nl"}]), name="other"),
    ]
    assert len({*phases, *phases}) == 2
