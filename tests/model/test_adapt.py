"""What tables and embeddings hold: the names of the phases in which their adapter acts."""

import pytest
import torch

import tiny
from hyperadapters.context import Context, Row
from hyperadapters.errors import UnknownName
from hyperadapters.forms import Bottleneck, Norm
from hyperadapters.method import HEADS, Adapter, Method, Phase
from hyperadapters.model.adapt import adapt
from hyperadapters.model.adapted import AdaptedModel
from hyperadapters.providers import Mlp, hypernetwork, table
from hyperadapters.routes import Cell, Route
from hyperadapters.schedules import Cycle, Fixed
from hyperadapters.sites import Where

TURKISH, DUTCH = Route.of("tr"), Route.of("nl")
FORM = Bottleneck(width=2)


def two_phases(**last: object) -> Method:
    """MAD-X in small: languages on raw text, then a task; the norms act in the last alone."""
    return Method(
        "two",
        (
            Adapter("language", FORM, Where("ffn"), table("language")),
            Adapter("task", FORM, Where("ffn"), table("task")),
            Adapter("norms", Norm(), Where("ffn_norm"), table()),
        ),
        (
            Phase(
                name="language",
                trains=frozenset({"language"}),
                acts=frozenset({"language"}),
                cells=(Cell("mlm", TURKISH), Cell("mlm", DUTCH)),
            ),
            Phase(trains=frozenset({"task", HEADS}), cells=(Cell("ner", TURKISH),), **last),
        ),
    )


def entries(model: AdaptedModel, adapter: str) -> set[str]:
    return set(model.adapters[adapter].entries)


def made(method: Method, rows: tuple[Row, ...] = ()) -> AdaptedModel:
    return adapt(tiny.backbone("bert"), method, tasks=[tiny.Probe()], rows=rows)


def test_an_adapter_has_the_rows_of_the_phases_in_which_it_acts() -> None:
    model = made(two_phases())
    assert entries(model, "language") == {"language=tr", "language=nl"}
    assert entries(model, "task") == {"task=ner"}
    assert entries(model, "norms") == {"shared"}


def test_a_phase_in_which_nothing_acts_adds_nothing() -> None:
    method = two_phases()
    first = Phase(
        name="pretrain",
        trains=frozenset({"backbone"}),
        acts=frozenset(),
        cells=(Cell("tlm", Route.of("en", "de")), Cell("mlm", Route.of("xx"))),
    )
    model = made(Method("three", method.adapters, (first, *method.phases)))
    assert entries(model, "language") == {"language=tr", "language=nl"}


def test_rows_are_those_that_schedules_run_under() -> None:
    under = {"under": Cycle([{"language": "en"}, {"language": "tr"}])}
    model = made(two_phases(**under, select_under=Fixed(language="fi")))
    assert entries(model, "language") == {f"language={name}" for name in ("tr", "nl", "en", "fi")}
    assert entries(model, "task") == {"task=ner"}


def test_what_trains_under_a_mix_is_what_it_is_made_of() -> None:
    model = made(two_phases(under=Fixed(language="tr*0.5+fi*0.5")))
    assert entries(model, "language") == {f"language={name}" for name in ("tr", "nl", "fi")}


def test_rows_given_beside_are_everybodys() -> None:
    model = made(two_phases(), (Row(task="pos", language="de"),))
    assert entries(model, "language") == {"language=tr", "language=nl", "language=de"}
    assert entries(model, "task") == {"task=ner", "task=pos"}


def test_embeddings_have_the_names_of_those_that_use_them() -> None:
    """Two networks share one embedding per factor; it has the names of both, and of no third."""

    def network(name: str, *factors: str) -> Adapter:
        plan = hypernetwork(dict.fromkeys(factors, 3), encoder=Mlp((2,)))
        return Adapter(name, FORM, Where("ffn"), plan)

    def phase(acts: str, *cells: Cell) -> Phase:
        return Phase(name=acts, trains=frozenset({acts}), acts=frozenset({acts}), cells=cells)

    adapters = (network("first", "language"), network("second", "language", "task"))
    third = Adapter("third", FORM, Where("layer"), table("language"))
    phases = (
        phase("first", Cell("mlm", TURKISH)),
        phase("second", Cell("ner", DUTCH)),
        phase("third", Cell("pos", Route.of("fi"))),
    )
    found = made(Method("m", (*adapters, third), phases)).embeddings()
    assert set(found["language"]) == {"tr", "nl"}
    assert set(found["task"]) == {"ner"}


def test_what_all_rows_share_is_there_before_any_row_is_known() -> None:
    norms = Adapter("norms", Norm(), Where("ffn_norm"), table())
    model = made(Method("m", (norms,), (Phase(trains=frozenset({"norms"})),))).double()
    row, batch = Row(task="ner", language="xx"), tiny.batch("bert", 2)
    before = model(Context.uniform(row, 2), batch).logits["probe"]
    torch.nn.init.ones_(model.adapters["norms"].entries["shared"]["shift"])
    assert (model(Context.uniform(row, 2), batch).logits["probe"] - before).abs().max() > 0.1
    with pytest.raises(UnknownName, match="unknown row of a table `language=xx`"):
        made(two_phases()).double()(Context.uniform(row, 2), batch)
