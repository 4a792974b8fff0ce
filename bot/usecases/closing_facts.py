"""验收、公示、销号 of a week as the bulletin prints them (domain.md §4, section 8)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.process import CloseOut, PublicNotice, Verification
from bot.domain.slices import TaskSlice
from bot.usecases.act import Act

ASKED, ACCEPTED, RETURNED, NOTICED, STRUCK_OFF = "asked", "accepted", "returned", "noticed", "struck_off"


def closing_of_week(act: Act, tasks: Sequence[TaskSlice], start: datetime, end: datetime) -> dict[str, Any]:
    """Applied for, accepted, returned and struck off in a week, and the notices that were published in it or still ran
    at its end, each task once; {} when there was nothing."""
    by_id = {task.id: task for task in tasks}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (ASKED, ACCEPTED, RETURNED, NOTICED, STRUCK_OFF)}
    applications = {
        row.id: row
        for row in act.session.exec(select(CloseOut).where(CloseOut.asked_at <= end).order_by(col(CloseOut.id)))
        if row.task_id in by_id
    }

    def line(task_id: int, unit_id: int | None, **more: Any) -> dict[str, Any]:
        task = by_id[task_id]
        return {"number": task.number, "title": task.title, "unit": act.unit(unit_id), **more}

    for row in applications.values():
        if start < row.asked_at:
            found[ASKED].append(line(row.task_id, row.unit_id))
        if row.state == STRUCK_OFF and row.ended_at is not None and start < row.ended_at <= end:
            found[STRUCK_OFF].append(line(row.task_id, row.unit_id))
    checks = select(Verification).where(
        Verification.at > start, Verification.at <= end, col(Verification.kind).in_((ACCEPTED, RETURNED))
    )
    for check in act.session.exec(checks.order_by(col(Verification.id))):
        if check.close_out_id in applications:
            found[check.kind].append(line(applications[check.close_out_id].task_id, check.unit_id))
    today = act.office.today(end)
    notices = select(PublicNotice).where(PublicNotice.at <= end, PublicNotice.last_day >= act.office.today(start))
    for notice in act.session.exec(notices.order_by(col(PublicNotice.id))):
        if notice.close_out_id in applications and (notice.at > start or notice.last_day >= today):
            unit_id = applications[notice.close_out_id].unit_id
            found[NOTICED].append(line(notice.task_id, unit_id, last_day=notice.last_day.isoformat()))
    once = {name: list({row["number"]: row for row in rows}.values()) for name, rows in found.items()}
    return once if any(once.values()) else {}
