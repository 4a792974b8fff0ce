"""The world the bot and the people share: everything the sandbox knows, and the one way messages come into it."""

import json
from pathlib import Path
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.events import Bus
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.limits import Limits
from bot.sandbox.state import FIRST_SUPERGROUP, Callback, Chat, Message, User
from bot.sandbox.stats import Stats
from bot.sandbox.updates import Updates
from bot.sandbox.views import message_view

FIRST_GROUP = -4_000_000_000
FIRST_USER = 5_000_000_001


class World:
    """Users, chats, files, the update queue and the knobs; used only from the server's event loop."""

    def __init__(
        self, token: str, bot_username: str, *, clock: Clock | None = None, folder: Path | None = None
    ) -> None:
        self.token = token
        self.bot = User(
            int(token.partition(":")[0]), bot_username.removesuffix("_bot"), username=bot_username, is_bot=True
        )
        self.clock = clock or Clock()
        self.files = Files(folder / "files" if folder else None)
        self.updates = Updates()
        self.limits = Limits()
        self.faults = Faults()
        self.stats = Stats()
        self.bus = Bus()
        self.privacy = True
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.usernames: dict[str, int] = {}
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, Callback] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.profile: dict[str, str] = {}
        self.journal: list[dict[str, Any]] = []
        self.webhook: Any = None
        self.changes = 0
        self._message_id = 0
        self._stamp = 0
        self._ids = {"user": FIRST_USER, "group": FIRST_GROUP, "supergroup": FIRST_SUPERGROUP, "callback": 10**17}

    def next_id(self, kind: str) -> int:
        step = 1 if kind in {"user", "callback"} else -1
        while True:
            self._ids[kind] += step
            number = self._ids[kind]
            if number not in self.users and number not in self.chats:
                return number

    def stamp(self) -> int:
        self._stamp += 1
        self.changes += 1
        return self._stamp

    def next_message_id(self, chat: Chat) -> int:
        if chat.numbers_itself:
            chat.last_message_id += 1
            return chat.last_message_id
        self._message_id += 1
        chat.last_message_id = self._message_id
        return self._message_id

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        if user.username:
            self.usernames[user.username.lower()] = user.id
        self.chats.setdefault(user.id, Chat(user.id, "private"))
        self.changes += 1
        return user

    def add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        self.changes += 1
        return chat

    def say(self, chat: Chat, sender_id: int, **fields: Any) -> Message:
        """Puts a message into the chat, numbered and dated now; tells the pages. Nothing is checked here."""
        message = Message(
            id=self.next_message_id(chat), chat_id=chat.id, sender_id=sender_id, date=self.clock.unix(), **fields
        )
        message.stamp = self.stamp()
        chat.messages[message.id] = message
        if sender_id == self.bot.id and message.service is None:
            chat.said.append((message.stamp, message.id))
        self.tell_message("message", chat, message)
        return message

    def changed(self, chat: Chat, message: Message, *, by_bot: bool) -> None:
        """Records that a message of the chat was edited, and tells the pages."""
        message.stamp = self.stamp()
        if by_bot:
            chat.said.append((message.stamp, message.id))
        self.tell_message("edit", chat, message)

    def remove(self, chat: Chat, message_id: int) -> None:
        chat.messages.pop(message_id, None)
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        self.changes += 1
        self.bus.tell(lambda: {"type": "delete", "chat": chat.id, "message_id": message_id})
        self.bus.ring(chat.id)

    def tell_message(self, kind: str, chat: Chat, message: Message) -> None:
        self.bus.tell(lambda: {"type": kind, "chat": chat.id, "message": message_view(self, chat, message)})
        self.bus.ring(chat.id)

    def clear(self) -> None:
        """Nothing was ever said: chats emptied, updates and files forgotten; people and groups stay, unstarted."""
        for chat in self.chats.values():
            chat.messages.clear()
            chat.said.clear()
            chat.read.clear()
            chat.pinned.clear()
        for user in self.users.values():
            user.started = user.blocked = False
        self.callbacks.clear()
        self.journal.clear()
        self.files.clear()
        self.updates.forget_all()
        self.changes += 1

    def counters(self) -> dict[str, int]:
        return self._ids | {"message": self._message_id, "stamp": self._stamp}

    def restore_counters(self, counts: dict[str, int]) -> None:
        self._message_id, self._stamp = counts.pop("message"), counts.pop("stamp")
        self._ids.update(counts)

    def scoped_commands(self, user: User, chat: Chat) -> list[dict[str, str]]:
        """The command menu this person sees here: the narrowest scope set, his language before the general one."""
        admin = chat.status_of(user.id) in {"creator", "administrator"}
        scopes: list[dict[str, object]] = (
            [{"type": "chat_member", "chat_id": chat.id, "user_id": user.id}] if not chat.private else []
        )
        if admin and not chat.private:
            scopes.append({"type": "chat_administrators", "chat_id": chat.id})
        scopes.append({"type": "chat", "chat_id": chat.id})
        if chat.private:
            scopes.append({"type": "all_private_chats"})
        else:
            scopes += [{"type": kind} for kind in ("all_chat_administrators",) * admin + ("all_group_chats",)]
        scopes.append({"type": "default"})
        languages = [user.language_code.partition("-")[0], ""]
        for scope in scopes:
            for language in languages:
                found = self.commands.get(command_key(scope, language))
                if found:
                    return found
        return []


def command_key(scope: dict[str, Any], language: str) -> str:
    return json.dumps([scope["type"], scope.get("chat_id"), scope.get("user_id"), language])
