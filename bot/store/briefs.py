"""Loading briefs: what the labels of many tasks need, for one moment or two, by five statements (brief_rows.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlmodel import Session

from bot.domain.briefs import Briefs, DateMove, asked_since
from bot.domain.ledger import Plan
from bot.domain.periods import Office
from bot.domain.policy import CADENCES
from bot.domain.slices import TaskSlice
from bot.store.brief_rows import statement
from bot.store.carry import table_of
from bot.store.collector import uncollected
from bot.store.ledger import load_tasks

PLAN = table_of(Plan)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tasks: `all`, `due`, or by `ids`, `plan_ids`, `unit_ids` (any part) from a list."""

    by: str = "all"
    wanted: Sequence[int] | None = None


def load_briefs(
    session: Session, moments: Sequence[datetime], office: Office, choice: Choice | None = None, *, past: bool = True
) -> Briefs:
    """What the labels need at one moment or two, the latest first; not `past`: things as they stand, looked at then."""
    look = _Look.at(session, moments, office, choice or Choice(), past)
    with uncollected():
        rows = [_typed(row) for row in look.rows("briefs")] if look.sqlite else look.rows("briefs")
        parts = dict(look.rows("units"))
        steps: dict[int, list[tuple[str, datetime]]] = {}
        for task_id, state, at in look.rows("steps") if past else ():
            steps.setdefault(task_id, []).append((state, as_moment(at)))
        moved: dict[int, list[DateMove]] = {}
        for task_id, milestone_id, name, before, at in look.rows("date_moves"):
            moved.setdefault(task_id, []).append(DateMove(milestone_id, name, as_day(before), as_moment(at)))
    issued = {row.id: row.issued for row in session.connection().execute(select(PLAN.c.id, PLAN.c.issued))}
    odd = frozenset(row[0] for row in look.rows("odd"))

    def plainly(ids: Sequence[int], n: int) -> list[TaskSlice]:
        return load_tasks(session, ids=ids, as_of=moments[n] if past else None)

    return Briefs(rows, parts, issued, steps, moved, odd, plainly, past)


@dataclass(frozen=True, slots=True)
class _Look:
    connection: Connection
    values: dict[str, Any]
    by: str
    moments: int
    past: bool

    @classmethod
    def at(cls, session: Session, moments: Sequence[datetime], office: Office, choice: Choice, past: bool) -> "_Look":
        values: dict[str, Any] = {"earliest": min(moments)}
        if choice.wanted is not None:
            values["wanted"] = list(choice.wanted)
        for n, moment in enumerate(moments):
            values[f"at{n}"] = moment
            # Outside the week in which a rhythm asks, nothing of it counts as reported in the period or not.
            values |= {f"{each}{n}": asked_since(moment, each, office) or moment for each in CADENCES}
        return cls(session.connection(), values, choice.by, len(moments), past)

    @property
    def sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"

    def rows(self, name: str) -> Sequence[Any]:
        """As the driver gives them: of hundreds of thousands, SQLAlchemy's own rows cost a tenth of all."""
        asked, takes = statement(name, self.by, self.moments, self.past, self.connection.dialect.name)
        found: Sequence[Any] = self.connection.execute(
            asked, {each: self.values[each] for each in takes}
        ).cursor.fetchall()
        return found


def _typed(row: Any) -> Any:
    """SQLite gives moments as texts."""
    typed = list(row)
    typed[6], typed[7] = as_moment(row[6]), as_moment(row[7]) if row[7] else None
    return typed


@lru_cache(4096)
def as_moment(value: Any) -> datetime:
    """SQLite gives a text in UTC, PostgreSQL an aware moment."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


@lru_cache(4096)
def as_day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
