"""The bulletin: its numbers are the ledger's, with their denominators; the past never changes, corrections are new."""

import json
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ladder_ledger import WATER, Ledger, a_plan, at
from town import Town, a_town

from bot.__main__ import main
from bot.domain.ledger import Report
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.sandbox.client import Person
from bot.usecases import bulletin, remarks, sheet_office
from bot.usecases import report as reports
from bot.usecases.digest import bulletin_facts, digest_at, digest_json

DISTRICT = "武清区"
ROWS = (
    (7, "清淤", WATER, "", "2022年6月10日前"),
    (12, "（1）建档；（2）整治", WATER, DISTRICT, "2022年6月30日前"),
    (23, "管网", DISTRICT, "", "2022年12月31日前"),
    (31, "监测", WATER, "", "长期坚持"),
)
PLAN = a_plan(*ROWS, issued="2022年5月1日")


def printed(path: Path, moment: str, *words: str) -> dict[str, Any]:
    """`duban digest --json` of this ledger."""
    env = {"DUBAN_DATABASE_URL": f"sqlite:///{path}/duban.db", "DUBAN_DATA": str(path)}
    done = CliRunner().invoke(main, ["digest", "--as-of", moment, "--json", *words], env=env)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures(ledger: Ledger, moment: datetime, scope: str = "all") -> dict[str, Any]:
    with ledger.house.looking() as act:
        return digest_json(act, digest_at(act, moment, scope))


# The same numbers everywhere.


def test_what_the_chat_prints_is_what_the_command_line_prints() -> None:
    with a_town(plan=PLAN, now=at("06-13 12:00")) as town:
        office, water = town.office(), town.join(WATER)
        district = town.join(DISTRICT)
        town.ask(water, "进度 7 100% 完成")
        town.ask(water, "自查完成 7")
        town.ask(district, "进度 12.2 40% 开工")
        said = town.ask(office, "周报").text
        row = figures_of(town)
        totals, rates = row["totals"], row["rates"]
        assert f"一、总体　{totals['tasks']} 项" in said
        assert re.search(rf"^{totals['finished']} 完成.*销号 {totals['struck_off']}", said, re.MULTILINE)
        assert re.search(
            rf"^{totals['in_progress']} 未完成：序时 {totals['on_schedule']}.*滞后 {totals['behind']}.*超期 {totals['overdue']}",
            said,
            re.MULTILINE,
        )
        assert f"{totals['kept_up']} 长期坚持" in said
        for name, word in (("completion", "完成率"), ("on_time", "按期完成率"), ("struck_off", "销号率")):
            n, of = rates[name]["n"], rates[name]["of"]
            assert f"{word} {100 * n / of:.1f}%（{n}/{of}）" in said
        assert (rates["completion"], rates["on_time"]) == ({"n": 1, "of": 4}, {"n": 0, "of": 1})
        of_unit = town.ask(office, f"周报 {DISTRICT}").text
        assert f"一、总体　{figures_of(town, '--scope', f'unit:{DISTRICT}')['totals']['tasks']} 项" in of_unit


def figures_of(town: Town, *words: str) -> dict[str, Any]:
    return printed(town.settings.data, town.clock().isoformat(), *words)


@pytest.mark.parametrize(
    ("asked", "as_of"),
    [
        ("周报 2022-06-10", "截至6月10日23:59"),
        ("周报 6月10日", "截至6月10日23:59"),
        ("周报 昨天", "截至6月12日23:59"),
        ("周报 上周", "截至6月10日17:00"),
        ("周报 上周五 武清区", "截至6月10日23:59"),
        ("/digest month", "截至5月27日17:00"),
        ("/digest last week", "截至6月10日17:00"),
        ("/digest yesterday 武清区", "截至6月12日23:59"),
        ("周报 6月31日", "日期读不懂"),
        ("周报 某某局", "没有“某某局”这个单位"),
        ("/digest foo", "读不懂“foo”。可写：本周、上周"),
    ],
)
def test_any_past_day_is_asked_for_as_people_name_it(chat: tuple[Town, Person], asked: str, as_of: str) -> None:
    town, clerk = chat
    assert as_of in town.ask(clerk, asked).text


@pytest.fixture(scope="module")
def chat() -> Iterator[tuple[Town, Person]]:
    with a_town(plan=PLAN, now=at("06-13 12:00")) as town:
        yield town, town.office()


# Rates, changes, whom they count.


def test_a_task_finished_after_its_date_is_finished_but_not_in_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, PLAN, at("06-08 12:00"))
    liaison = ledger.join(WATER)
    ledger.now = at("06-13 12:00")
    ledger.say(liaison, 7, 100, "完成")
    with ledger.act(liaison) as act:
        reports.declare_finished(act, 7, "")
    found = figures(ledger, at("06-14 12:00"))
    assert found["rates"]["completion"] == {"n": 1, "of": 4}
    assert found["rates"]["on_time"] == {"n": 0, "of": 1}
    assert found["rates"]["struck_off"] == {"n": 0, "of": 4}  # finished is not struck off
    before = figures(ledger, at("06-12 12:00"))
    assert before["rates"]["completion"] == {"n": 0, "of": 4}
    assert [row["number"] for row in before["overdue"]] == [7]


def test_the_changes_are_those_on_the_cut_off_a_week_before(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, PLAN, at("06-03 12:00"))
    liaison = ledger.join(WATER)
    ledger.now = at("06-09 12:00")
    ledger.say(liaison, 7, 100, "完成")
    with ledger.act(liaison) as act:
        reports.declare_finished(act, 7, "")
    this_week = figures(ledger, at("06-10 17:00"))
    assert this_week["changes"]["finished"] == 1
    assert this_week["changes"]["in_progress"] == -1
    assert figures(ledger, at("06-17 17:00"))["changes"]["finished"] == 0
    last_week = figures(ledger, at("06-03 17:00"))
    for name, change in this_week["changes"].items():
        assert this_week["totals"][name] - last_week["totals"][name] == change


def test_a_shared_task_counts_once_in_the_city_and_once_for_each_unit(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, PLAN, at("06-13 12:00"))
    found = figures(ledger, ledger.now)
    assert found["totals"]["tasks"] == 4
    assert {line["unit"]: line["tasks"] for line in found["units"]} == {WATER: 3, DISTRICT: 2}


def test_a_late_report_is_in_the_next_bulletin_and_clears_the_unit_there(tmp_path: Path) -> None:
    """补报: the issued one keeps 未报送, and so does its correction; the next one does not."""
    ledger = Ledger(tmp_path, a_plan((23, "管网", DISTRICT, "", "2022年12月31日前")), at("06-06 12:00"))
    office, liaison = ledger.join("市整改办", "office"), ledger.join(DISTRICT)
    ledger.travel(at("06-13 10:00"))
    ledger.say(liaison, 23, 60, "补报上周进展")
    ledger.travel(at("06-13 11:00"))
    with ledger.act(office) as act:
        bulletin.correct(act, "补报")
    ledger.travel(at("06-20 10:00"))
    issued = [(row.facts["issue"], row.facts["correction"]) for row in ledger.told(office, "bulletin")]
    assert issued == [(23, 0), (23, 1), (24, 0)]
    silent = [bool(row.facts["unreported_units"]) for row in ledger.told(office, "bulletin")]
    assert silent == [True, True, False]


def test_an_issued_bulletin_is_what_the_command_line_prints_for_its_moment(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, PLAN, at("06-10 12:00"))
    office, liaison = ledger.join("市整改办", "office"), ledger.join(WATER)
    ledger.say(liaison, 7, 80, "清淤")
    ledger.travel(at("06-13 09:30"))
    ledger.say(liaison, 7, 90, "清淤近尾声")
    (issued,) = ledger.told(office, "bulletin")
    found = printed(tmp_path, issued.facts["as_of"])
    assert {name: issued.facts[name] for name in found} == json.loads(json.dumps(found))
    assert found["overdue"] == []  # due on the 10th, and the cut-off was on that day


# The past never changes.

START = at("06-06 09:00")
STEP = st.tuples(
    st.integers(1, 60 * 24 * 3),
    st.sampled_from(["report", "report", "report", "same", "finish", "undo", "edit", "difficulty", "sheet"]),
    st.sampled_from([(WATER, 7), (WATER, 12), (DISTRICT, 12), (DISTRICT, 23), (WATER, 31)]),
    st.sampled_from([0, 30, 60, 100]),
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, min_size=3, max_size=12), st.lists(st.integers(0, 11), min_size=1, max_size=4))
def test_a_digest_of_the_past_never_changes_whatever_is_said_later(
    steps: list[tuple[int, str, tuple[str, int], int]], looks: list[int]
) -> None:
    """What was printed a minute after any step is printed again, figure by figure, at the end of the story."""
    with tempfile.TemporaryDirectory(prefix="duban-past-") as folder:
        ledger = Ledger(Path(folder), PLAN, START)
        ledger.office = ledger.join("市整改办", "office")
        people = {unit: ledger.join(unit) for unit in (WATER, DISTRICT)}
        seen: dict[datetime, Any] = {}
        for n, (minutes, what, (unit, number), percent) in enumerate(steps):
            ledger.now += timedelta(minutes=minutes)
            _do(ledger, people[unit], what, number, percent)
            if n in looks:
                moment = ledger.now + timedelta(seconds=30)
                seen[moment] = _all_facts(ledger, moment)
            ledger.now += timedelta(minutes=1)
        for moment, before in seen.items():
            assert _all_facts(ledger, moment) == before
        ledger.house.store.close()


def _do(ledger: Ledger, person: Any, what: str, number: int, percent: int) -> None:
    """One step; what is refused leaves everything as it was."""
    source = f"1:{ledger.now.timestamp()}:0"
    try:
        with ledger.act(ledger.office if what == "sheet" else person) as act:
            if what == "report":
                reports.report_progress(act, Claim(number, 2 if number == 12 else 1, percent, "进展"), source)
            elif what == "same":
                reports.report_progress(act, Claim(number, 1, unchanged=True), source)
            elif what == "finish":
                reports.declare_finished(act, number, "")
            elif what == "undo":
                reports.undo(act)
            elif what == "edit":
                last = next((row for row in reversed(ledger.rows(Report)) if row.member_id == person.id), None)
                if last is not None:
                    reports.correct_report(act, Claim(_number(ledger, last), None, percent, "更正"), last.source)
            elif what == "difficulty":
                remarks.remark(act, number, "difficulty", "资金")
            else:
                sheet_office.issue_by_hand(act, number, None, "yellow", "请说明")
    except Refusal:
        pass


def _number(ledger: Ledger, row: Report) -> int:
    return next(n for n, *_ in ROWS if ledger.task_id(n) == row.task_id)


def _all_facts(ledger: Ledger, moment: datetime) -> dict[str, Any]:
    with ledger.house.looking() as act:
        scopes = ("all", f"unit:{WATER}", f"unit:{DISTRICT}")
        found = {scope: bulletin_facts(act, digest_at(act, moment, scope), scope) for scope in scopes}
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain
