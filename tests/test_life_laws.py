"""Laws of a task's life: whatever people call in whatever order, these hold (docs/process.md)."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plan_drafts import CALENDAR, REGISTRY
from sqlmodel import SQLModel, col, select

import bot.domain.urging  # noqa: F401
from bot.domain.close_out import itemise
from bot.domain.ledger import Event, Evidence, Move, Report, State
from bot.domain.life import LIFE
from bot.domain.notice import notice_days
from bot.domain.people import Member
from bot.domain.periods import Office
from bot.domain.policy import NoticePolicy, Policy, read_policy
from bot.domain.process import CloseOut, Extension, LookBack, Objection, PublicNotice, Signature, Verification
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.domain.signals import Told, signals
from bot.domain.signing import signatories
from bot.domain.slices import MeasureSlice, TaskSlice
from bot.domain.standing import standing
from bot.store.engine import Store
from bot.store.ledger import load_task
from bot.store.people import ensure_unit
from bot.usecases import (
    auditing,
    close_out,
    extension,
    import_plan,
    look_back,
    notice,
    plan_draft,
    report,
    waiting,
    waiting_rounds,
)
from bot.usecases.act import Act
from bot.usecases.evidence import Attachment, attach

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2022, 6, 13, 10, tzinfo=SHANGHAI)
OFFICE = Office(SHANGHAI, CALENDAR, Policy(notice=NoticePolicy(days=3)))
PLAN = """整改方案（测试）
印发日期：2021年5月20日
序号,简称,反馈问题,整改目标,整改措施,牵头单位,责任单位,配合单位,督导单位,验收单位,整改时限
5,龙河治理,龙河水质差,水质达标,（1）清淤；（2）护岸,市水务局,武清区,,,市生态环境局,2022年8月30日前
"""
CAST = [
    *((unit, role) for unit in ("市水务局", "武清区") for role in ("liaison", "head")),
    ("市生态环境局", "verifier"),
    *(("市整改办", "office"),) * 2,
    ("市领导", "leader"),
    ("市财政局", "liaison"),
]
WATER, WATER_HEAD, DISTRICT, DISTRICT_HEAD, VERIFIER, CLERK, SECOND_CLERK, LEADER, STRANGER = range(len(CAST))


@cache
def template() -> Path:
    """A database with the plan and its people, copied for every example."""
    folder = Path(tempfile.mkdtemp(prefix="duban-laws-"))
    store = Store(f"sqlite:///{folder / 'duban.db'}")
    settle(store)
    store.close()
    return folder / "duban.db"


def settle(store: Store) -> None:
    """The plan and its people are on the ledger."""
    SQLModel.metadata.create_all(store.engine)
    draft = plan_draft.read_draft(OFFICE, REGISTRY, PLAN.encode(), "plan.csv", None, None)
    with store.writing() as session:
        import_plan.import_file(Act(session, OFFICE, START), draft, REGISTRY, confirmed=True)
        for n, (unit, role) in enumerate(CAST, 1):
            unit_id = ensure_unit(session, unit).id
            session.add(Member(user_id=n, name=f"{unit}{role}", unit_id=unit_id, role=role, joined_at=START))


SIGNING = (DISTRICT_HEAD, WATER_HEAD, CLERK, LEADER)
people = st.integers(0, len(CAST) - 1)
words = st.sampled_from(["", "已核实", "5.1 照片不清；5.2 缺验收单"])


class Life(RuleBasedStateMachine):
    """Anybody may call anything at any time; `go_on` takes the step that is due, so that whole lives are seen."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="duban-law-")
        file = Path(self.folder.name) / "duban.db"
        shutil.copy(template(), file)
        self.take(Store(f"sqlite:///{file}"))

    def take(self, store: Store) -> None:
        self.store = store
        self.now, self.files = START, 0
        self.frozen: dict[datetime, Any] = {}
        self.struck: dict[int, Any] = {}
        with self.store.reading() as session:
            self.members = list(session.exec(select(Member).order_by(col(Member.id))))
            self.first_moves = len(session.exec(select(Move.id)).all())

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.store.close()
            self.folder.cleanup()

    def do(self, who: int, call: Callable[[Act], Any]) -> Any:
        """One person's call in its own transaction; a refusal leaves the ledger as it was."""
        self.now += timedelta(minutes=1)
        try:
            with self.store.writing() as session:
                return call(Act(session, OFFICE, self.now, self.members[who], cause="law"))
        except Refusal:
            return None

    def state(self) -> str:
        with self.store.reading() as session:
            return str(load_task(session, 5).state)

    @rule(who=people, ordinal=st.integers(1, 2), percent=st.sampled_from([0, 40, 100]))
    def report(self, who: int, ordinal: int, percent: int) -> None:
        source = f"1:{int(self.now.timestamp())}:0"
        self.do(who, lambda act: report.report_progress(act, Claim(5, ordinal, percent, "进展"), source))

    @rule(who=people)
    def finish(self, who: int) -> None:
        self.do(who, lambda act: report.declare_finished(act, 5, ""))

    @rule(who=people)
    def undo(self, who: int) -> None:
        self.do(who, report.undo)

    @rule(who=people)
    def attach(self, who: int) -> None:
        self.files += 1
        file = Attachment("photo", f"f{self.files}", f"u{self.files}")
        self.do(who, lambda act: attach(act, 5, [file], source=f"2:{self.files}:0"))

    @rule(who=people)
    def apply_for(self, who: int) -> None:
        self.do(who, lambda act: close_out.apply_for(act, 5, ""))

    @rule(who=people, text=words)
    def approve(self, who: int, text: str) -> None:
        self.do(who, lambda act: waiting.approve(act, waiting.on_task(act, 5), text))

    @rule(who=people, text=words)
    def send_back(self, who: int, text: str) -> None:
        self.do(who, lambda act: waiting.send_back(act, waiting.on_task(act, 5), text))

    @rule(who=people)
    def check_on_the_spot(self, who: int) -> None:
        self.do(who, lambda act: close_out.spot(act, 5, "2022-06-13", "张某", "河道已清淤"))

    @rule(who=people)
    def object_to(self, who: int) -> None:
        self.do(who, lambda act: notice.objection(act, 5, "仍有异味"))

    @rule(who=people)
    def reopen(self, who: int) -> None:
        self.do(
            who, lambda act: look_back.reopen_task(act, 5, "返黑", "举报第5号", load_task(act.session, 5).cycle + 1)
        )

    @rule(who=people, days=st.sampled_from([-3, 20, 60]))
    def extend(self, who: int, days: int) -> None:
        day = self.now.date() + timedelta(days=days)
        self.do(who, lambda act: extension.ask_extension(act, 5, 1, day, "汛期", [], "3:1:0"))

    @rule(days=st.sampled_from([1, 4, 40]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.store.writing() as session:
            waiting_rounds.remind_waiting(Act(session, OFFICE, self.now))

    @rule(steps=st.integers(1, 9))
    def go_on(self, steps: int) -> None:
        """The step that is due, by whose step it is."""
        for _ in range(steps):
            self._next_step()

    @rule(count=st.integers(0, 4))
    def sign_some(self, count: int) -> None:
        """Brought to its notice's end, and signed by the first few: where evidence and orders are tried."""
        for _ in range(12):
            if self.state() in (State.NOTICED, State.COUNTERSIGNING):
                break
            self._next_step(SIGNING)
        self.wait(4)
        for who in SIGNING[:count]:
            self.do(who, lambda act: self._approve_or_overrule(act))

    def _next_step(self, besides: tuple[int, ...] = ()) -> None:
        state = self.state()
        if state in (State.HANDED_OVER, State.RECEIVED, State.IN_PROGRESS, State.RETURNED):
            for ordinal in (1, 2):
                self.report(DISTRICT, ordinal, 100)
            self.attach(DISTRICT)
            self.finish(WATER)
        elif state == State.FINISHED:
            self.attach(DISTRICT)
            self.apply_for(WATER)
        elif state in (State.NOTICED, State.STRUCK_OFF):
            self.wait(40 if state == State.STRUCK_OFF else 4)
        elif state == State.KEPT_UP:
            self.reopen(CLERK)
        for who in (WATER_HEAD, DISTRICT_HEAD, VERIFIER, CLERK, LEADER):
            if who in besides and self.state() in (State.NOTICED, State.COUNTERSIGNING):
                continue
            # Not answering objections here: an upheld one sends the case back, and lives would not end.
            self.do(who, lambda act: self._approve_or_overrule(act))

    @staticmethod
    def _approve_or_overrule(act: Act) -> None:
        found = waiting.on_task(act, 5)
        if found.kind == "objection":
            waiting.send_back(act, found, "经复核不成立")
        else:
            waiting.approve(act, found, "津整改办〔2022〕15号")

    @invariant()
    def nobody_decides_his_own_request(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            asked = {row.id: row.member_id for row in session.exec(select(CloseOut))}
            assert all(row.member_id != asked[row.close_out_id] for row in session.exec(select(Verification)))
            agreed = [event for event in session.exec(select(Event)) if event.kind == "close_out_agreed"]
            assert not [event for event in agreed if event.actor == f"member:{asked[_id(event)]}"]
            for row in session.exec(select(Extension)):
                assert row.member_id not in (row.decided_by, row.leader_by)
                # A head who asks has agreed; anybody else's request is another's to agree to.
                assert row.member_id != row.agreed_by or CAST[row.member_id - 1][1] == "head"

    @invariant()
    def nothing_is_struck_off_before_notice_and_signatures(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            task = load_task(session, 5)
            asked = {(each.step, each.name) for each in signatories(task, OFFICE.policy.sign_off)}
            for row in session.exec(select(CloseOut).where(CloseOut.state == "struck_off")):
                assert row.evidence
                published = session.exec(
                    select(PublicNotice)
                    .where(PublicNotice.close_out_id == row.id)
                    .order_by(col(PublicNotice.id).desc())
                ).first()
                assert published is not None
                assert row.ended_at is not None
                given = select(Signature).where(Signature.close_out_id == row.id, col(Signature.void_at).is_(None))
                signed = session.exec(given).all()
                assert {(each.step, each.name) for each in signed} == asked
                assert all(each.at >= OFFICE.end_of(published.last_day) for each in signed)
                objections = session.exec(select(Objection).where(Objection.notice_id == published.id)).all()
                assert all(each.answered_at and each.answered_at <= row.ended_at for each in objections)

    @invariant()
    def signatures_stand_in_order_and_on_what_was_there(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            for case in session.exec(select(CloseOut)):
                rows = select(Signature).where(Signature.close_out_id == case.id, col(Signature.void_at).is_(None))
                signed = session.exec(rows.order_by(col(Signature.id))).all()
                assert [row.step for row in signed] == sorted(row.step for row in signed)
                changed = [
                    event.at
                    for event in session.exec(select(Event).where(Event.kind == "close_out_evidence"))
                    if _id(event) == case.id
                ]
                assert all(row.at > at for row in signed for at in changed)

    @invariant()
    def a_frozen_cycle_never_changes(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            for at, before in self.frozen.items():
                assert _figures(load_task(session, 5, as_of=at)) == before
            task = load_task(session, 5)
            if task.struck_off:
                self.frozen.setdefault(self.now, _figures(load_task(session, 5, as_of=self.now)))
                # Nor does it while it is the last one: whatever anybody reports, says or sends.
                assert self.struck.setdefault(task.cycle, _figures(task)[1:]) == _figures(task)[1:]
            ended = {row.cycle: row.ended_at for row in session.exec(select(CloseOut)) if row.state == "struck_off"}
            for row in session.exec(select(Evidence).where(col(Evidence.cycle).in_(ended))):
                late = row.at > ended[row.cycle]
                assert not late or CAST[(row.member_id or 0) - 1][1] in ("verifier", "office")

    @invariant()
    def every_change_has_its_event_and_the_chain_holds(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.reading() as session:
            kinds = [event.kind for event in session.exec(select(Event))]
            moves = len(session.exec(select(Move.id)).all()) - self.first_moves
            assert moves == kinds.count("state") + kinds.count("reopened")
            for table, names in (
                (Report, ("report",)),
                (Evidence, ("evidence",)),
                (CloseOut, ("close_out_asked",)),
                (Verification, ("close_out_accepted", "close_out_returned", "spot_check")),
                (PublicNotice, ("notice_published",)),
                (Objection, ("objection",)),
                (Signature, ("signed",)),
            ):
                rows = len(session.exec(select(table.id)).all())  # type: ignore[attr-defined]
                assert rows == sum(kinds.count(name) for name in names), names
            void = session.exec(select(Signature.id).where(col(Signature.void_at).is_not(None))).all()
            assert len(void) == kinds.count("signature_void")
            checked = session.exec(select(LookBack.id).where(col(LookBack.passed).is_not(None))).all()
            assert len(checked) == kinds.count("look_back")
            answered = session.exec(select(Objection.id).where(col(Objection.answered_at).is_not(None))).all()
            assert len(answered) == kinds.count("objection_answered")
            assert auditing.verify_chain(Act(session, OFFICE, self.now))[0] == len(kinds)


def _id(event: Event) -> int:
    return int(json.loads(event.after)["close_out"])


def _figures(task: TaskSlice) -> Any:
    """What a bulletin reads of a task."""
    stages = [(s.due, s.internal_due, s.original_due) for m in task.measures for s in m.stages]
    said = [(m.ordinal, unit, s.percent, s.text) for m in task.measures for unit, s in m.said.items()]
    return task.state, task.cycle, task.progress, task.finished_at, stages, said


Life.TestCase.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_life_is_walked_to_its_end_and_again(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """`go_on` reaches every state, so the laws above are tried on whole lives."""
    url = f"sqlite:///{tmp_path}/duban.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    store = Store(url)
    settle(store)
    life = Life()
    life.take(store)
    life.go_on(16)
    for law in (
        life.nobody_decides_his_own_request,
        life.nothing_is_struck_off_before_notice_and_signatures,
        life.every_change_has_its_event_and_the_chain_holds,
    ):
        law()
    with store.reading() as session:
        seen = {row.state for row in session.exec(select(Move))}
        assert load_task(session, 5).cycle >= 2
    store.close()
    assert seen >= {step.to for step in LIFE if step.name not in ("return", "receive")}


@pytest.mark.parametrize("page", ["process.md", "process.zh.md"])
def test_the_pages_of_the_process_show_the_table_of_the_code(page: str) -> None:
    text = (Path(__file__).parent.parent / "docs" / page).read_text(encoding="utf-8")
    table = text.partition("## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| ")]
    assert [row[:3] for row in rows[1:]] == [[step.name, ", ".join(step.since), str(step.to)] for step in LIFE]
    if page == "process.md":
        assert [row[3:] for row in rows[1:]] == [[str(step.who), step.guard] for step in LIFE]
    arrows = set(re.findall(r"^ *(\w+) --> (\w+)", text, re.MULTILINE))
    steps = {(str(since), str(step.to)) for step in LIFE for since in step.since if since != step.to}
    # What may be left out on the way (a receipt, the first report) is in the table only.
    assert arrows <= steps
    assert {to for _, to in arrows} == {to for _, to in steps}


# Rules by themselves.


def test_a_notice_counts_working_days_with_make_up_days() -> None:
    ten = Office(SHANGHAI, CALENDAR, Policy(notice=NoticePolicy(days=10)))
    # 1-7 October 2022 are off, Saturday 8 and Sunday 9 are worked.
    assert notice_days(date(2022, 9, 26), ten) == (date(2022, 9, 27), date(2022, 10, 13))
    seven = Office(SHANGHAI, CALENDAR, Policy(notice=NoticePolicy(days=7, working_days=False)))
    assert notice_days(date(2022, 9, 26), seven) == (date(2022, 9, 27), date(2022, 10, 3))


def a_task(units: dict[str, list[int]], measures: int = 2) -> TaskSlice:
    rows = [MeasureSlice(n, n, f"措施{n}", "", "date", False) for n in range(1, measures + 1)]
    day = date(2021, 5, 20)
    facts = (5, 5, 1, "方案", day, "", "龙河", "", "", "", "weekly", 1, State.NOTICED, 1, START)
    task = TaskSlice(*facts)
    task.units, task.measures = units, rows
    return task


@pytest.mark.parametrize(
    ("units", "asked"),
    [
        ({"lead": [1], "responsible": [2]}, [("unit", 2), ("lead", 1), ("office", None), ("leader", None)]),
        ({"lead": [1]}, [("unit", 1), ("office", None), ("leader", None)]),
        ({"responsible": [2, 3]}, [("unit", 2), ("unit", 3), ("office", None), ("leader", None)]),
        ({"lead": [2], "responsible": [2, 3]}, [("unit", 2), ("unit", 3), ("office", None), ("leader", None)]),
    ],
)
def test_who_would_sign_twice_signs_once(units: dict[str, list[int]], asked: list[tuple[str, int | None]]) -> None:
    found = signatories(a_task(units), ("unit", "lead", "office", "leader"))
    assert [(each.name, each.unit_id) for each in found] == asked


def test_reasons_are_read_measure_by_measure() -> None:
    task = a_task({"lead": [1]})
    assert itemise(task, "5.2 照片不清；5.1：缺验收单\n5.2 无日期") == [
        {"measure": "5.2", "text": "照片不清"},
        {"measure": "5.1", "text": "缺验收单"},
        {"measure": "5.2", "text": "无日期"},
    ]
    assert itemise(task, "联单只到4月，请补5月记录") == [{"measure": "", "text": "联单只到4月，请补5月记录"}]
    assert itemise(task, "总体可以；5.1 缺 12.3 万方的称重单") == [
        {"measure": "", "text": "总体可以"},
        {"measure": "5.1", "text": "缺 12.3 万方的称重单"},
    ]
    with pytest.raises(Refusal, match="no_such_measure"):
        itemise(task, "5.3 缺验收单")


def test_what_is_due_after_a_relapse_runs_from_the_reopening() -> None:
    life = Life()
    life.begin()
    while life.state() != State.STRUCK_OFF:
        life.go_on(1)
    life.reopen(CLERK)
    with life.store.reading() as session:
        task = load_task(session, 5)
        assert (task.cycle, task.state, task.progress) == (2, State.HANDED_OVER, 0)
        found = standing(task, life.now, OFFICE)
        assert (found.expected, found.has("behind")) == (0, False)
        assert standing(task, life.now + timedelta(days=15), OFFICE).expected == 50
        assert task.due == life.now.date() + timedelta(days=30)
    life.teardown()


def told(day: str, percent: int | None, text: str = "", due: str = "2022-06-30") -> Told:
    at = datetime.fromisoformat(f"2022-{day}T10:00").replace(tzinfo=SHANGHAI)
    return Told("5.1", 2, at, percent, text, False, date.fromisoformat(due))


@pytest.mark.parametrize(
    ("reports", "kinds"),
    [
        ([told("06-13", 40), told("06-20", 100)], []),
        ([told("06-13", 100)], ["jump"]),
        ([told("06-13", 0), told("06-20", 100)], ["jump"]),
        ([told("06-13", 40, "清淤过半"), told("06-20", 60, "清淤过半")], ["copied"]),
        ([told(day, 40) for day in ("05-30", "06-07", "06-13", "06-20")], ["frozen"]),
        ([told(day, 40) for day in ("06-13", "06-14", "06-15", "06-16")], []),
        ([told("06-30", 40), told("06-30", 100)], ["deadline_day"]),
    ],
)
def test_signals_say_what_deserves_a_look(reports: list[Told], kinds: list[str]) -> None:
    assert [found.kind for found in signals(reports, [], OFFICE)] == kinds


def test_the_policy_names_signers_once_and_in_order() -> None:
    assert read_policy({"sign_off": ["unit", "leader"]}).sign_off == ("unit", "leader")
    for wrong in ([], ["unit", "unit"], ["mayor"], "unit"):
        with pytest.raises(Refusal, match="bad_policy"):
            read_policy({"sign_off": wrong})
