"""Who is there and what was said: users, chats, messages, media as plain records. One event loop owns them all."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.entities import Entity

FIRST_SUPERGROUP = -1_001_500_000_000
MEMBER_STATUSES = ("creator", "administrator", "member")


@dataclass(slots=True)
class User:
    """A person, or the bot itself. `started`: the bot may write first; `blocked`: the person blocked the bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "zh-hans"
    is_bot: bool = False
    started: bool = False
    blocked: bool = False


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is the id of the service message that opened it."""

    thread_id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Media:
    """A photo or a document in a message; `file_ids` name stored files, for a photo from small to large."""

    kind: str
    file_ids: list[str]
    name: str = ""
    spoiler: bool = False


@dataclass(slots=True)
class Message:
    """One message; `text` and `entities` are the caption when there is media.

    `stamp` rises with every message and edit of the whole sandbox: what "newer than" means on the people's side.
    `versions` are the earlier texts (date, text, entities), oldest first.
    """

    id: int
    chat_id: int
    sender_id: int
    date: int
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    media: Media | None = None
    markup: dict[str, Any] | None = None
    reply_to: int | None = None
    quote: str = ""
    thread_id: int | None = None
    album: str = ""
    edit_date: int = 0
    origin: dict[str, Any] | None = None
    service: dict[str, Any] | None = None
    protected: bool = False
    silent: bool = False
    preview: dict[str, Any] | None = None
    caption_above: bool = False
    reactions: dict[int, list[str]] = field(default_factory=dict)
    stamp: int = 0
    versions: list[tuple[int, str, list[Entity]]] = field(default_factory=list)

    @property
    def buttons(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = (self.markup or {}).get("inline_keyboard", [])
        return rows


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's), a group or a supergroup, with everything said there.

    `said` lists (stamp, message id) of what the bot said or edited, in order; `read` is each person's last stamp seen.
    """

    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    last_message_id: int = 0
    pinned: list[int] = field(default_factory=list)
    topics: dict[int, Topic] = field(default_factory=dict)
    upgraded_to: int | None = None
    said: list[tuple[int, int]] = field(default_factory=list)
    read: dict[int, int] = field(default_factory=dict)
    bot_admin_rights: dict[str, bool] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return self.type == "private"

    @property
    def numbers_itself(self) -> bool:
        """A supergroup counts its own messages; private chats and basic groups share the bot's counter, as they do."""
        return self.type == "supergroup"

    def status_of(self, user_id: int) -> str:
        return self.members.get(user_id, "left")

    def has(self, user_id: int) -> bool:
        return self.status_of(user_id) in MEMBER_STATUSES


@dataclass(slots=True)
class Callback:
    """A pressed button waiting for answerCallbackQuery; `asked` is monotonic."""

    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    asked: float
    answer: dict[str, Any] | None = None
