"""The ladder climbs by facts, once per level and cause, says each thing once, and stops only with its cause."""

import threading
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_ledger import SHANGHAI, WATER, Ledger, a_plan, at
from town import Town, a_town

from bot.domain import ladder as rules
from bot.domain.extension import move_date
from bot.domain.ledger import State
from bot.domain.people import Group
from bot.domain.periods import Office
from bot.domain.policy import Policy, read_policy
from bot.domain.post import Notice, Outbox
from bot.domain.process import Absence
from bot.domain.refusal import Refusal
from bot.domain.reporting import move
from bot.domain.slices import MeasureSlice, Said, Stage, TaskSlice
from bot.domain.steps import Ladder, Step
from bot.domain.urging import Climb, Sheet
from bot.domain.workdays import Workdays
from bot.sandbox.client import Person
from bot.store.ledger import load_task, load_tasks
from bot.usecases import ladder_silence, remarks, sheet_office, sheet_unit
from bot.usecases import report as reports

MONDAY = at("06-13 08:00")
# One task of one unit, due on the Friday three weeks on.
FAR = a_plan((7, "清淤", WATER, "", "2022年12月31日前"))
SOON = a_plan((7, "清淤", WATER, "", "2022年6月17日前"))
LATE = a_plan((7, "清淤", WATER, "", "2022年6月10日前"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def a_ledger(folder: Path, plan: str, now: datetime = MONDAY) -> Ledger:
    made = Ledger(folder, plan, now)
    made.join_everybody()
    return made


# Each step.


def test_a_missed_report_is_a_blue_sheet_to_liaison_and_head_at_once(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 50)
    ledger.travel(at("06-17 18:00"))
    assert ledger.climbs() == []  # it reported in the week of the 10th, and the week of the 17th has only just closed
    ledger.travel(at("06-20 08:00"))
    assert ledger.climbs() == [("unreported", "blue")]
    assert ledger.sheets() == [("blue", 1, "issued")]
    assert [len(ledger.told(member, "sheet")) for member in (ledger.liaison, ledger.head, ledger.office)] == [1, 1, 0]


def test_the_second_missed_report_in_a_row_is_drafted_yellow_and_not_sent(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 50)
    ledger.travel(at("06-27 12:00"))
    assert ledger.climbs() == [("unreported", "blue"), ("unreported", "yellow")]
    assert ledger.sheets() == [("blue", 1, "issued"), ("yellow", None, "drafted")]
    assert len(ledger.told(ledger.liaison, "sheet")) == 1
    assert ledger.told(ledger.office, "drafts") == []
    (daily,) = [row for row in ledger.told(ledger.office, "daily") if row.facts["drafts"]]
    assert [sheet["series"] for sheet in daily.facts["drafts"]] == ["yellow"]


def test_near_the_deadline_with_less_than_is_due_is_blue(folder: Path) -> None:
    ledger = a_ledger(folder, SOON)
    ledger.say(ledger.liaison, 7, 93)
    ledger.tick(at("06-13 09:00"))
    assert ledger.climbs() == []
    ledger.travel(
        at("06-14 09:00")
    )  # three days before, 93 % done of 96 %: within the tolerance, and short all the same
    assert ledger.climbs() == [("due_soon", "blue")]


def test_behind_is_yellow_and_overdue_is_red(folder: Path) -> None:
    ledger = a_ledger(folder, SOON)
    ledger.travel(at("06-17 23:00"))
    assert ledger.climbs() == [("behind", "yellow")]
    ledger.travel(at("06-20 08:00"))
    assert ledger.climbs() == [("behind", "yellow"), ("overdue", "red")]


def test_after_red_it_climbs_in_working_days_from_when_it_was_signed_out(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    (red,) = ledger.rows(Sheet)
    ledger.travel(at("06-24 09:00"))
    assert ledger.climbs() == [("overdue", "red")]  # nobody has signed it out: it does not go on
    with ledger.act(ledger.office) as act:
        sheet_office.sign_out(act, red.id)
    ledger.travel(at("06-30 09:00"))
    assert ledger.climbs() == [("overdue", "red")]
    ledger.travel(at("07-01 09:00"))  # the fifth working day after Friday 24 June
    assert ledger.climbs() == [("overdue", "red"), ("overdue", "notice")]


@pytest.mark.parametrize("plan", [SOON, LATE, FAR])
def test_a_rung_is_climbed_once_however_often_and_late_the_round_is_asked(folder: Path, plan: str) -> None:
    ledger = a_ledger(folder, plan)
    for hours in range(24 * 5):
        ledger.tick(MONDAY + timedelta(hours=hours))
    keys = [row.key for row in ledger.rows(Climb)]
    said = [row.key for row in ledger.rows(Outbox)]
    assert len(keys) == len(set(keys))
    ledger.tick(ledger.now)
    assert [row.key for row in ledger.rows(Outbox)] == said


def test_two_nodes_at_once_climb_once(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    nodes = [threading.Thread(target=ledger.tick, args=(MONDAY,)) for _ in range(2)]
    for node in nodes:
        node.start()
    for node in nodes:
        node.join()
    assert ledger.climbs() == [("overdue", "red")]
    assert [row.key for row in ledger.rows(Notice) if row.kind == "drafts"] == [
        f"drafts:2022-06-13:m{ledger.office.id}"
    ]


def test_two_nodes_on_postgresql_climb_once(folder: Path, postgres_url: str) -> None:
    ledger = Ledger(folder, SOON, at("06-15 08:00"), database_url=postgres_url)
    ledger.join_everybody()
    ledger.say(ledger.liaison, 7, 95)
    nodes = [threading.Thread(target=ledger.tick) for _ in range(2)]
    for node in nodes:
        node.start()
    for node in nodes:
        node.join()
    assert ledger.sheets() == [("blue", 1, "issued")]
    assert len(ledger.told(ledger.liaison, "sheet")) == 1
    ledger.house.store.close()


def test_of_steps_missed_while_it_was_down_only_the_highest_is_taken(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 50)
    ledger.tick(at("07-04 10:00"))  # three reports missed meanwhile
    assert ledger.climbs() == [("unreported", "yellow")]


def test_steps_of_days_that_were_missed_are_on_record_and_the_highest_has_the_document(folder: Path) -> None:
    ledger = a_ledger(folder, SOON)
    ledger.say(ledger.liaison, 7, 93)
    ledger.tick(at("06-13 09:00"))
    ledger.tick(at("06-28 10:00"))  # due on the 17th: short of it from the 14th, late from the 18th
    assert ledger.climbs() == [("due_soon", "blue"), ("overdue", "red"), ("unreported", "blue")][:2]
    assert ledger.sheets() == [("red", None, "drafted")]
    assert ledger.told(ledger.liaison, "sheet") == []
    ledger.tick(at("06-29 10:00"))
    assert ledger.sheets() == [("red", None, "drafted")]


def test_a_step_that_issues_itself_does_so_once_after_downtime(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 80)
    ledger.tick(at("06-06 09:00"))
    ledger.tick(at("06-24 10:00"))  # the week of the 17th passed unreported; that of the 24th has not closed
    assert ledger.climbs() == [("unreported", "blue")]
    assert ledger.sheets() == [("blue", 1, "issued")]
    (told,) = ledger.told(ledger.liaison, "sheet")
    assert told.facts["sheet"]["reply_by"] == "2022-06-29"  # three working days from now, not from when it was due


def test_on_a_day_of_rest_it_rests(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick(at("06-18 10:00"))  # a Saturday
    assert ledger.climbs() == []
    ledger.tick(at("06-20 08:00"))
    assert ledger.climbs() == [("overdue", "red")]


def test_a_higher_cause_silences_a_lower_one(folder: Path) -> None:
    ledger = a_ledger(folder, SOON)
    ledger.travel(at("06-15 09:00"))  # behind, and three days before its date with nothing done
    assert ledger.climbs() == [("behind", "yellow")]


def test_a_draft_nobody_signed_gives_way_to_the_sheet_for_what_is_overdue(folder: Path) -> None:
    ledger = a_ledger(folder, SOON)
    ledger.travel(at("06-21 09:00"))
    assert [(row.step, row.ended_why) for row in ledger.rows(Climb)] == [("yellow", "overtaken"), ("red", "")]
    assert [row.state for row in ledger.rows(Sheet)] == ["withdrawn", "drafted"]


def test_a_unit_that_nobody_has_joined_is_not_urged_to_report_and_the_office_knows(folder: Path) -> None:
    ledger = Ledger(
        folder, a_plan((7, "清淤", "武清区", "", "2022年12月31日前"), issued="2022年6月1日"), at("06-06 08:00")
    )
    office = ledger.join("市整改办", "office")
    ledger.travel(at("06-22 12:00"))
    assert [cause for cause, _ in ledger.climbs()] == []
    (told,) = ledger.told(office, "unreached")
    assert told.facts["units"][0]["why"] == "no_liaison"


def test_a_blocked_liaison_is_said_once_to_head_and_office(folder: Path) -> None:
    ledger = Ledger(folder, FAR, at("06-06 08:00"))
    office, head = ledger.join("市整改办", "office"), ledger.join(WATER, "head")
    ledger.join(WATER, unreachable_since=at("06-05 08:00"))
    ledger.travel(at("06-08 12:00"))
    assert [row.facts["units"][0]["why"] for row in ledger.told(office, "unreached")] == ["blocked"]
    assert len(ledger.told(head, "unreached")) == 1


def test_a_lost_work_group_is_counted_and_said_once_to_the_units_head(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    with ledger.house.store.writing() as session:
        lost = {"chat_id": -5, "title": "水务群", "unit_id": ledger.liaison.unit_id, "bound_at": at("06-01 08:00")}
        session.add(Group(**lost, left_at=at("06-05 08:00")))
    ledger.travel(at("06-08 12:00"))
    (told,) = ledger.told(ledger.head, "unreached")
    assert [(row["why"], row["who"]) for row in told.facts["units"]] == [("left_group", ["水务群"])]
    assert ledger.told(ledger.office, "unreached") == []
    with ledger.act(ledger.office) as act:
        assert ladder_silence.office_counts(act, load_tasks(act.session))["unreached"] == 1


def test_whoever_stands_in_for_a_blocked_liaison_hears_of_it(folder: Path) -> None:
    ledger = Ledger(folder, FAR, at("06-06 08:00"))
    ledger.join("市整改办", "office")
    away, deputy = ledger.join(WATER, unreachable_since=at("06-05 08:00")), ledger.join(WATER, "viewer")
    with ledger.house.store.writing() as session:
        kept = {"member_id": away.id, "deputy_id": deputy.id, "until": date(2022, 6, 30)}
        session.add(Absence(**kept, at=at("06-05 08:00")))
    ledger.travel(at("06-08 12:00"))
    assert len(ledger.told(deputy, "unreached")) == 1


# Each cause ends by itself only.


def ends(ledger: Ledger) -> list[str]:
    ledger.later()
    return [row.ended_why for row in ledger.rows(Climb)]


def test_unreported_ends_with_a_report_and_even_one_of_no_change(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 50)
    ledger.travel(at("06-20 08:30"))
    with ledger.act(ledger.liaison) as act:
        sheet_unit.receive(act, None)
    assert ends(ledger) == [""]
    ledger.say(ledger.liaison, 7)
    assert ends(ledger) == ["reported"]
    assert ledger.sheets() == [("blue", 1, "settled")]


def test_behind_ends_when_back_on_schedule_and_not_before(folder: Path) -> None:
    ledger = a_ledger(folder, FAR)
    ledger.tick()
    ledger.say(ledger.liaison, 7, 5)
    assert ends(ledger) == [""]
    ledger.say(ledger.liaison, 7, 60)
    assert ends(ledger) == ["back_on_schedule"]
    assert ledger.sheets() == [("yellow", None, "withdrawn")]


def test_red_is_stopped_by_no_report_no_receipt_no_answer(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    with ledger.act(ledger.office) as act:
        sheet_office.sign_out(act, ledger.rows(Sheet)[0].id)
    with ledger.act(ledger.liaison) as act:
        reports.acknowledge(act, [7])
        sheet_unit.receive(act, None)
        sheet_unit.answer(act, ledger.rows(Sheet)[0].id, "已加派人员")
        remarks.remark(act, 7, "difficulty", "管线迁改未批")
    ledger.say(ledger.liaison, 7, 100)
    ledger.later()
    ledger.say(ledger.liaison, 7)
    assert ends(ledger) == [""]
    with ledger.act(ledger.liaison) as act:
        reports.declare_finished(act, 7, "")
    assert ends(ledger) == ["finished"]


def test_red_ends_when_an_extension_moves_the_date(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    with ledger.act(ledger.office) as act:
        task = load_task(act.session, 7)
        stage = task.measures[0].stages[0]
        act.carry(
            move_date(task, stage, 1, date(2022, 12, 31), "招标流标", "津整改办〔2022〕15号", ledger.office, act.now)
        )
    assert ends(ledger) == ["date_moved"]


def test_what_stopped_it_taken_back_it_stands_again_and_says_nothing_twice(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    with ledger.act(ledger.office) as act:
        sheet_office.sign_out(act, ledger.rows(Sheet)[0].id)
    ledger.say(ledger.liaison, 7, 100)
    with ledger.act(ledger.liaison) as act:
        reports.declare_finished(act, 7, "")
    assert ends(ledger) == ["finished"]
    with ledger.act(ledger.office) as act:
        task = load_tasks(act.session, number=7)[0]
        act.carry(move(task, State.RETURNED, ledger.office, act.now, "佐证不足"))
    ledger.travel(at("06-14 08:30"))
    assert [(row.step, row.ended_at) for row in ledger.rows(Climb)] == [("red", None)]
    assert ledger.sheets() == [("red", 1, "issued")]
    ledger.travel(at("06-20 09:00"))  # five working days after the 13th; but only four since it stands again
    assert ledger.climbs() == [("overdue", "red")]
    ledger.travel(at("06-21 09:00"))
    assert ledger.climbs() == [("overdue", "red"), ("overdue", "notice")]


def test_an_undone_report_does_not_stop_it(folder: Path) -> None:
    ledger = a_ledger(folder, FAR, at("06-06 08:00"))
    ledger.say(ledger.liaison, 7, 50)
    ledger.travel(at("06-20 08:30"))
    ledger.say(ledger.liaison, 7, 55)
    assert ends(ledger) == ["reported"]
    with ledger.act(ledger.liaison) as act:
        reports.undo(act)
    ledger.travel(at("06-21 08:30"))
    assert [row.ended_why for row in ledger.rows(Climb)] == [""]
    assert ledger.sheets() == [("blue", 1, "issued")]


def test_what_the_office_does_not_issue_is_not_drafted_again(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    with ledger.act(ledger.office) as act:
        sheet_office.drop(act, ledger.rows(Sheet)[0].id)
    ledger.travel(at("07-29 12:00"))
    assert ("overdue", "red") in ledger.climbs()
    assert [series for series, *_ in ledger.sheets()].count("red") == 1
    assert ("overdue", "notice") not in ledger.climbs()


def test_a_draft_whose_cause_has_ended_cannot_be_signed_out(folder: Path) -> None:
    ledger = a_ledger(folder, FAR)
    ledger.tick()
    ledger.say(ledger.liaison, 7, 60)
    ledger.later()
    with pytest.raises(Refusal) as refused, ledger.act(ledger.office) as act:
        sheet_office.sign_out(act, ledger.rows(Sheet)[0].id)
    assert refused.value.reason == "cause_ended"


# Policy.


def test_the_shipped_policy_is_the_default_one() -> None:
    assert read_policy(tomllib.loads(Path("config/policy.toml").read_text(encoding="utf-8"))) == Policy()


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"step": [{"name": "blue", "colour": "pink", "missed": 1}]}, "ladder.step.colour"),
        ({"step": [{"name": "blue", "missed": "1"}]}, "ladder.step.missed"),
        ({"step": [{"name": "blue", "mised": 1}]}, "ladder.step.mised"),
        ({"step": [{"name": "blue"}]}, "ladder.step.blue"),
        ({"step": [{"name": "violet", "missed": 1}]}, "ladder.step.name"),
        ({"step": [{"name": "red", "overdue": True}] * 2}, "ladder.step.name"),
        ({"step": [{"name": "red", "overdue": True, "hears": ["mayor"]}]}, "ladder.step.hears"),
        ({"step": []}, "ladder.step"),
        ({"reply_at": 17}, "ladder.reply_at"),
    ],
)
def test_a_mistake_in_the_policy_is_named(table: dict[str, object], place: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_policy({"ladder": table})
    assert (refused.value.reason, refused.value.facts["name"]) == ("bad_policy", place)


def test_a_climb_under_way_keeps_the_ladder_it_began_on(folder: Path) -> None:
    ledger = a_ledger(folder, LATE)
    ledger.tick()
    with ledger.act(ledger.office) as act:
        sheet_office.sign_out(act, ledger.rows(Sheet)[0].id)
    slower = Ladder(step=(Step("red", "red", overdue=True), Step("notice", after_days=60)))
    ledger.house.office = replace(ledger.house.office, policy=Policy(ladder=slower))
    ledger.travel(at("06-21 09:00"))
    assert ledger.climbs() == [("overdue", "red"), ("overdue", "notice")]


def test_a_policy_may_issue_yellow_by_itself(folder: Path) -> None:
    ledger = a_ledger(folder, FAR)
    steps = (Step("yellow", "yellow", behind=True, automatic=True, word="督办函"),)
    ledger.house.office = replace(ledger.house.office, policy=Policy(ladder=Ladder(step=steps)))
    ledger.tick()
    assert ledger.sheets() == [("yellow", 1, "issued")]
    assert ledger.told(ledger.liaison, "sheet")[0].facts["sheet"]["word"] == "督办函"


# Laws.

OFFICE = Office(SHANGHAI, Workdays(), Policy())
START = datetime(2022, 5, 16, 8, tzinfo=SHANGHAI)
UNITS = (1, 2)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[datetime, int, int | None]]:
    """Reports in order: (moment, unit, percent or None for no change)."""
    days = draw(st.lists(st.integers(0, 80), max_size=8))
    return [
        (START + timedelta(days=day, hours=3), draw(st.sampled_from(UNITS)), draw(st.none() | st.integers(0, 100)))
        for day in sorted(days)
    ]


def a_task(due: date, said: dict[int, Said]) -> TaskSlice:
    stage = Stage(1, due, None, due, None)
    measure = MeasureSlice(1, 1, "清淤", "", "date", False, {"responsible": [1, 2]}, [stage], said)
    task = TaskSlice(
        *(1, 7, 1, "方案", date(2022, 4, 1), "", "清淤", "", "", "", "weekly", 1, State.IN_PROGRESS, 1, START), {}
    )
    task.units = {"responsible": [1, 2]}
    task.measures = [measure]
    return task


@settings(max_examples=120, deadline=None)
@given(histories(), st.integers(20, 90), st.lists(st.integers(0, 95 * 24), min_size=1, max_size=40), st.booleans())
def test_climbing_never_repeats_a_key_and_never_goes_down_without_its_cause_ending(
    said: list[tuple[datetime, int, int | None]], due_in: int, hours: list[int], issued: bool
) -> None:
    """Whenever the rounds are asked, in order, each moment twice."""
    due = START.date() + timedelta(days=due_in)
    since = dict.fromkeys(UNITS, START)
    climbs: list[Climb] = []
    for hour in sorted(hours):
        now = START + timedelta(hours=hour)
        known: dict[int, Said] = {}
        for moment, unit, percent in said:
            if moment <= now:
                before = known[unit].percent if unit in known else None
                known[unit] = Said(unit, before if percent is None else percent, False, moment)
        task = a_task(due, known)
        for _ in range(2):
            made = _a_round(task, climbs, since, now, issued)
            climbs += made
        assert made == []  # the same moment again has nothing more to say
    keys = [climb.key for climb in climbs]
    assert len(keys) == len(set(keys))
    for run in {rules.run_of(climb) for climb in climbs}:
        rungs = [climb.rung for climb in climbs if rules.run_of(climb) == run]
        assert rungs == sorted(set(rungs))


def _a_round(
    task: TaskSlice, climbs: list[Climb], since: dict[int, datetime], now: datetime, issued: bool
) -> list[Climb]:
    for climb in climbs:
        if climb.ended_at is None:
            why = rules.why_ended(climb, task, since, now, OFFICE)
            # Nothing ends a climb while its cause still stands.
            cause_holds = any(rules.run_of(climb) == case.run for case in rules.cases(task, since, now, OFFICE))
            assert not (why and cause_holds)
            if why:
                climb.ended_at, climb.ended_why = now, why
    made: list[Climb] = []
    for case in rules.cases(task, since, now, OFFICE):
        climbed = [climb for climb in climbs if rules.run_of(climb) == case.run]
        for climb in climbed:
            climb.ended_at = None
        rung = rules.next_rung(case, climbed, now, OFFICE)
        if rung is None or rules.leads_over(case, [*climbs, *made], rung):
            continue
        step = OFFICE.policy.ladder.step[rung]
        steps = [each.frozen() for each in OFFICE.policy.ladder.step]
        facts = {"key": case.key(step), "task_id": 1, "cycle": 1, "unit_id": case.unit_id, "cause": case.cause}
        made.append(
            Climb(**facts, step=step.name, rung=rung, basis=case.basis, steps=steps, at=now, since=now, issued=issued)
        )
    return made


# Over the chat.


def test_four_weeks_in_the_town_it_climbs_and_stops() -> None:
    plan = a_plan((7, "清淤", WATER, "", "2022年6月30日前"), (23, "管网", "武清区", "", "2022年12月31日前"))
    with a_town(plan=plan, now=at("06-06 09:30"), ladder=True) as town:
        office, liaison, leader = town.office(), town.join(WATER), town.join("市领导小组", "leader")
        head = town.join(WATER, "head")
        town.ask(liaison, "进度 7 90%")
        town.travel("06-20 08:30")
        assert [row.step for row in town.rows(Climb) if row.cause == "unreported"] == ["blue"]
        blue = liaison.expect("蓝色督办单第1号")
        assert "上期未报送" in blue.text
        assert "蓝色督办单第1号　市水务局　报送后即停止" in town.press(liaison, blue, "为何提醒").text
        head.expect("蓝色督办单第1号")
        assert "已签收" in town.press(liaison, blue, "签收").text
        town.ask(liaison, "进度 7 92%")  # 补报 clears it
        town.travel("06-21 08:30")
        assert [row.ended_why for row in town.rows(Climb) if row.cause == "unreported"] == ["reported"]
        town.ask(liaison, "进度 7 93%")
        town.travel("06-28 12:00")
        near = liaison.expect("蓝色督办单第2号")
        assert "距时限" in near.text
        town.ask(liaison, "进度 7 95%")
        office.skip()
        leader.skip()
        town.travel("07-01 09:30")
        daily = office.expect("7月1日")
        assert "07 🔴 红色督办单" in daily.text
        assert all("红色督办单" not in text for text in _all(liaison))
        draft_list = town.press(office, daily, next(label for label in daily.labels if label.startswith("逐条看")))
        draft = town.press(office, draft_list, "红 07")
        assert "拟" in draft.text
        assert "已发" in town.press(office, draft, "签发").text
        red = liaison.expect("红色督办单第1号")
        assert "抄送" in leader.expect("红色督办单第1号").text
        assert "已答复" in town.reply(liaison, red, "7月5日前完成，已加派两台设备").text
        town.travel("07-05 12:00")
        assert town.rows(Climb)[-1].ended_at is None  # a reply does not stop red
        town.ask(liaison, "进度 7 100%")
        assert "自查完成" in town.ask(liaison, "自查完成 7").text
        town.travel("07-20 12:00")
        mine = [row for row in town.rows(Climb) if f":{_task(town, 7)}:" in row.key]
        assert [(row.cause, row.step, row.ended_why) for row in mine if row.cause == "overdue"] == [
            ("overdue", "red", "finished")
        ]


def _task(town: Town, number: int) -> int:
    with town.house.store.reading() as session:
        return load_task(session, number).id


def _all(person: Person) -> list[str]:
    found = []
    while True:
        try:
            found.append(person.expect(timeout=0.05).text)
        except AssertionError:
            return found
