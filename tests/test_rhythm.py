"""How often a report is asked, and that a changed setting moves what the clock still has to say."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from town import SHANGHAI, Town, a_town

from bot.domain.cadence import CadenceChange, by_policy
from bot.domain.ledger import Task
from bot.domain.policy import CadencePolicy, Policy, Reminders
from bot.domain.post import Moment
from bot.domain.standing import standing
from bot.domain.workdays import Workdays
from bot.sandbox.client import Person
from bot.store.ledger import load_task


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town() as found:
        yield found


@pytest.fixture(scope="module")
def office(town: Town) -> Person:
    return town.office()


def silent(town: Town, number: int, at: datetime) -> bool:
    with town.house.looking() as act:
        return bool(standing(load_task(act.session, number, as_of=at), at, town.house.office).silent)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"2022-{day}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("kinds", "words", "category", "number", "asked"),
    [
        (["date"], "", "", 7, "weekly"),
        (["date"], "", "工程项目", 7, "monthly"),
        (["date"], "", "工程项目", 12, "quarterly"),
        (["ongoing", "recurring"], "", "", 7, "quarterly"),
        (["recurring"], "每月5日前", "", 7, "monthly"),
        (["recurring"], "每季度末", "", 7, "quarterly"),
        (["immediate", "ongoing"], "", "", 7, "weekly"),
    ],
)
def test_the_policy_asks_by_number_by_category_and_by_the_words(
    kinds: list[str], words: str, category: str, number: int, asked: str
) -> None:
    policy = CadencePolicy(category={"工程项目": "monthly"}, task={"12": "quarterly"})
    assert by_policy(kinds, [words], category, number, policy) == asked


def test_the_office_sets_a_rhythm_and_the_week_asks_no_more(town: Town, office: Person) -> None:
    assert silent(town, 23, at("06-16 09:00"))
    said = town.ask(office, "报送周期 23 每月")
    assert "每周 → 每月" in said.text
    assert "6月24日" in said.text
    # The last week of June's last period asks; the weeks before do not.
    assert not silent(town, 23, at("06-16 09:00")) or town.clock() > at("06-16 09:00")
    with town.house.looking() as act:
        task = load_task(act.session, 23)
        weeks = [at(day) for day in ("06-15 09:00", "06-22 09:00", "06-29 09:00")]
        assert [bool(standing(task, now, town.house.office).silent) for now in weeks] == [False, True, False]
    assert "每月报送" in town.ask(office, "任务 23").text
    assert "报送周期 每周 → 每月" in town.ask(office, "历史 23").text


def test_the_past_reads_as_it_was_asked(town: Town, office: Person) -> None:
    town.ask(office, "报送周期 18 每季度")
    with town.house.looking() as act:
        before = load_task(act.session, 18, as_of=at("06-10 18:00"))
        assert (before.cadence, load_task(act.session, 18).cadence) == ("weekly", "quarterly")


def test_a_button_offers_the_other_rhythms_and_the_way_back(town: Town, office: Person) -> None:
    town.ask(office, "/cadence 7 monthly")
    shown = town.ask(office, "报送周期 7")
    assert "现为每月（整改办定）" in shown.text
    assert shown.labels == ["每周", "每季度", "按规则"]
    assert "每月 → 每周（按规则）" in town.press(office, shown, "按规则").text


@pytest.mark.parametrize(
    ("text", "answer"),
    [("报送周期 12 每天", "未改"), ("报送周期 12 每周", "已是每周报送"), ("/cadence 999 monthly", "999")],
)
def test_what_cannot_be_set_is_said(town: Town, office: Person, text: str, answer: str) -> None:
    assert answer in town.ask(office, text).text


def test_others_may_not(town: Town) -> None:
    liaison = town.join("市水务局")
    assert "每月" not in town.ask(liaison, "报送周期 7 每月").text
    assert all(row.task_id != 7 or row.member_id != liaison for row in town.rows(CadenceChange))


def due_days(town: Town, number: int) -> list[str]:
    with town.house.looking() as act:
        id_ = load_task(act.session, number).id
    zone = town.house.office.zone
    rows = [row for row in town.rows(Moment) if row.task_id == id_ and row.said_at is None]
    return sorted({row.due_at.astimezone(zone).strftime("%m-%d") for row in rows})


def test_a_setting_that_should_move_a_date_moves_it() -> None:
    with a_town() as town:
        town.go(at("06-13 12:00"))
        assert due_days(town, 23)[:3] == ["01-03", "01-09", "12-01"]
        assert due_days(town, 31) == ["06-14", "06-16", "06-17", "06-20", "06-24"]
        rules = town.house.office
        # 17 June becomes a day off, so what was to be said on it is said on the 16th; 31 is due that day.
        calendar = Workdays.of((), {"off": [date(2022, 6, 17)]})
        town.house.office = town.node.house.office = replace(rules, calendar=calendar)
        town.go(at("06-13 12:01"))
        assert due_days(town, 31) == ["06-14", "06-16", "06-20", "06-24"]
        fewer = Policy(reminders=Reminders(before=(5, 0), after=(2,)), cadence=CadencePolicy(task={"31": "monthly"}))
        town.house.office = town.node.house.office = replace(rules, policy=replace(fewer, ladder=rules.policy.ladder))
        town.go(at("06-13 12:02"))
        assert due_days(town, 31) == ["06-17", "06-20"]
        assert next(task.cadence for task in town.rows(Task) if task.number == 31) == "monthly"
        # Nothing that had passed is said afterwards, and a second look changes nothing.
        before = town.rows(Moment)
        town.go(at("06-13 12:03"))
        assert town.rows(Moment) == before
