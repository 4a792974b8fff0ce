"""What is left to report, found by one narrow look, is what a look at all of the unit's tasks finds."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import select
from town import NOON, PLAN, _migrated

from bot.app import House
from bot.domain.ledger import Unit
from bot.domain.people import Member, Role
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.domain.standing import silent_units
from bot.settings import load_settings
from bot.store.ledger import load_tasks
from bot.usecases import import_plan, plan_draft
from bot.usecases.act import Act
from bot.usecases.report import report_progress

NUMBERS = (7, 12, 31, 38, 18, 23)
UNITS = ("市水务局", "北辰区", "武清区", "市城市管理委")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="duban-left-"))
    shutil.copy(_migrated(), folder / "duban.db")
    house = House.open(load_settings({}, token="1:a", data=folder, database_url=f"sqlite:///{folder / 'duban.db'}"))
    draft = plan_draft.read_draft(house.office, house.registry, PLAN.encode(), "plan.csv", None, None)
    with house.acting(NOON) as act:
        import_plan.import_file(act, draft, house.registry, confirmed=True)
        ids = {unit.name: unit.id for unit in act.session.exec(select(Unit))}
        for n, name in enumerate(UNITS):
            act.session.add(Member(user_id=100 + n, name=name, unit_id=ids[name], role=Role.LIAISON, joined_at=NOON))
    yield house
    house.store.close()
    shutil.rmtree(folder)


said = st.tuples(
    st.integers(0, len(UNITS) - 1),
    st.sampled_from(NUMBERS),
    st.integers(1, 3),
    st.one_of(st.none(), st.sampled_from([10, 50, 100])),
    st.integers(0, 20),
)


@given(st.lists(said, min_size=1, max_size=12))
@hypothesis_settings(max_examples=25, deadline=None)
def test_what_is_left_is_the_same_by_either_look(
    house: House, words: list[tuple[int, int, int, int | None, int]]
) -> None:
    # A session for reading is never committed: each example finds the ledger as it was.
    with house.store.reading() as session:
        for n, (unit, number, ordinal, percent, days) in enumerate(sorted(words, key=lambda word: word[-1])):
            member = session.exec(select(Member).where(Member.user_id == 100 + unit)).one()
            now = NOON + timedelta(days=7 + days)
            act = Act(session, house.office, now, member)
            try:
                facts = report_progress(act, Claim(number, ordinal, percent, "说明"), f"law:{n}")
            except Refusal:
                continue
            tasks = [task for task in load_tasks(session, unit_id=member.unit_id) if task.number != number]
            left = {task.number for task in tasks if member.unit_id in silent_units(task, now, house.office)}
            assert facts["left"] == len(left)
            assert facts["next"] in left or (facts["next"] is None and not left)
