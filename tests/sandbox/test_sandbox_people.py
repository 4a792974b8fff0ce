"""The people's side: what persons see, unread marks, the client's waiting, events, clock, travel, saving."""

import ast
import json
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from echo_bot import EchoBot

import bot.sandbox
from bot.sandbox import NothingCame, SandboxError, serve
from bot.sandbox.clock import CHINA, Clock, next_moment

MONDAY = datetime(2022, 6, 13, 9, tzinfo=CHINA)
PERSONAS = [
    {"user_id": 1001, "name_zh": "市水务局", "name_en": "Water", "role_zh": "联络员", "role_en": "liaison"},
    {"user_id": 1002, "name_zh": "整改办", "name_en": "Office", "role_zh": "办公室", "role_en": "office"},
    {"user_id": 1001, "name_zh": "工作群", "name_en": "Group", "role_zh": "群", "role_en": "group", "chat": -4001},
]


def test_a_long_text_is_split_as_the_apps_do(api, wang):
    wang.send("督" * 5000)
    parts = [update["message"]["text"] for update in api("getUpdates")["result"]]
    assert [len(part) for part in parts] == [4096, 904]


def test_expect_passes_over_other_things_and_sees_edits_once(api, wang):
    first = api("sendMessage", chat_id=wang.id, text="一")["result"]["message_id"]
    api("sendMessage", chat_id=wang.id, text="二")
    assert wang.expect("二").text == "二"
    wang.expect_nothing(within=0.1)
    api("editMessageText", chat_id=wang.id, message_id=first, text="一改")
    edited = wang.expect()
    assert (edited.id, edited.text, edited.edited) == (first, "一改", True)
    with pytest.raises(NothingCame, match="did not say '三'"):
        wang.expect("三", timeout=0.2)


def test_unread_marks_go_when_read(sandbox, api, wang):
    for text in "一二":
        api("sendMessage", chat_id=wang.id, text=text)
    assert wang.head()["unread"] == 2
    last = wang.chat()[-1]
    sandbox.ask("POST", f"/chats/{wang.id}/read", json={"user_id": wang.id, "stamp": last.stamp})
    assert wang.head()["unread"] == 0


def test_who_writes_has_read_what_stood_there(sandbox, api, wang):
    api("sendMessage", chat_id=wang.id, text="一")
    wang.send("收到")
    assert wang.head()["unread"] == 0
    api("sendMessage", chat_id=wang.id, text="二")
    assert wang.head()["unread"] == 1


def test_older_messages_come_in_pages(sandbox, api, wang):
    for number in range(7):
        wang.send(str(number))
    page = sandbox.ask("GET", f"/chats/{wang.id}/messages", params={"limit": 3})
    assert ([one["text"] for one in page["messages"]], page["more"]) == (["4", "5", "6"], True)
    older = sandbox.ask("GET", f"/chats/{wang.id}/messages", params={"limit": 9, "before": page["messages"][0]["id"]})
    assert ([one["text"] for one in older["messages"]], older["more"]) == (["0", "1", "2", "3"], False)


def test_nobody_speaks_in_anothers_chat_or_while_blocked(sandbox, wang):
    li = sandbox.user("李某")
    with pytest.raises(SandboxError, match="no part"):
        li.send("x", chat=wang.id)
    wang.block()
    with pytest.raises(SandboxError, match="unblock first"):
        wang.send("x")
    with pytest.raises(SandboxError, match="no user 9"):
        sandbox.ask("POST", f"/chats/{wang.id}/send", json={"user_id": 9, "text": "x"})
    with pytest.raises(SandboxError, match="bad request"):
        sandbox.ask("POST", f"/chats/{wang.id}/send", json={})


def test_reactions_reach_a_bot_that_asked_for_them(api, wang):
    sent = api("sendMessage", chat_id=wang.id, text="x")["result"]["message_id"]
    api("getUpdates", allowed_updates=["message_reaction"])
    wang.react(wang.expect(), "\U0001f44d")
    reaction = api("getUpdates")["result"][-1]["message_reaction"]
    assert (reaction["message_id"], reaction["new_reaction"]) == (sent, [{"type": "emoji", "emoji": "\U0001f44d"}])


def test_a_whole_bot_answers(sandbox, png):
    liaison = sandbox.user("市水务局")
    with EchoBot(sandbox.url, sandbox.token):
        liaison.start("CODE")
        assert liaison.expect("已登记").labels == ["我的任务"]
        liaison.send("/my")
        daily = liaison.expect("本周到期")
        assert daily.rows[0] == ["报 07", "报 12", "报 31"]
        assert liaison.press(daily, "为何提醒").show_alert
        said = liaison.reply(daily, "12 95% 二标段完工")
        answer = liaison.expect("已记")
        assert answer.reply_to == said.id
        assert liaison.press(answer, "撤回").text == "已撤回"
        assert liaison.expect().text == "已记　已撤回"
        liaison.photo(png, caption="佐证 12")
        assert "佐证 12" in liaison.expect("已存佐证").text
        liaison.send("/ask")
        assert liaison.expect("进度多少").markup == {"force_reply": True}


def test_events_are_pushed_as_they_happen(sandbox, api, wang):
    with httpx.stream("GET", f"{sandbox.url}/sandbox/events", timeout=10, trust_env=False) as stream:
        lines = (line[6:] for line in stream.iter_lines() if line.startswith("data: "))
        api("sendChatAction", chat_id=wang.id, action="typing")
        sent = api("sendMessage", chat_id=wang.id, text="<b>x</b>", parse_mode="HTML")["result"]
        api("deleteMessage", chat_id=wang.id, message_id=sent["message_id"])
        typing, message, deleted = (json.loads(next(lines)) for _ in range(3))
    assert typing == {"type": "action", "chat": wang.id, "action": "typing"}
    assert (message["type"], message["message"]["html"]) == ("message", "<b>x</b>")
    assert deleted == {"type": "delete", "chat": wang.id, "message_id": sent["message_id"]}


def test_many_messages_at_once(sandbox, api, wang):
    ids = sandbox.send_many([{"user_id": wang.id, "text": f"{number} 60%"} for number in range(250)])
    assert len(ids) == len(set(ids)) == 250
    assert len(api("getUpdates")["result"]) == 100
    assert sandbox.stats()["pending_updates"] == 250


def test_statistics(sandbox, api, wang):
    api("sendMessage", chat_id=wang.id, text="x")
    api("sendMessage", chat_id=42, text="x")
    stats = sandbox.stats()
    assert (stats["methods"]["sendmessage"]["calls"], stats["methods"]["sendmessage"]["failed"]) == (2, 1)
    assert stats["refusals"] == {"Bad Request: chat not found": 1}
    sandbox.forget_stats()
    assert sandbox.stats()["methods"] == {}


@pytest.mark.parametrize(
    ("wish", "moment"),
    [
        ("+1h", MONDAY + timedelta(hours=1)),
        ("+2d", MONDAY + timedelta(days=2)),
        ("09:00", MONDAY + timedelta(days=1)),
        ("17:30", MONDAY.replace(hour=17, minute=30)),
        ("monday 09:00", MONDAY + timedelta(days=7)),
        ("friday 17:00", MONDAY.replace(day=17, hour=17)),
        ("monday 10:00", MONDAY.replace(hour=10)),
    ],
)
def test_wishes_of_time(wish, moment):
    assert next_moment(MONDAY, wish) == moment


def test_the_clock_runs_on_or_stands_still(sandbox, wang):
    sandbox.set_clock(MONDAY, still=True)
    assert sandbox.now() == MONDAY
    assert wang.send("x").date == int(MONDAY.timestamp())
    sandbox.set_clock(MONDAY)
    time.sleep(1.1)
    assert timedelta(seconds=1) <= sandbox.now() - MONDAY < timedelta(seconds=10)


def test_travel_asks_the_demo_and_keeps_what_it_did(tmp_path):
    clock = Clock()
    clock.set(MONDAY, running=False)
    travelled = []

    def travel(to):
        travelled.append(to)
        time.sleep(0.1)
        return [{"at": to.isoformat(), "kind": "日报", "to": 1001, "text": "发 9 条，折叠 63"}]

    with serve(personas=PERSONAS, clock=clock, travel=travel, state_dir=tmp_path) as sandbox:
        trip = sandbox.travel("monday 09:00")["trip"]
        assert travelled == [MONDAY + timedelta(days=7)]
        assert trip["entries"][0]["text"] == "发 9 条，折叠 63"
        assert sandbox.now() - travelled[0] < timedelta(seconds=5)
        with pytest.raises(SandboxError, match="earlier: reset first"):
            sandbox.travel(MONDAY)
        assert [one["to"] for one in sandbox.ask("GET", "/state")["journal"]] == [trip["to"]]


def test_a_travel_that_fails_says_why_and_can_be_tried_again():
    moods = [RuntimeError("数据库忙"), None]

    def travel(to):
        mood = moods.pop(0)
        if mood is not None:
            raise mood
        return []

    with serve(personas=PERSONAS, travel=travel) as sandbox:
        with pytest.raises(SandboxError, match="RuntimeError: 数据库忙"):
            sandbox.travel("+1h")
        assert sandbox.ask("GET", "/clock")["travelling"] is False
        assert sandbox.travel("+1h")["trip"]["entries"] == []


def test_reset_empties_the_chats_and_calls_the_demo():
    calls = []
    with serve(personas=PERSONAS, reset=lambda: calls.append("reset")) as sandbox:
        person = sandbox.user("市水务局", id=1001)
        person.start()
        sandbox.reset()
        assert calls == ["reset"]
        assert person.chat() == []
        assert sandbox.call("getUpdates")["result"] == []
        assert person.head()["started"] is False
        person.skip()
        person.start()
        sandbox.call("sendMessage", chat_id=1001, text="又见面")
        assert person.expect().text == "又见面"


def test_personas_become_people_and_groups():
    with serve(personas=PERSONAS, start_page={"open": 1001, "caption_zh": "回复这条试试"}) as sandbox:
        state = sandbox.ask("GET", "/state")
        assert [one["chat"] for one in state["personas"]] == [1001, 1002, -4001]
        assert state["personas"][2]["head"]["title"] == "工作群"
        assert state["start"]["caption_zh"] == "回复这条试试"
        assert sandbox.call("getChatMemberCount", chat_id=-4001)["result"] == 2


def test_everything_resumes_after_a_restart(tmp_path, png):
    with serve(personas=PERSONAS, state_dir=tmp_path) as sandbox:
        person = sandbox.user("市水务局", id=1001)
        person.start("CODE")
        person.photo(png, caption="佐证 12")
        waiting = sandbox.call("getUpdates")["result"]
        file_id = waiting[-1]["message"]["photo"][-1]["file_id"]
        sent = sandbox.call("sendMessage", chat_id=1001, text="<b>已记</b>", parse_mode="HTML")["result"]
        sandbox.call("editMessageText", chat_id=1001, message_id=sent["message_id"], text="改")
        sandbox.call("setMyCommands", commands=[{"command": "my", "description": "我的任务"}])
        sandbox.set_clock(MONDAY, still=True)
        before = [said.seen for said in person.chat()]
    with serve(personas=PERSONAS, state_dir=tmp_path) as sandbox:
        person = sandbox.user("市水务局", id=1001)
        assert [said.seen for said in person.chat()] == before
        assert sandbox.file(person.chat()[1].media) == png
        assert sandbox.call("getFile", file_id=file_id)["ok"]
        assert sandbox.call("getUpdates")["result"] == waiting
        assert person.commands() == [{"command": "my", "description": "我的任务"}]
        assert sandbox.now() - MONDAY < timedelta(seconds=5)
        assert sandbox.call("sendMessage", chat_id=1001, text="x")["result"]["message_id"] > sent["message_id"]


def test_a_saved_state_is_never_half_written(tmp_path):
    with serve(state_dir=tmp_path) as sandbox:
        sandbox.user("王某").start()
        assert sandbox.save()
        assert json.loads((tmp_path / "sandbox.json").read_text(encoding="utf-8"))["form"] == 1
        assert not (tmp_path / "sandbox.json.new").exists()


def test_the_page_and_all_its_parts_are_served(sandbox):
    index = httpx.get(sandbox.url, trust_env=False).text
    asked = set(re.findall(r'(?:src|href)="(/page/[^"#]+)', index))
    seen: set[str] = set()
    while asked:
        path = asked.pop()
        answer = httpx.get(sandbox.url + path, trust_env=False)
        assert answer.status_code == 200, path
        seen.add(path)
        asked |= {f"/page/{name}" for name in re.findall(r"from '\./([\w.]+)'", answer.text)} - seen
        asked |= set(re.findall(r"`(/page/[\w.]+)#", answer.text)) - seen
    page = Path(bot.sandbox.__file__).parent / "page"
    assert seen == {f"/page/{file.name}" for file in page.iterdir() if file.name != "index.html"}


def test_the_words_of_the_page_are_complete_in_both_languages():
    source = (Path(bot.sandbox.__file__).parent / "page" / "words.js").read_text(encoding="utf-8")
    bare = re.sub(r"'(?:\\.|[^'\\])*'", "''", source.partition("const asked")[0])
    chinese, english = (re.findall(r"(\w+): ", part) for part in bare.split("const en = "))
    assert chinese == english
    assert len(chinese) > 60


def test_the_sandbox_imports_nothing_else_of_ours():
    for module in Path(bot.sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("bot.") or name.startswith("bot.sandbox"), (module.name, name)
                assert not name.startswith("telegram"), (module.name, name)
