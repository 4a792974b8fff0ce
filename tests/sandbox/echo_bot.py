"""A small bot that speaks in the tone of the drafts: it feeds the page and the tests, polling like any other."""

import json
import threading
from typing import Any

import httpx

DAILY = """<b>6月13日 周一　市水务局</b>　在办 12 项
<b>本周到期 3</b>
<code>07 06-15  55%</code> 独流减河清淤　🟡 滞后
<code>12 06-17  90%</code> 入河排口整治　🔵 临期
<code>31 06-17  95%</code> 再生水管网　🔵 临期
<b>待答复 1</b>
<code>19 06-14</code> 黄色督办单第3号，17:00 前
<blockquote expandable>其余 8 项，周五 17:00 截数：
03 团泊湿地补水　05 北运河清淤
08 潮白新河护岸　14 污水处理厂提标
22 雨污分流改造　27 河长制考核
33 农村坑塘治理　38 地下水压采</blockquote>
回复本条，一行一项：<code>12 95% 二标段完工</code>"""
DAILY_KEYS = [
    [("报 07", "report:7"), ("报 12", "report:12"), ("报 31", "report:31")],
    [("答复督办单", "sheet:19"), ("其余 8 项无变化", "same")],
    [("稍后", "later"), ("为何提醒", "why")],
]
CARD = """<b>12 入河排口整治</b>　🔵 临期
方案时限 <code>2022-06-17</code>　剩 4 天
内部时限 <code>2022-06-15</code>　市整改办 5月6日定
牵头 市水务局　验收 市生态环境局
<b>进度 {percent}%</b>（3 条措施均值）
<code>12.1 100%</code> 排查建档　市水务局
<code>12.2  90%</code> 排口整治　北辰区　6月10日报
<code>12.3  80%</code> 排口整治　武清区　⚪ 上周未报送
<blockquote expandable>6月10日 北辰区：42 个排口完成 38 个，余 4 个待管线迁改。</blockquote>"""
COMMANDS = [
    ("my", "我的任务"), ("task", "看一项任务：/task 12"), ("update", "报进展：/update 12 60% 清淤完成"),
    ("same", "无变化：/same 12"), ("evidence", "交佐证：/evidence 12 并附图"), ("extend", "申请延期"),
    ("digest", "周通报"), ("due", "30 日内到期"), ("overdue", "超期"), ("help", "用法"),
]  # fmt: skip


def keyboard(rows: list[list[tuple[str, str]]]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data} for text, data in row] for row in rows]}


class EchoBot:
    """Polls in a thread; `with EchoBot(url, token):`."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/bot{token}/", timeout=40, trust_env=False)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.stopping = False

    def call(self, method: str, **arguments: Any) -> Any:
        return self.http.post(method, json=arguments).json().get("result")

    def say(self, chat: int, text: str, rows: list[list[tuple[str, str]]] | None = None, **more: Any) -> Any:
        markup = {"reply_markup": keyboard(rows)} if rows else {}
        return self.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **markup, **more)

    def __enter__(self) -> "EchoBot":
        commands = [{"command": command, "description": text} for command, text in COMMANDS]
        self.call("setMyCommands", commands=commands)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping = True
        self.thread.join(timeout=5)
        self.http.close()

    def run(self) -> None:
        offset = 0
        while not self.stopping:
            for update in self.call("getUpdates", offset=offset, timeout=1) or []:
                offset = update["update_id"] + 1
                if "callback_query" in update:
                    self.pressed(update["callback_query"])
                elif "message" in update:
                    self.heard(update["message"])

    def heard(self, message: dict[str, Any]) -> None:
        chat, text = message["chat"]["id"], message.get("text", message.get("caption", ""))
        reply = {"reply_parameters": {"message_id": message["message_id"]}}
        if text.startswith("/start"):
            self.say(
                chat, "<b>已登记</b>　市水务局　联络员\n名下 12 项：牵头 5，责任 6，配合 1", [[("我的任务", "my")]]
            )
        elif text.startswith(("/my", "/digest")):
            self.say(chat, DAILY, DAILY_KEYS)
        elif text.startswith("/task"):
            self.say(
                chat, CARD.format(percent=90), [[("报进展", "report:12"), ("无变化", "same")], [("申请延期", "extend")]]
            )
        elif message.get("photo") or message.get("document"):
            self.say(chat, f"<b>已存佐证</b>　12 入河排口整治\n{text or '（无说明）'}", **reply)
        elif text.startswith("/ask"):
            self.call("sendMessage", chat_id=chat, text="进度多少？", reply_markup={"force_reply": True})
        elif text:
            self.call("sendChatAction", chat_id=chat, action="typing")
            self.say(
                chat, f"<b>已记</b>　{len(text)} 字\n“{text[:60].replace('<', '&lt;')}”", [[("撤回", "undo")]], **reply
            )

    def pressed(self, query: dict[str, Any]) -> None:
        message, data = query["message"], query["data"]
        where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        if data == "why":
            text = "每个工作日 09:00 至多一条；本条因 3 项本周到期。"
            self.call("answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=True)
        elif data == "undo":
            self.call("answerCallbackQuery", callback_query_id=query["id"], text="已撤回")
            self.call("editMessageText", **where, text="<s>已记</s>　已撤回", parse_mode="HTML")
        else:
            self.call("answerCallbackQuery", callback_query_id=query["id"], text=json.dumps(data))
