"""Persons and groups of a sandbox as a test plays them, over HTTP; made by client.Sandbox."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.said import Answer, NothingCame, Said

if TYPE_CHECKING:
    from bot.sandbox.client import Sandbox

TIMEOUT = 5.0


class Person:
    """Somebody who talks to the bot in private and, with `chat=`, in groups; remembers what he has seen of each."""

    def __init__(self, sandbox: "Sandbox", facts: dict[str, Any]) -> None:
        self.sandbox = sandbox
        self.id = int(facts["id"])
        self.name = str(facts["name"])
        self._seen: dict[int, int] = {}

    def __repr__(self) -> str:
        return f"<Person {self.id} {self.name}>"

    def _chat(self, chat: "Group | int | None") -> int:
        if chat is None:
            return self.id
        return chat.id if isinstance(chat, Group) else chat

    def send(
        self,
        text: str,
        *,
        chat: "Group | int | None" = None,
        reply_to: "Said | int | None" = None,
        thread_id: int | None = None,
    ) -> Said:
        """Writes; the message sent (the last one when a long text was split)."""
        given = {"user_id": self.id, "text": text, "reply_to": _id(reply_to), "thread_id": thread_id}
        return Said(self.sandbox.ask("POST", f"/chats/{self._chat(chat)}/send", json=given)["messages"][-1])

    def start(self, code: str = "") -> Said:
        """Opens the chat, by a deep link when there is a code."""
        return self.send(f"/start {code}".strip())

    def reply(self, message: Said, text: str) -> Said:
        """Replies in the message's own chat."""
        return self.send(text, chat=message.chat_id, reply_to=message)

    def photo(self, data: bytes, *, caption: str = "", name: str = "photo.png", **where: Any) -> Said:
        return self.album([(name, data)], caption=caption, **where)[0]

    def document(self, data: bytes, *, name: str, caption: str = "", **where: Any) -> Said:
        return self.album([(name, data)], caption=caption, as_document=True, **where)[0]

    def album(
        self,
        files: Sequence[tuple[str, bytes]],
        *,
        caption: str = "",
        as_document: bool = False,
        chat: "Group | int | None" = None,
        reply_to: "Said | int | None" = None,
        thread_id: int | None = None,
    ) -> list[Said]:
        """Several pictures or files at once: separate messages with one media_group_id."""
        kind = None if not as_document else "application/octet-stream"
        parts = [("file", (name, data, kind or _mime(name))) for name, data in files]
        fields = {"user_id": str(self.id), "caption": caption, "as": "document" if as_document else ""}
        for key, value in (("reply_to", _id(reply_to)), ("thread_id", thread_id)):
            if value is not None:
                fields[key] = str(value)
        sent = self.sandbox.ask("POST", f"/chats/{self._chat(chat)}/send", data=fields, files=parts)
        return [Said(one) for one in sent["messages"]]

    def press(self, message: Said, label: str = "", *, data: str = "", wait: float = TIMEOUT) -> Answer:
        """Presses the button with this label (exact, else the only one containing it) or callback data."""
        given = {"user_id": self.id, "label": label, "data": data, "wait": wait}
        came = self.sandbox.ask("POST", f"/chats/{message.chat_id}/messages/{message.id}/press", json=given)
        came.pop("query_id", None)
        return Answer(**came)

    def edit(self, message: Said, text: str) -> Said:
        given = {"user_id": self.id, "text": text}
        return Said(self.sandbox.ask("POST", f"/chats/{message.chat_id}/messages/{message.id}/edit", json=given))

    def react(self, message: Said, emoji: str) -> None:
        given = {"user_id": self.id, "emoji": emoji}
        self.sandbox.ask("POST", f"/chats/{message.chat_id}/messages/{message.id}/react", json=given)

    def block(self) -> None:
        self.sandbox.ask("POST", f"/users/{self.id}/block")

    def unblock(self) -> None:
        self.sandbox.ask("POST", f"/users/{self.id}/unblock")

    def join(self, group: "Group") -> None:
        self.sandbox.ask("POST", f"/chats/{group.id}/join", json={"user_id": self.id})

    def leave(self, group: "Group") -> None:
        self.sandbox.ask("POST", f"/chats/{group.id}/leave", json={"user_id": self.id})

    def chat(self, chat: "Group | int | None" = None, *, limit: int = 200) -> list[Said]:
        """Everything in the chat as it looks now, oldest first."""
        found = self.sandbox.ask("GET", f"/chats/{self._chat(chat)}/messages", params={"limit": limit})
        return [Said(one) for one in found["messages"]]

    def head(self, chat: "Group | int | None" = None) -> dict[str, Any]:
        """The chat's title, members, pinned message, unread count."""
        return self.sandbox.ask("GET", f"/chats/{self._chat(chat)}", params={"user_id": self.id})

    def again(self, message: Said) -> Said:
        """The same message as it looks now."""
        return Said(self.sandbox.ask("GET", f"/chats/{message.chat_id}/messages/{message.id}"))

    def commands(self, chat: "Group | int | None" = None) -> list[dict[str, str]]:
        """The command menu shown to this person here."""
        found = self.sandbox.ask("GET", f"/chats/{self._chat(chat)}/commands", params={"user_id": self.id})
        menu: list[dict[str, str]] = found["commands"]
        return menu

    def _news(self, chat_id: int, wait: float, limit: int = 1) -> list[Said]:
        params = {"after": self._seen.get(chat_id, 0), "by": "bot", "wait": wait, "limit": limit}
        found = [Said(one) for one in self.sandbox.ask("GET", f"/chats/{chat_id}/messages", params=params)["messages"]]
        if found:
            self._seen[chat_id] = found[-1].stamp
        return found

    def expect(self, containing: str = "", timeout: float = TIMEOUT, *, chat: "Group | int | None" = None) -> Said:
        """The next thing the bot says or edits here that this person has not seen yet, holding `containing`.

        Things without it are passed over. NothingCame after `timeout` seconds.
        """
        chat_id = self._chat(chat)
        ends = time.monotonic() + timeout
        passed: list[Said] = []
        while True:
            for said in self._news(chat_id, max(0.0, ends - time.monotonic())):
                if containing in said.text:
                    return said
                passed.append(said)
            if time.monotonic() >= ends:
                wanted = f"{containing!r}" if containing else "anything"
                raise NothingCame(f"{self.name}: the bot did not say {wanted} in {timeout} s; it said {passed}")

    def expect_all(
        self, settle: float = 0.3, timeout: float = TIMEOUT, *, chat: "Group | int | None" = None
    ) -> list[Said]:
        """The next message and all that follow until the bot is quiet for `settle` seconds (each as it is then)."""
        chat_id = self._chat(chat)
        found = {said.id: said for said in self._news(chat_id, timeout, 500)}
        if not found:
            raise NothingCame(f"{self.name}: the bot said nothing in {timeout} s")
        while more := self._news(chat_id, settle, 500):
            found.update({said.id: said for said in more})
        return sorted(found.values(), key=lambda said: said.id)

    def expect_nothing(self, within: float = 0.5, *, chat: "Group | int | None" = None) -> None:
        """Fails when the bot says or edits anything here within so many seconds."""
        came = self._news(self._chat(chat), within)
        if came:
            raise AssertionError(f"{self.name}: the bot was expected to keep silent, but said {came}")

    def skip(self, chat: "Group | int | None" = None) -> None:
        """Counts everything said so far as seen."""
        chat_id = self._chat(chat)
        while self._news(chat_id, 0.0, 500):
            pass

    def messages(self, chat: "Group | int | None" = None) -> Iterator[Said]:
        """What the bot said here, oldest first."""
        return (said for said in self.chat(chat) if said.by_bot and not said.seen["service"])


class Group:
    """A group and what can happen to it."""

    def __init__(self, sandbox: "Sandbox", id: int) -> None:
        self.sandbox = sandbox
        self.id = id

    def __repr__(self) -> str:
        return f"<Group {self.id}>"

    def _do(self, action: str, **given: Any) -> dict[str, Any]:
        return self.sandbox.ask("POST", f"/chats/{self.id}/{action}", json=given)

    def add_bot(self) -> None:
        self._do("add_bot")

    def kick_bot(self) -> None:
        self._do("kick_bot")

    def remove_bot(self) -> None:
        self._do("remove_bot")

    def promote_bot(self, **rights: bool) -> None:
        self._do("promote_bot", rights=rights)

    def upgrade(self) -> "Group":
        """Becomes a supergroup with another id."""
        return Group(self.sandbox, int(self._do("upgrade")["id"]))

    def topic(self, name: str) -> int:
        """Opens a topic of a forum; its message_thread_id."""
        return int(self._do("topic", name=name)["thread_id"])

    def head(self) -> dict[str, Any]:
        return self.sandbox.ask("GET", f"/chats/{self.id}")


def _id(message: "Said | int | None") -> int | None:
    return message.id if isinstance(message, Said) else message


def _mime(name: str) -> str:
    suffix = name.lower().rpartition(".")[2]
    return {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}.get(
        suffix, "application/octet-stream"
    )
