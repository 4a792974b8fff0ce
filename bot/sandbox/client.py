"""The people of a sandbox for tests, synchronous, over HTTP: they write, press, send pictures and expect answers.

with serve() as sandbox:
    wang = sandbox.user("王某")
    wang.start()
    card = wang.expect("已登记")
    answer = wang.press(card, "我的任务")
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx

from bot.sandbox.persons import Group, Person
from bot.sandbox.said import Answer, NothingCame, Said, SandboxError

__all__ = ["Answer", "Group", "NothingCame", "Person", "Said", "Sandbox", "SandboxError"]


class Sandbox:
    """A running sandbox: makes people and groups, turns the knobs. `api_url` and `token` are for the bot."""

    def __init__(self, url: str, *, token: str = "", bot_username: str = "") -> None:
        self.url = url.rstrip("/")
        self.api_url = self.url
        self.token = token
        self.bot_username = bot_username
        self.http = httpx.Client(base_url=self.url, timeout=60.0, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def wait_until_ready(self, timeout: float = 10.0) -> None:
        ends = time.monotonic() + timeout
        while True:
            try:
                self.ask("GET", "/stats")
                return
            except httpx.TransportError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.02)

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request to the people's side; `path` without /sandbox. SandboxError when it is refused."""
        answer = self.http.request(method, f"/sandbox{path}", **options)
        body: dict[str, Any] = answer.json()
        if answer.status_code >= 400:
            raise SandboxError(f"{method} {path}: {body.get('error', body)}")
        return body

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """A raw Bot API call, as JSON; the whole answer, refusals included."""
        answer: dict[str, Any] = self.http.post(f"/bot{self.token}/{method}", json=arguments).json()
        return answer

    def user(
        self,
        name: str,
        id: int | None = None,
        *,
        username: str = "",
        language_code: str = "zh-hans",
        started: bool = False,
    ) -> Person:
        """A person (the same one again for the same id); `started` lets the bot write first."""
        given = {"name": name, "id": id, "username": username, "language_code": language_code, "started": started}
        return Person(self, self.ask("POST", "/users", json=given))

    def group(
        self,
        title: str,
        members: Sequence[Person],
        id: int | None = None,
        *,
        supergroup: bool = False,
        forum: bool = False,
        username: str = "",
        bot: bool = True,
    ) -> Group:
        """A group made by its first member, with the bot in it unless told otherwise."""
        given = {
            "title": title,
            "id": id,
            "members": [person.id for person in members],
            "type": "supergroup" if supergroup else "group",
            "forum": forum,
            "username": username,
            "bot": bot,
        }
        return Group(self, int(self.ask("POST", "/groups", json=given)["id"]))

    def send_many(self, messages: Sequence[dict[str, Any]]) -> list[int]:
        """Many texts in one request, for load: [{"user_id", "text", "chat_id"?, "reply_to"?}]; their message ids."""
        ids: list[int] = self.ask("POST", "/send_many", json={"messages": list(messages)})["message_ids"]
        return ids

    def fault(self, kind: str, method: str = "", times: int = 1, **details: Any) -> None:
        """The next calls meet trouble: 429, 500, 502, error, hang, drop, drop_after, slow (see faults.py)."""
        self.ask("POST", "/faults", json={"kind": kind, "method": method, "times": times, **details})

    def no_faults(self) -> None:
        self.ask("DELETE", "/faults")

    def limits(self, on: bool = True, **rules: Any) -> None:
        """Telegram's sending limits on or off, with other numbers if given (see limits.py)."""
        self.ask("POST", "/limits", json={"on": on, **rules})

    def privacy(self, on: bool) -> None:
        """The bot's group privacy mode; on at the start, as with @BotFather."""
        self.ask("POST", "/privacy", json={"on": on})

    def expire_buttons(self) -> None:
        """Every pressed button not answered yet becomes too old to answer."""
        self.ask("POST", "/callbacks/expire")

    def stats(self) -> dict[str, Any]:
        """Calls by method with times, answers by code, refusals by text, pending updates."""
        return self.ask("GET", "/stats")

    def forget_stats(self) -> None:
        self.ask("DELETE", "/stats")

    def now(self) -> datetime:
        return datetime.fromisoformat(self.ask("GET", "/clock")["now"])

    def set_clock(self, moment: datetime, *, still: bool = False) -> None:
        """The sandbox's time (message dates) from now on; moment without zone is China time."""
        self.ask("POST", "/clock", json={"now": moment.isoformat(), "still": still})

    def travel(self, to: datetime | str) -> dict[str, Any]:
        """Moves the demo's time: to a moment, or by a wish: "+1h", "09:00", "monday 09:00"."""
        given = {"wish": to} if isinstance(to, str) else {"to": to.isoformat()}
        return self.ask("POST", "/clock/travel", json=given, timeout=600.0)

    def reset(self) -> None:
        self.ask("POST", "/reset", timeout=600.0)

    def save(self) -> bool:
        return bool(self.ask("POST", "/save")["saved"])

    def file(self, media: dict[str, Any]) -> bytes:
        """The bytes of a message's media."""
        return self.http.get(media["url"]).content
