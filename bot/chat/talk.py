"""One update being handled: who speaks, in which chat, and the messages that will answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from telegram import CallbackQuery, Message, Update

from bot.domain.people import UNIT_PEOPLE, Member, Role
from bot.domain.periods import Office
from bot.domain.post import Inbox, Lane, Outbox
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.usecases import conversation
from bot.usecases.act import Act
from bot.usecases.evidence import Attachment

UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
Buttons = list[list[list[Any]]]


@dataclass(frozen=True, slots=True)
class House:
    """What every conversation needs to know of the house it takes place in."""

    office: Office
    registry: Registry
    bot_name: str
    office_people: frozenset[int]
    office_unit: str
    locale: str = "zh"
    rehearsal: bool = False
    data: Path = Path("data")


@dataclass(slots=True)
class Talk:
    """Handlers read from it and say through it. Answers are queued in the transaction of the use case."""

    house: House
    act: Act
    inbox: Inbox
    update: Update
    machine_now: datetime
    line: int = 0
    # The update whose words are acted on, when it is an earlier one than the press that said so.
    origin: int = 0
    said: int = 0
    answered: bool = False
    attached: list[Attachment] = field(default_factory=list)

    @property
    def query(self) -> CallbackQuery | None:
        return self.update.callback_query

    @property
    def message(self) -> Message:
        """The message that was sent, edited, or under whose button somebody pressed."""
        found = self.update.effective_message
        if found is None:
            raise Refusal("too_old")
        return found

    @property
    def text(self) -> str:
        """What was written, without marks nobody sees (they come along when text is copied) and without @ourselves."""
        written = UNSEEN.sub("", self.message.text or self.message.caption or "")
        named = f"@{self.house.bot_name} ".lower()
        return written[len(named) :] if len(named) > 2 and written.lower().startswith(named) else written

    @property
    def replied_about(self) -> dict[str, Any] | None:
        """What the message that was replied to is about, if it is one of ours; a button replies to nothing."""
        replied = self.message.reply_to_message if self.query is None else None
        return conversation.about(self.act, self.chat_id, replied.message_id) if replied is not None else None

    @property
    def chat_id(self) -> int:
        return self.inbox.chat_id

    @property
    def topic_id(self) -> int:
        message = self.update.effective_message
        return (message.message_thread_id or 0) if message is not None and message.is_topic_message else 0

    @property
    def private(self) -> bool:
        return self.chat_id > 0

    @property
    def member(self) -> Member | None:
        return self.act.member

    @property
    def of_unit(self) -> bool:
        """Whether a liaison or head speaks."""
        return self.member is not None and Role(self.member.role) in UNIT_PEOPLE

    @property
    def locale(self) -> str:
        return self.act.member.locale if self.act.member else self.house.locale

    @property
    def source(self) -> str:
        """Names the message and line a report comes by, so that an edit or undo finds it again."""
        return f"{self.chat_id}:{self.message.message_id}:{self.line}"

    def say(
        self,
        kind: str,
        facts: dict[str, Any] | None = None,
        *,
        buttons: Buttons | None = None,
        about: dict[str, Any] | None = None,
        edit: bool = False,
        privately: bool = False,
        ask: bool = False,
        method: str = "send",
    ) -> None:
        """Queue an answer. `edit` rewrites the message whose button was pressed; `privately` leaves a group."""
        body = dict(facts or {})
        body["buttons"] = buttons or []
        if ask:
            body["ask"] = True
        edits = self.message.message_id if edit and self.query is not None and not privately else None
        elsewhere = privately and not self.private
        user = self.update.effective_user
        self.said += 1
        self.act.post(
            Outbox(
                key=f"in:{self.inbox.id}:{self.said}",
                chat_id=user.id if elsewhere and user is not None else self.chat_id,
                topic_id=0 if elsewhere else self.topic_id,
                member_id=self.member.id if self.member else None,
                method="edit" if edits else method,
                kind=kind,
                locale=self.locale,
                facts=body,
                about=about or {},
                edits=edits,
                replies_to=None if self.private or edits or elsewhere else self.message.message_id,
                lane=Lane.REPLY,
                created_at=self.act.now,
            )
        )

    def toast(self, kind: str = "", facts: dict[str, Any] | None = None, *, alert: bool = False) -> None:
        """Answer the button that was pressed: every press gets exactly one answer."""
        if self.query is None or self.answered:
            return
        self.answered = True
        self.said += 1
        self.act.post(
            Outbox(
                key=f"in:{self.inbox.id}:{self.said}",
                chat_id=self.chat_id,
                method="answer",
                kind=kind,
                locale=self.locale,
                facts={**(facts or {}), "query_id": self.query.id, "alert": alert},
                lane=Lane.REPLY,
                created_at=self.act.now,
            )
        )


# What a button's data names: it is called with the ids that follow, as text.
Verb = Callable[[Talk, list[str]], None]
