"""Documentation that is made from the code, so that it cannot be wrong."""

from __future__ import annotations

from pathlib import Path

from huiyin.config import environment
from huiyin.knowledge.states import ClockKind
from huiyin.orders.states import BY_VERB, FACES, FINAL, OPEN, STEPS, CloseType, Side, State, Step
from huiyin.orgs.policy import roles_with

_MADE = "<!-- Made by `huiyin docs`; do not edit. -->\n\n"
_OPEN = frozenset(OPEN)
_SIDES = {
    Side.CENTRE: "the centre",
    Side.LEAD: "the lead unit",
    Side.ASSIGNED: "any unit with a part",
    Side.SYSTEM: "the system",
}


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {"environment.md": environment_page(), "workflow.md": workflow_page()}


def write(folder: Path) -> list[Path]:
    """Write the pages that differ; return which."""
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def environment_page() -> str:
    """Return the operators' table of variables."""
    head = "# Environment\n\nEvery variable that the platform reads. None is needed to begin.\n\n"
    return _MADE + head + environment.table()


def workflow_page() -> str:
    """Return the life of an order: diagram, states, steps, ways to close."""
    return _MADE + "\n".join(
        [
            "# The life of an order",
            "",
            "Made from `huiyin/orders/states.py`, from which buttons and API are derived as well.",
            "Steps marked with * belong to a later milestone. An order can also be made void from",
            "every open state, which the diagram leaves out.",
            "",
            *_diagram(),
            "",
            *_states(),
            "",
            *_steps(),
            "",
            *_closings(),
            "",
        ]
    )


def _diagram() -> list[str]:
    """Return the states and the steps between them, but those that lead out of any open state."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label}" as {state.value}' for state in State]
    lines.append(f"    [*] --> {BY_VERB['create'].targets[0].value}: {BY_VERB['create'].label}")
    for step in STEPS:
        if step.sources == _OPEN:
            continue
        for source in _in_order(step.sources):
            lines += [f"    {source.value} --> {t.value}: {step.label}" for t in step.targets]
    lines += [f"    {state.value} --> [*]" for state in _in_order(FINAL)]
    return [*lines, "```"]


def _in_order(states: frozenset[State]) -> list[State]:
    return [state for state in State if state in states]


def _states() -> list[str]:
    rows = ["## States", "", "| state | name | what the citizen reads | waits for | clock |"]
    rows.append("|---|---|---|---|---|")
    for state in State:
        face = FACES[state]
        waits = f"{face.waits_for}: {face.to_do}" if face.waits_for else "-"
        clock = face.clock.label if face.clock else "-"
        rows.append(f"| `{state.value}` | {face.label} | {face.public} | {waits} | {clock} |")
    return rows


def _steps() -> list[str]:
    rows = ["## Steps", "", "| step | name | from | to | who | must hold | clocks | source |"]
    rows.append("|---|---|---|---|---|---|---|---|")
    return [*rows, *map(_step, STEPS)]


def _step(step: Step) -> str:
    mark = "" if step.built else "*"
    to = "、".join(target.label for target in step.targets) or "unchanged"
    return (
        f"| `{step.verb}`{mark} | {step.label} | {_from(step)} | {to} | {_who(step)} "
        f"| {step.guard or '-'} | {_clocks(step)} | {step.source} |"
    )


def _from(step: Step) -> str:
    if not step.sources:
        return "nothing"
    if step.sources == _OPEN:
        return "any open state"
    return "、".join(state.label for state in _in_order(step.sources))


def _who(step: Step) -> str:
    who = [f"{roles_with(step.perm)} ({_SIDES[step.side]})"] if step.perm else []
    who += ["the citizen"] if step.citizen else []
    who += ["the system"] if step.system else []
    return ", ".join(who)


def _clocks(step: Step) -> str:
    starts = "".join(f"+{clock.label} " for clock in step.starts)
    stops = (
        "-all"
        if set(step.stops) == set(ClockKind)
        else "".join(f"-{clock.label} " for clock in step.stops)
    )
    return (starts + stops).strip() or "-"


def _closings() -> list[str]:
    rows = ["## Ways to close", "", "| close type | name |", "|---|---|"]
    return [*rows, *(f"| `{close.value}` | {close.label} |" for close in CloseType)]
