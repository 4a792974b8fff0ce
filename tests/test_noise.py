"""The noise budget: what the clock says beyond it is folded into the next message; what is red never is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ladder_ledger import Ledger, a_plan, at
from sqlmodel import select
from town import Town, a_town

from bot.domain.noise import is_red, room
from bot.domain.people import Group, Member
from bot.domain.policy import NoisePolicy
from bot.domain.post import Lane, Notice, Outbox
from bot.usecases.act import Act

NOISE = NoisePolicy(person=3, group=1)

FAR = a_plan((7, "清淤", "市水务局", "", "2023年12月31日"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    found = Ledger(tmp_path, FAR, at("06-13 08:00"))
    policy = replace(found.house.office.policy, noise=NOISE)
    found.house.office = replace(found.house.office, policy=policy)
    return found


def say(ledger: Ledger, member: Any, n: int, now: datetime, **facts: Any) -> None:
    """The clock says the n-th thing to a person."""
    with ledger.house.store.writing() as session:
        act = Act(session, ledger.house.office, now)
        act.tell([member], "unreachable", {"name": f"第{n}人", **facts}, key=f"test:{n}")


def states(ledger: Ledger, key: str = "test:") -> list[str]:
    return [row.state for row in ledger.rows(Outbox) if row.key.startswith(key)]


def test_beyond_the_budget_the_clock_waits_for_the_folded_message(ledger: Ledger) -> None:
    head = ledger.join("市水务局", "head")
    for n in range(5):
        say(ledger, head, n, at("06-13 10:00"))
    assert states(ledger) == ["waiting", "waiting", "held", "held", "held"]
    # The folded message speaks of what was held, and the next day there is room again.
    ledger.travel(at("06-14 12:00"))
    (daily,) = ledger.told(head, "daily")
    assert [each["facts"]["name"] for each in daily.facts["held"]] == ["第2人", "第3人", "第4人"]
    assert ["held", "held", {"count": 3}] in daily.facts["buttons"][-1]
    say(ledger, head, 9, at("06-14 15:00"))
    assert states(ledger, "test:9") == ["waiting"]


def test_a_second_round_says_nothing_twice(ledger: Ledger) -> None:
    head = ledger.join("市水务局", "head")
    for n in (0, 1, 2, 2, 1, 2):
        say(ledger, head, n, at("06-13 10:00"))
    assert states(ledger) == ["waiting", "waiting", "held"]
    assert len([row for row in ledger.rows(Notice) if row.kind == "held"]) == 1


def test_what_is_red_and_what_a_person_sends_is_never_held(ledger: Ledger) -> None:
    head, office = ledger.join("市水务局", "head"), ledger.join("市整改办", "office")
    for n in range(4):
        say(ledger, head, n, at("06-13 10:00"), sheet={"cause": "overdue", "series": "red"})
    assert states(ledger) == ["waiting"] * 4
    with ledger.house.store.writing() as session:
        act = Act(session, ledger.house.office, at("06-13 10:00"), office)
        act.tell([head], "unreachable", {"name": "甲"}, key="person")
    assert states(ledger, "person") == ["waiting"]


@pytest.mark.parametrize(
    ("facts", "red"),
    [
        ({"sheet": {"cause": "unreported", "series": "blue"}}, False),
        ({"sheets": [{"cause": "behind", "series": "yellow"}, {"cause": "overdue", "series": "blue"}]}, True),
        ({"sheets": [{"cause": "behind", "series": "summons"}]}, True),
        ({"rows": []}, False),
    ],
)
def test_red_is_what_is_overdue_or_far_up_the_ladder(facts: dict[str, Any], red: bool) -> None:
    assert is_red(facts) == red


def test_room_is_kept_for_the_days_message_and_the_bulletin() -> None:
    roles = ("liaison", "leader", "office")
    assert [room(role, NOISE, bulletin_day=True) for role in roles] == [2, 1, 0]
    assert [room(role, NOISE, bulletin_day=False) for role in roles] == [2, 2, 2]
    assert room("liaison", NoisePolicy(person=0), bulletin_day=True) is None


def test_a_group_beyond_its_budget_hears_on_the_next_working_day(ledger: Ledger) -> None:
    ledger.join("市整改办", "office")
    now = at("06-17 16:00")  # a Friday
    with ledger.house.store.writing() as session:
        session.add(Group(chat_id=-5, title="群", bound_at=now))
        act = Act(session, ledger.house.office, now)
        for n in range(2):
            act.post(Outbox(key=f"test:{n}", chat_id=-5, kind="bulletin", lane=Lane.DIGEST, created_at=now))
    first, second = [row.not_before for row in ledger.rows(Outbox) if row.key.startswith("test:")]
    assert first is None
    assert second == at("06-20 09:00")


# In the chat.


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(noise=True) as found:
        yield found


def test_the_button_under_the_folded_message_brings_what_was_held(town: Town) -> None:
    head = town.join("市水务局", "head")
    with town.house.store.writing() as session:
        member = session.exec(select(Member).where(Member.user_id == head.id)).one()
        act = Act(session, town.house.office, town.clock())
        for n in range(5):
            act.tell([member], "group_lost", {"title": f"第{n}群"}, key=f"test:{n}")
    town.travel("06-14 09:00")
    daily = head.expect("并入 2 条")
    assert "第3群" in daily.text
    head.skip()
    head.press(daily, "展开并入的 2 条")
    assert ["第3群" in said.text or "第4群" in said.text for said in head.expect_all()] == [True, True]
    assert "太旧" in town.refused(head, daily, "展开并入的 2 条")
