"""A ledger for tests of the ladder: a plan on a database, people, a clock that is turned, no chat."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select
from town import COLUMNS, _migrated

from bot.app import House
from bot.domain.people import Member
from bot.domain.post import Outbox
from bot.domain.reporting import Claim
from bot.domain.urging import Climb, Sheet
from bot.settings import load_settings
from bot.store import carry
from bot.store.ledger import load_task
from bot.store.people import ensure_unit
from bot.usecases import import_plan, plan_draft, rounds
from bot.usecases import report as reports
from bot.usecases.act import Act

SHANGHAI = ZoneInfo("Asia/Shanghai")
WATER = "市水务局"


def at(text: str) -> datetime:
    """`06-13 08:00` of 2022."""
    return datetime.fromisoformat(f"2022-{text}").replace(tzinfo=SHANGHAI)


def a_plan(*rows: tuple[int, str, str, str, str], issued: str = "2022年4月1日") -> str:
    """Rows of (number, measures, lead, responsible, deadline)."""
    lines = ["整改方案（督办）", f"印发日期：{issued}", COLUMNS]
    lines += [
        f"{n},任务{n},问题{n},目标,{what},{lead},{doing},,,市生态环境局,{due}" for n, what, lead, doing, due in rows
    ]
    return "\n".join(lines)


class Ledger:
    """`tick` asks every round at a moment, `travel` at every moment on the way at which a round may have something."""

    def __init__(self, folder: Path, plan: str, now: datetime, **given: Any) -> None:
        if "database_url" not in given:
            shutil.copy(_migrated(), folder / "duban.db")
            given["database_url"] = f"sqlite:///{folder / 'duban.db'}"
        self.house = House.open(load_settings({}, token="1:a", data=folder, **given))
        self.now = now
        self._users = 100
        draft = plan_draft.read_draft(self.house.office, self.house.registry, plan.encode(), "plan.csv", None, None)
        with self.house.acting(now) as act:
            import_plan.import_file(act, draft, self.house.registry, confirmed=True)

    def join(self, unit: str, role: str = "liaison", **fields: Any) -> Member:
        self._users += 1
        with self.house.store.writing() as session:
            row = Member(
                user_id=self._users,
                name=f"{unit}{role}",
                unit_id=ensure_unit(session, unit).id,
                role=role,
                joined_at=self.now,
                **fields,
            )
            carry.add(session, row)
            return row

    def join_everybody(self) -> None:
        self.office, self.leader = self.join("市整改办", "office"), self.join("市领导小组", "leader")
        self.liaison, self.head = self.join(WATER), self.join(WATER, "head")

    def act(self, member: Member) -> Any:
        """A writing transaction in which this person acts now."""
        return _Acting(self, member)

    def say(
        self, member: Member, number: int, percent: int | None = None, text: str = "", ordinal: int | None = None
    ) -> None:
        with self.act(member) as act:
            unchanged = percent is None and not text
            claim = Claim(number, ordinal, percent, text, unchanged=unchanged)
            reports.report_progress(act, claim, f"1:{self.now.timestamp()}:{number}")

    def tick(self, moment: datetime | None = None) -> dict[str, int]:
        self.now = moment or self.now
        return rounds.tick(self.house.store, self.house.office, self.now)

    def travel(self, to: datetime) -> None:
        for moment in rounds.looks(self.house.store, self.house.office, self.now, to):
            self.tick(moment)

    def later(self, minutes: int = 1) -> None:
        self.tick(self.now + timedelta(minutes=minutes))

    def rows(self, table: type[Any]) -> list[Any]:
        with self.house.store.reading() as session:
            return list(session.exec(select(table).order_by(table.id)))

    def climbs(self, number: int | None = None) -> list[tuple[str, str]]:
        """(cause, step) of every climb, in order."""
        found = self.rows(Climb)
        if number is not None:
            found = [row for row in found if f"ladder:{self.task_id(number)}:" in row.key]
        return [(row.cause, row.step) for row in found]

    def task_id(self, number: int) -> int:
        with self.house.store.reading() as session:
            return load_task(session, number).id

    def sheets(self) -> list[tuple[str, int | None, str]]:
        return [(row.series, row.number, row.state) for row in self.rows(Sheet)]

    def told(self, member: Member, kind: str) -> list[Outbox]:
        return [row for row in self.rows(Outbox) if row.member_id == member.id and row.kind == kind]


class _Acting:
    def __init__(self, ledger: Ledger, member: Member) -> None:
        self._ledger, self._member = ledger, member

    def __enter__(self) -> Act:
        self._writing = self._ledger.house.store.writing()
        session = self._writing.__enter__()
        return Act(session, self._ledger.house.office, self._ledger.now, self._member, cause=f"test {self._ledger.now}")

    def __exit__(self, *error: Any) -> Any:
        return self._writing.__exit__(*error)
