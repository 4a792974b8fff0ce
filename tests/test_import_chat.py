"""Importing by conversation, as the office's clerks do it: shown first, asked one thing at a time, written once."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import messy_plan as messy
import pytest
from town import Town, _migrated, a_town

from bot.domain.importing import ImportDraft
from bot.domain.ledger import Event, Measure, Milestone, Plan, Question, Task, Unit
from bot.domain.post import Inbox, Moment
from bot.domain.process import Correction
from bot.sandbox.client import Person
from bot.sandbox.running import serve
from bot.sandbox.said import Said
from bot.store.ledger import load_tasks
from bot.store.people import member_by_user
from bot.usecases import import_draft
from bot.usecases.import_work import ImportWork

DEMO = next((Path(__file__).parent.parent / "config/demo").glob("*.xlsx"))
HEADER = ["序号", "问题", "整改措施", "牵头单位", "责任单位", "整改时限", "进展情况"]
ISSUED = ["2021年5月20日印发"]
RIVER = ["1", "河道淤积，水质长期不达标。", "清淤", "市水务局", "静海区", "2022年底前", ""]
MESSY = [
    ["1", "河道淤积，水质长期不达标。", "清淤", "市水务局", "各有关区配合、静海区", "2024年8月前", ""],
    ["2", "扬尘管控不严。", "（1）甲；（2）乙", "某某指挥部", "", "措施（1）2024年8月前，措施（2）2025年6月前", ""],
    ["3", "噪声扰民。", "治理", "", "", "尽快", "已完成"],
    ["4", "污水直排。", "截污", "某某指挥部", "西青区", "2022年底前", ""],
]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_town(plan="") as found:
        yield found


@pytest.fixture(scope="module")
def office(town: Town) -> tuple[Person, Person]:
    return town.office(), town.office()


@pytest.fixture
def clerk(town: Town, office: tuple[Person, Person]) -> Iterator[Person]:
    """Somebody of the office whose import, if one is left, ends with the test."""
    yield office[0]
    office[0].send("取消")
    town.settle()


@pytest.fixture
def other(town: Town, office: tuple[Person, Person]) -> Iterator[Person]:
    """A second clerk."""
    yield office[1]
    office[1].send("取消")
    town.settle()


def book(title: str, *rows: Sequence[str], issued: Sequence[str] = ISSUED) -> bytes:
    return messy.workbook([[title], issued, HEADER, *rows])


def latest(town: Town, person: Person) -> Said:
    """The last message in the chat once all is done, news of other imports left out."""
    town.settle()
    return [said for said in person.chat(limit=20) if "原文照录" not in said.text][-1]


def count(person: Person) -> int:
    return sum("原文照录" not in said.text for said in person.chat(limit=10_000))


def send(town: Town, person: Person, data: bytes, name: str = "方案.xlsx", **more: Any) -> Said:
    person.document(data, name=name, **more)
    return latest(town, person)


def press(town: Town, person: Person, message: Said, label: str) -> Said:
    answer = person.press(message, label)
    assert not answer.show_alert, answer.text
    return latest(town, person)


def alert(person: Person, message: Said, label: str = "", *, data: str = "") -> str:
    answer = person.press(message, label, data=data)
    assert answer.show_alert
    return str(answer.text)


def write(town: Town, person: Person, text: str) -> Said:
    person.send(text)
    return latest(town, person)


def tasks_of(town: Town, title: str) -> list[Task]:
    plans = {plan.id: plan.title for plan in town.rows(Plan)}
    return [task for task in town.rows(Task) if plans[task.plan_id] == title]


def dues(town: Town, task: Task) -> list[str]:
    return [row.due.isoformat() for row in town.rows(Milestone) if row.task_id == task.id]


def units(town: Town, task: Task) -> dict[str, list[str]]:
    names = {unit.id: unit.name for unit in town.rows(Unit)}
    with town.house.store.reading() as session:
        found = load_tasks(session, number=task.number)[0]
    return {str(part): [names[unit] for unit in ids] for part, ids in found.units.items()}


# What is shown, and confirmed


def test_the_demonstration_plan_is_shown_and_confirmed_in_one_message(town: Town, clerk: Person) -> None:
    before = count(clerk)
    shown = send(town, clerk, DEMO.read_bytes(), DEMO.name)
    text = shown.text
    assert "天津市" in text
    assert "抽看 3 项" in text
    assert "要问 1 处" in text
    question = press(town, clerk, shown, "逐项确认 1 处")
    assert question.text.startswith("第 1/1 问")
    ready = press(town, clerk, question, "本处留待确认")
    label = next(label for label in ready.labels if label.startswith("确认导入"))
    done = press(town, clerk, ready, label)
    assert done.text.startswith("已导入")
    # Its file, the message about it, and the question that became the answer.
    assert count(clerk) == before + 3
    tasks = town.rows(Task)
    assert f"确认导入 {len(tasks)} 项" == label
    assert [row.kind for row in town.rows(Event) if row.kind == "import"] == ["import"] * len(tasks)
    assert all(row.actor.startswith("member:") for row in town.rows(Event) if row.kind == "import")


def test_a_plan_without_questions_takes_one_button(town: Town, clerk: Person) -> None:
    shown = send(town, clerk, book("一键方案", RIVER))
    assert "没有要问的" in shown.text
    assert "任务 1　措施 1　节点 1　单位 2" in shown.text
    assert "清淤　2022年底前 → 2022年12月31日" in shown.text
    done = press(town, clerk, shown, "确认导入 1 项")
    assert "新增任务 1" in done.text
    assert dues(town, tasks_of(town, "一键方案")[0]) == ["2022-12-31"]


@pytest.mark.parametrize("kind", ["docx", "xls"])
def test_other_files_are_read_too(town: Town, clerk: Person, kind: str) -> None:
    files = {
        "docx": messy.as_docx(),
        "xls": messy.as_xls([["旧表方案"], ISSUED, HEADER, RIVER]),
    }
    assert send(town, clerk, files[kind], f"方案.{kind}").text.startswith("读到　方案")


# What is asked


def test_questions_are_asked_one_at_a_time_and_answered(town: Town, clerk: Person) -> None:
    shown = send(town, clerk, book("提问方案", *MESSY))
    said = press(town, clerk, shown, "逐项确认 7 处")
    assert "“各有关区”是指哪些单位？（配合）" in said.text
    for label in ("静海区", "北辰区", "武清区", "● 静海区", "选定 2 个"):
        said = press(town, clerk, said, label)
    assert said.labels[:2] == ["2024年7月31日", "2024年8月31日"]
    said = press(town, clerk, said, "2024年8月31日")
    assert "单位名录中没有“某某指挥部”" in said.text
    assert "同样的共 2 处，一并照此读（2、4）" in said.text
    said = press(town, clerk, said, "按新单位登记")
    said = press(town, clerk, said, "上一问")
    said = press(town, clerk, said, "按新单位登记")
    said = press(town, clerk, said, "2024年7月31日")
    said = clerk_replies(town, clerk, press(town, clerk, said, "另外填写"), "2025年6月底前")
    assert "没有写牵头或责任单位" in said.text
    said = write(town, clerk, "蓟州区政府")
    assert "时限“尽快”" in said.text
    said = press(town, clerk, said, "本处留待确认")
    assert "各有关区 → 北辰区、武清区" in said.text
    assert "留待确认 1 处" in said.text
    done = press(town, clerk, said, "确认导入 4 项")
    assert done.labels[0].startswith("逐条确认")
    river, dust, noise, sewer = tasks_of(town, "提问方案")
    assert units(town, river) == {"lead": ["市水务局"], "responsible": ["静海区"], "cooperating": ["北辰区", "武清区"]}
    assert (dues(town, river), dues(town, dust)) == (["2024-08-31"], ["2024-07-31", "2025-06-30"])
    assert (units(town, noise), dues(town, noise)) == ({"responsible": ["蓟州区"]}, [])
    assert units(town, sewer)["lead"] == ["某某指挥部"]
    assert river.deadline_phrase == "2024年8月前"
    mine = [row for row in town.rows(Question) if row.task_id in {river.id, dust.id, noise.id}]
    assert [(row.phrase, row.answer) for row in mine if row.answered_at is None] == [("尽快", None), ("已完成", None)]
    assert {row.answer for row in mine if row.answered_by} >= {"2024-08-31", "北辰区、武清区", "蓟州区", "某某指挥部"}


def clerk_replies(town: Town, clerk: Person, asked: Said, text: str) -> Said:
    clerk.reply(asked, text)
    return latest(town, clerk)


def test_an_answer_that_is_none_is_told_why(town: Town, clerk: Person) -> None:
    asked = press(town, clerk, send(town, clerk, book("答非所问", MESSY[2])), "逐项确认 2 处")
    assert "不在" in clerk_replies(town, clerk, asked, "水务").text or "名录中没有" in latest(town, clerk).text
    said = clerk_replies(town, clerk, asked, "市水务局")
    assert "“尽快”" in said.text
    assert "还不是确切的时限" in clerk_replies(town, clerk, said, "抓紧").text
    # Words that are no reply and no answer are taken for what they always were.
    assert "第 2/2 问" not in write(town, clerk, "你好").text


def test_a_plan_without_its_day_of_issue_is_asked_for_it(town: Town, clerk: Person) -> None:
    said = send(town, clerk, book("无日期方案", RIVER, issued=["市整改办"]))
    assert said.text.startswith("缺印发日期")
    assert "读不出印发日期" in clerk_replies(town, clerk, said, "明年").text
    said = clerk_replies(town, clerk, said, "2021年5月20日")
    assert "2021年5月20日印发" in said.text
    assert "已导入" in press(town, clerk, said, "确认导入 1 项").text


# Interrupted, restarted, twice, two


def test_answers_are_kept_when_interrupted_and_the_work_goes_on_after_a_restart() -> None:
    with tempfile.TemporaryDirectory(prefix="duban-town-") as folder, serve() as sandbox:
        shutil.copy(_migrated(), Path(folder) / "duban.db")
        url = f"sqlite:///{folder}/duban.db"
        first = Town(sandbox, Path(folder), plan="", database_url=url)
        clerk, second, third = first.office(), first.office(), first.office()
        said = press(first, clerk, send(first, clerk, book("重启方案", *MESSY)), "逐项确认 7 处")
        press(first, clerk, said, "不另指单位")
        first.close()
        # Two more were handed in, and the machine stopped before one was read, and when the other was just written.
        hand_in(first, second, "停电方案")
        written = hand_in(first, third, "写完方案")
        work = ImportWork(first.house.store, first.house.office, first.house.registry, first.clock)
        work.read(written, b"", lambda stage, done, of: None)
        with first.house.acting(first.clock()) as act:
            import_draft.confirm(act, draft_of(first, written))
        work.write(draft_of(first, written))
        assert (len(tasks_of(first, "写完方案")), first.rows(Moment)) == (1, [])
        again = Town(sandbox, Path(folder), plan="", database_url=url)
        try:
            assert "停电方案" in latest(again, second).text
            assert "已导入　写完方案" in latest(again, third).text
            assert len(tasks_of(again, "写完方案")) == 1
            assert again.rows(Moment)
            said = write(again, clerk, "/import")
            assert said.text.startswith("第 2/7 问")
            ready = press(again, clerk, said, "其余 6 处留待确认")
            press(again, clerk, ready, "确认导入 4 项")
            assert len(tasks_of(again, "重启方案")) == 4
            assert "cooperating" not in units(again, tasks_of(again, "重启方案")[0])
        finally:
            again.close()


def draft_of(town: Town, draft: ImportDraft) -> ImportDraft:
    return next(row for row in town.rows(ImportDraft) if row.id == draft.id)


def hand_in(town: Town, person: Person, title: str) -> ImportDraft:
    """The draft stands in the database; nobody has begun to read it."""
    rows = "\n".join(",".join(row) for row in (HEADER, RIVER))
    with town.house.acting(town.clock()) as act:
        act.member = member_by_user(act.session, person.id)
        text = f"{title}\n2021年5月20日印发\n{rows}"
        return import_draft.begin(act, person.id, title, {"text": text}, "")


def test_confirmed_twice_is_once_and_an_old_button_says_so(town: Town, clerk: Person) -> None:
    shown = send(town, clerk, book("两次方案", RIVER, ["2", "扬尘。", "治理", "市水务局", "", "尽快", ""]))
    ready = press(town, clerk, press(town, clerk, shown, "逐项确认 1 处"), "本处留待确认")
    assert "这一步已经办过" in alert(clerk, shown, "留待确认")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: clerk.press(ready, "确认导入 2 项"), range(2)))
    assert sorted(answer.show_alert for answer in answers) == [False, True]
    town.settle()
    assert "已经导入，不会再写一次" in alert(clerk, shown, "留待确认")
    assert len(tasks_of(town, "两次方案")) == 2


def test_a_second_clerk_with_the_same_file_is_told_and_may_go_on(town: Town, clerk: Person, other: Person) -> None:
    file = book("同一文件", *MESSY)
    asked = press(town, clerk, send(town, clerk, file), "逐项确认 7 处")
    asked = press(town, clerk, asked, "全部 16 个")
    told = send(town, other, file, "副本.xlsx")
    assert told.text.startswith("这份文件已在导入")
    assert "已答 1/7" in told.text
    going_on = press(town, other, told, "接着办")
    assert going_on.text.startswith("第 2/7 问")
    assert "您的答复都在" in latest(town, clerk).text
    assert "现由" in alert(clerk, asked, "本处留待确认")
    ready = press(town, other, going_on, "其余 6 处留待确认")
    press(town, other, ready, "确认导入 4 项")
    assert len(units(town, tasks_of(town, "同一文件")[0])["cooperating"]) == 16


def test_of_two_clerks_with_one_plan_the_second_is_shown_what_has_changed(
    town: Town, clerk: Person, other: Person
) -> None:
    mine = send(town, clerk, book("抢先方案", RIVER))
    theirs = send(
        town, other, book("抢先方案", RIVER, ["2", "扬尘。", "治理", "市水务局", "", "2022年底前", ""]), "新.xlsx"
    )
    assert "也在导入" in theirs.text
    press(town, clerk, mine, "确认导入 1 项")
    anew = press(town, other, theirs, "确认导入 2 项")
    assert anew.text.startswith("台账已有变化")
    press(town, other, anew, "确认导入 1 项")
    assert [task.source_number for task in tasks_of(town, "抢先方案")] == ["1", "2"]


def test_one_import_at_a_time(town: Town, clerk: Person) -> None:
    send(town, clerk, book("先来方案", *MESSY))
    said = send(town, clerk, book("后到方案", RIVER), "后到.xlsx")
    assert said.text.startswith("还有一件没有办完")
    assert "后到方案" in press(town, clerk, said, "放弃它，读新的").text
    drafts = {row.name: row.state for row in town.rows(ImportDraft) if row.name in ("方案.xlsx", "后到.xlsx")}
    assert drafts["后到.xlsx"] == "asking"


def test_cancel_ends_it_and_nothing_is_written(town: Town, clerk: Person) -> None:
    shown = send(town, clerk, book("放弃方案", *MESSY))
    said = write(town, clerk, "/cancel")
    assert "台账未变" in said.text
    assert "已结束" in alert(clerk, shown, "逐项确认 7 处")
    assert tasks_of(town, "放弃方案") == []
    row = town.rows(ImportDraft)[-1]
    assert (row.state, row.sheets, row.source) == ("cancelled", b"", {})


def test_what_nobody_touches_for_three_days_ends() -> None:
    with a_town(plan="") as town:
        clerk = town.office()
        shown = send(town, clerk, book("过期方案", *MESSY))
        town.go(town.clock() + timedelta(days=2, hours=23))
        asked = press(town, clerk, shown, "逐项确认 7 处")
        press(town, clerk, asked, "本处留待确认")
        town.go(town.clock() + timedelta(days=3, hours=1))
        assert any("3 天没有动" in said.text for said in clerk_chat(town, clerk))
        assert "放得太久" in alert(clerk, shown, "逐项确认 7 处")


def clerk_chat(town: Town, clerk: Person) -> list[Said]:
    town.settle()
    return clerk.chat()


# A plan that is known


def test_a_known_plan_shows_what_differs_and_its_wording_changes_only_with_a_reason(town: Town, clerk: Person) -> None:
    dust = ["2", "扬尘管控不严。", "治理", "市水务局", "", "2022年底前", ""]
    press(town, clerk, send(town, clerk, book("修订方案", RIVER, dust)), "确认导入 2 项")
    numbers = [task.number for task in tasks_of(town, "修订方案")]
    revised = ["1", "河道淤积，水质三年不达标。", "清淤", "市水务局", "静海区", "2023年底前", ""]
    third = ["3", "噪声扰民。", "治理", "市水务局", "", "2022年底前", ""]
    shown = send(town, clerk, book("修订方案", revised, third), "修订.xlsx")
    assert "新增 1，有变动 1，文件中没有 1" in shown.text
    assert "河道淤积：问题、时限" in shown.text
    assert shown.labels[:2] == ["确认导入 1 项", "连同更正原文 1 项"]
    asked = press(town, clerk, shown, "连同更正原文 1 项")
    assert "河道淤积，水质长期不达标。 → 河道淤积，水质三年不达标。" in asked.text
    ready = clerk_replies(town, clerk, asked, "市政府6月10日修订")
    assert "理由：市政府6月10日修订" in ready.text
    done = press(town, clerk, ready, "确认，连同更正 1 项")
    assert "更正 1 处" in done.text
    assert "时限" in done.text
    river = tasks_of(town, "修订方案")[0]
    assert (river.problem, river.deadline_phrase) == (revised[1], "2022年底前")
    assert [row.reason for row in town.rows(Correction) if row.task_id == river.id] == ["市政府6月10日修订"]
    assert [task.number for task in tasks_of(town, "修订方案")][:2] == numbers
    same = send(town, clerk, book("修订方案", revised, third), "修订.xlsx")
    assert same.text.startswith("没有要导入的")


# Pasted words


def test_a_pasted_plan_is_offered_and_read(town: Town, clerk: Person) -> None:
    text = "粘贴一方案\n2021年5月20日印发\n问题：河道淤积\n整改措施：清淤\n责任单位：市水务局\n整改时限：2022年底前"
    offer = write(town, clerk, text)
    assert offer.text.startswith("像是整改方案")
    done = press(town, clerk, press(town, clerk, offer, "按方案读取"), "确认导入 1 项")
    assert "粘贴一方案" in done.text


def test_a_long_text_comes_in_pieces(town: Town, clerk: Person) -> None:
    assert "确认之前不写台账" in write(town, clerk, "导入").text
    write(
        town,
        clerk,
        "粘贴二方案\n2021年5月20日印发\n问题：河道淤积\n整改措施：清淤\n责任单位：市水务局\n整改时限：2022年底前",
    )
    said = write(town, clerk, "任务 二：扬尘不严\n问题：扬尘\n整改措施：治理\n责任单位：静海区\n整改时限：长期坚持")
    assert "已收 2 段" in said.text
    shown = press(town, clerk, said, "读取")
    assert "粘贴二方案" in shown.text
    assert "确认导入 2 项" in shown.labels


def test_a_text_that_telegram_has_cut_waits_for_its_rest(town: Town, clerk: Person) -> None:
    lines = [f"{n}. 问题：第{n}处淤积\n整改措施：清淤\n责任单位：市水务局\n整改时限：2022年底前" for n in range(1, 121)]
    text = "剪开方案\n2021年5月20日印发\n" + "\n".join(lines)
    assert "已收 1 段" in write(town, clerk, text[:4000]).text
    said = write(town, clerk, text[4000:])
    assert "任务 120" in press(town, clerk, said, "读取").text


def test_who_only_asked_how_to_import_goes_on_as_ever(town: Town, clerk: Person) -> None:
    write(town, clerk, "/import")
    assert "已收" not in write(town, clerk, "你好").text


def test_the_command_takes_the_whole_text_whatever_its_lines_begin_with(town: Town, clerk: Person) -> None:
    rows = "\n".join(",".join(row) for row in (HEADER, RIVER))
    said = write(town, clerk, f"/import 任务清单方案\n2021年5月20日印发\n{rows}")
    assert "任务清单方案" in said.text


# What is refused


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (messy.workbook([["秘密★1年"], ["方案"], ISSUED, HEADER, RIVER]), "甲.xlsx", "标有“秘密★”"),
        ("（内部资料　注意保存）\n问题：河道淤积\n整改措施：清淤".encode(), "乙.txt", "内部资料"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
            + "WordDocument".encode("utf-16-le").ljust(128, b"\0"),
            "丙.doc",
            "另存为 docx",
        ),
        (messy.workbook([["通知"], ["请各单位参会"]]), "丁.xlsx", "未找到表头"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(town: Town, clerk: Person, data: bytes, name: str, words: str) -> None:
    before = len(town.rows(Task))
    said = send(town, clerk, data, name)
    assert said.text.startswith(f"未导入　{name}")
    assert words in said.text
    assert said.labels == []
    assert len(town.rows(Task)) == before
    assert town.rows(ImportDraft)[-1].source == {}


def test_pasted_words_with_a_mark_of_secrecy_are_not_kept(town: Town, clerk: Person) -> None:
    said = write(town, clerk, "/import 机密★5年\n问题：河道淤积\n整改措施：清淤\n责任单位：市水务局")
    assert "不得导入" in said.text
    assert not any("机密" in str(row.payload) for row in town.rows(Inbox))


def test_a_task_may_speak_of_secrets(town: Town, clerk: Person) -> None:
    row = ["1", "涉密载体管理混乱。", "开展保密教育；规范涉密载体管理", "市水务局", "", "2022年底前", ""]
    assert "没有要问的" in send(town, clerk, book("保密方案", row)).text


def test_a_spoilt_document_is_repaired_and_said_to_be(town: Town, clerk: Person) -> None:
    row = ["1", "河(hé)道淤積(jī)。", "清淤（COD）", "市水務局", "靜海區", "2022年底前", ""]
    shown = send(town, clerk, book("整改方(fāng)案", row))
    assert "已还原：去掉注音 3 处" in shown.text
    assert "清淤（COD）" in shown.text


def test_only_the_office_imports_and_only_in_private(town: Town, clerk: Person) -> None:
    liaison = town.join("市水务局")
    assert "不能这样做" in write(town, liaison, "/import").text
    send(town, liaison, book("联络员方案", RIVER))
    group = town.group("工作群", clerk, unit="")
    clerk.document(book("群里方案", RIVER), name="群.xlsx", caption="/import", chat=group)
    town.settle()
    assert "私聊" in clerk.chat(group)[-1].text
    assert not {row.name for row in town.rows(ImportDraft)} & {"群.xlsx"}


# Left open, answered later


def test_what_was_left_open_is_answered_later_and_the_past_reads_as_it_was(town: Town, clerk: Person) -> None:
    shown = send(town, clerk, book("后答方案", MESSY[0]))
    done = press(town, clerk, press(town, clerk, shown, "其余 2 处留待确认"), "确认导入 1 项")
    river = tasks_of(town, "后答方案")[0]
    at = town.clock()
    said = press(town, clerk, done, done.labels[0])
    assert "“各有关区”是指哪些单位" in said.text
    settled = clerk_replies(town, clerk, said, "北辰区、武清区")
    assert "已明确" in settled.text
    town.clock.set(at + timedelta(minutes=1))
    card = write(town, clerk, f"任务 {river.number}")
    said = press(town, clerk, card, "逐条确认 1 处")
    again = press(town, clerk, card, "逐条确认 1 处")
    press(town, clerk, said, "2024年8月31日")
    assert "“2024年8月前” → 2024-08-31" in clerk.again(said).text
    assert "已经明确" in alert(clerk, again, "2024年7月31日")
    assert units(town, river)["cooperating"] == ["北辰区", "武清区"]
    assert dues(town, river) == ["2024-08-31"]
    assert [row.kind for row in town.rows(Measure) if row.task_id == river.id] == ["date"]
    with town.house.store.reading() as session:
        then = load_tasks(session, number=river.number, as_of=at)[0]
        now = load_tasks(session, number=river.number)[0]
    assert (then.due, str(now.due)) == (None, "2024-08-31")


def test_it_speaks_english_to_who_asks_for_it(town: Town, clerk: Person) -> None:
    write(town, clerk, "/lang en")
    shown = send(town, clerk, book("英文方案", *MESSY))
    assert shown.text.startswith("Read · 方案.xlsx")
    asked = press(town, clerk, shown, "Answer 7")
    assert asked.text.startswith("Question 1 of 7")
    ready = press(town, clerk, asked, "Leave 7 open")
    assert "Imported" in press(town, clerk, ready, "Import 4 tasks").text
    write(town, clerk, "/lang zh")


def test_a_plan_of_many_measures_is_one_message_and_keeps_nobody_waiting(town: Town, clerk: Person) -> None:
    """400 measures here; 2,000 are measured in docs/performance.md."""
    rows = [
        [str(n), f"第{n}处河道淤积。", "；".join(f"（{m}）措施{m}" for m in range(1, 5)), *RIVER[3:]]
        for n in range(1, 101)
    ]
    liaison = town.join("市水务局")
    before = count(clerk)
    clerk.document(book("大方案", *rows), name="大.xlsx")
    assert "市水务局" in town.ask(liaison, "/whoami").text
    shown = latest(town, clerk)
    assert "任务 100　措施 400" in shown.text
    clerk.press(shown, "确认导入 100 项")
    assert "市水务局" in town.ask(liaison, "/whoami").text
    assert "新增任务 100" in latest(town, clerk).text
    assert count(clerk) == before + 2
