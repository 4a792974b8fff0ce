"""看构成 as facts: the tasks behind a number as they stood at a moment, the sums, and the change on the week before."""

from datetime import datetime
from typing import Any

from bot.domain import composition as rules
from bot.domain.digest import TOTALS, Digest, digest
from bot.store.ledger import load_tasks
from bot.usecases.act import Act
from bot.usecases.digest import digest_at, scope_filter
from bot.usecases.facts import task_line


def composition(act: Act, as_of: datetime, name: str, scope: str = "all") -> dict[str, Any]:
    """The tasks behind a number, with the parts that prove its sum.

    `change`: of a total on the cut-off one week before, None without one. Raises ValueError for an unknown number;
    refusals: bad_scope.
    """
    found = digest_at(act, as_of, scope)
    rows = rules.tasks_behind(name, found, act.office)
    made = rules.parts(name, rows, found, act.office)
    days = rules.WITHIN.fullmatch(name)
    return {
        **_head(act, found, scope),
        "name": "within" if days else name,
        "days": int(days[1]) if days else 0,
        "tasks": [task_line(act, row) for row in rows],
        "of": made.of,
        "parts": [{"name": each, "unit": "", "n": n} for each, n in made.names.items()]
        + [{"name": "", "unit": act.unit(unit), "n": n} for unit, n in made.units.items()],
        "change": _change(act, found, name, scope),
    }


def _head(act: Act, found: Digest, scope: str) -> dict[str, Any]:
    return {
        "as_of": act.office.local(found.as_of).isoformat(),
        "scope": act.unit(scope_filter(act, scope).get("unit_id")),
        "totals": found.totals,
    }


def _change(act: Act, found: Digest, name: str, scope: str) -> dict[str, Any] | None:
    if name not in TOTALS or not found.changes:
        return None
    moment = act.office.previous(act.office.week(found.as_of)).end
    before = digest(load_tasks(act.session, as_of=moment, **scope_filter(act, scope)), moment, act.office)
    came, left = rules.moves(name, found, before)
    return {"since": act.office.local(moment).isoformat(), "n": len(came) - len(left), "came": came, "left": left}


def numbers(act: Act, as_of: datetime, scope: str) -> dict[str, Any]:
    """The choice: every number of the bulletin at that moment that has tasks behind it."""
    found = digest_at(act, as_of, scope)
    on_time, days = found.rates["on_time"], act.office.policy.outlook_days
    counts = found.totals | {
        rules.DUE: on_time.of,
        rules.IN_TIME: on_time.n,
        rules.NOT_IN_TIME: on_time.of - on_time.n,
        rules.UNREPORTED: len(found.unreported),
        rules.within(days): len(found.outlook),
    }
    return {**_head(act, found, scope), "counts": counts, "days": days}


def units(act: Act, as_of: datetime) -> dict[str, Any]:
    """按单位: each unit's own numbers; a shared task counts once for each of its units."""
    found = digest_at(act, as_of)
    lines = [
        {"unit_id": line.unit_id, "unit": act.unit(line.unit_id), **line.totals, "due": line.due}
        for line in found.units
    ]
    return {**_head(act, found, "all"), "units": lines}
