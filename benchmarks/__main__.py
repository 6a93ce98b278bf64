"""`python -m benchmarks [PART ...]`: speed, memory, languages, kinds, translation, ..., or all."""

import argparse
from typing import Any

import torch
from rich.console import Console
from rich.progress import Progress

from benchmarks import kinds, languages, machine, memory, report, text_to_text, translation
from benchmarks.cases import CASES, work_of
from benchmarks.setting import BERT_BASE, Setting
from benchmarks.systems import Systems
from benchmarks.timing import CLOCKS, Clock, interleaved, spread
from hyperadapters.machine.memory import give_memory_back, keep_freed_memory

PARTS = ("speed", "memory", "languages", "kinds", "translation", "text-to-text")
ROUNDS = 5
MOST_ROWS = 16
FREED = {"kept": keep_freed_memory, "given-back": give_memory_back}
BUSY = 0.5
"""Programs running at the start, on average over a minute, that spoil wall times."""


def main() -> None:
    """Measures, prints, and saves where asked to."""
    arguments = _arguments()
    FREED[arguments.freed]()
    device = machine.device()
    if device.type != "cpu" and arguments.clock != "wall":
        raise SystemExit("a GPU's work is not in a process's own time: leave `--clock` out")
    if arguments.parts[:1] == ["peak"]:
        case = next(case for case in CASES if case.name == arguments.parts[1])
        print(memory.peak(case, BERT_BASE, device))
        return
    console = Console(width=130)
    facts = machine.facts(device)
    console.print(", ".join(f"{name} {value}" for name, value in facts.items()), soft_wrap=True)
    if arguments.clock == "wall" and float(facts["load"]) > BUSY:
        console.print("Other programs are running: do not trust these times.", style="bold red")
    rounds, clock = arguments.rounds, CLOCKS[arguments.clock]
    result: dict[str, Any] = {"machine": facts, "rounds": rounds, "clock": arguments.clock}
    result["freed"] = arguments.freed
    for part in arguments.parts or PARTS:
        result[part] = measure(part, BERT_BASE, rounds, device, console, clock, arguments.freed)
    if arguments.save:
        file = machine.save(result, arguments.save)
        console.print(f"written to benchmarks/results/{file.name}")


def measure(
    part: str,
    setting: Setting,
    rounds: int,
    device: torch.device,
    console: Console,
    clock: Clock = CLOCKS["wall"],
    freed: str = "kept",
) -> Any:
    """One part: printed, and returned for a file."""
    if part == "speed":
        return _speed(setting, rounds, device, console, clock)
    if part == "languages":
        grown = languages.measure(setting, rounds, device, clock=clock)
        report.print_languages(console, grown)
        return [one._asdict() for one in grown]
    if part == "kinds":
        mixed = kinds.measure(setting, rounds, device, clock)
        kinds.print_kinds(console, mixed)
        return [one._asdict() for one in mixed]
    if part == "translation":
        return _translation(translation.BASE, rounds, device, console, clock)
    if part == "text-to-text":
        return _text_to_text(text_to_text.SMALL, rounds, device, console, clock)
    peaks = {case.name: memory.in_fresh_process(case.name, freed) for case in CASES}
    report.print_memory(console, peaks)
    return peaks


def _speed(
    setting: Setting, rounds: int, device: torch.device, console: Console, clock: Clock
) -> Any:
    bandwidth = machine.bandwidth(device)
    systems = Systems(setting, device, min(MOST_ROWS, setting.examples))
    cases = [case for case in CASES if case.rows <= setting.examples]
    runs = {case.name: work_of(case, systems) for case in cases}
    pairs = {case.name: (runs[case.name], runs[case.over]) for case in cases}
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("speed", total=rounds + 1)
        taken = interleaved(pairs, rounds, device, lambda number: progress.advance(bar), clock)
    measured = [
        report.Measured(
            case,
            spread([own for own, _ in taken[case.name]]),
            spread([own / over for own, over in taken[case.name]]),
        )
        for case in cases
    ]
    report.print_speed(console, measured, setting, bandwidth)
    return report.as_json(measured, setting, bandwidth)


def _translation(
    shape: translation.Shape, rounds: int, device: torch.device, console: Console, clock: Clock
) -> Any:
    compared = translation.measure(shape, rounds, device, clock)
    counts = translation.operators(shape)
    translation.print_translation(console, compared, counts)
    return {"compared": [one._asdict() for one in compared], "operators": counts}


def _text_to_text(
    shape: text_to_text.Shape, rounds: int, device: torch.device, console: Console, clock: Clock
) -> Any:
    compared = text_to_text.measure(shape, rounds, device, clock)
    counts = text_to_text.parameters(shape)
    text_to_text.print_text_to_text(console, compared, counts)
    return {"compared": [one._asdict() for one in compared], "trained": counts}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each case")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="what times are read from")
    parser.add_argument("--freed", choices=FREED, default="kept", help="what a step's memory is")
    parser.add_argument("--save", metavar="NAME", help="write benchmarks/results/NAME.json")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if arguments.parts[:1] != ["peak"] and unknown:
        parser.error(f"{', '.join(sorted(unknown))} is no part; there are {', '.join(PARTS)}")
    return arguments


if __name__ == "__main__":
    main()
