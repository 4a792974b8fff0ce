"""An update meets its handler: who is it from, what does it say, which use case; refusals become words here."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session
from telegram import ChatMemberUpdated, Update

from bot.chat import importing, messages, own, presses, reporting
from bot.chat.commands import BY_NAME, WORDS
from bot.chat.reading import Entry, read_entries
from bot.chat.talk import House, Talk
from bot.chat.updates import read_update
from bot.domain.people import Member, Role
from bot.domain.post import Inbox
from bot.domain.refusal import Refusal
from bot.usecases import conversation, people
from bot.usecases.act import Act

log = logging.getLogger(__name__)
# In a group nobody unbound gets an answer; these may be said by the office to tie the group.
BINDING = frozenset({"bind"})


class Dispatcher:
    """Handles one stored update in the session of its transaction (the desk's `handler`)."""

    def __init__(self, house: House, machine_clock: Callable[[], datetime]) -> None:
        self.house = house
        self._machine_clock = machine_clock

    def __call__(self, session: Session, row: Inbox, now: datetime) -> None:
        update = read_update(row.payload)
        if update.my_chat_member is not None:
            presence(Act(session, self.house.office, now, cause=row.key), update.my_chat_member)
            return
        message, user = update.effective_message, update.effective_user
        if message is not None and message.migrate_to_chat_id is not None:
            migration(Act(session, self.house.office, now, cause=row.key), update)
        if user is None or user.is_bot:
            return
        act = Act(session, self.house.office, now, self._member(session, update, now, row), cause=row.key)
        if message is not None and not self.house.rehearsal and update.callback_query is None:
            # Live, the moment that counts is when it was written, not when it was handled.
            act.at = min(message.edit_date or message.date, now)
        talk = Talk(self.house, act, row, update, self._machine_clock())
        if not talk.private and not self._admits(talk):
            return
        self._handle(talk)

    def _member(self, session: Session, update: Update, now: datetime, row: Inbox) -> Member | None:
        user = update.effective_user
        assert user is not None
        found = conversation.speaker(session, user.id)
        if found is None and user.id in self.house.office_people:
            act = Act(session, self.house.office, now, cause=row.key)
            return people.ensure_office(act, user.id, user.full_name, self.house.office_unit, self.house.locale)
        return found

    def _admits(self, talk: Talk) -> bool:
        """In a group only its own people are answered: the unit's in the unit's group, all in the office's."""
        member = talk.member
        if member is None:
            talk.toast("refusal.not_bound", alert=True)
            return False
        group = conversation.group_of(talk.act, talk.chat_id, talk.topic_id)
        if group is not None and group.unit_id in (None, member.unit_id):
            return True
        talk.toast("refusal.not_your_button", alert=True)
        # What the office may see does not belong in another unit's group: there it only ties the group.
        entries = read_entries(talk.text, WORDS, self.house.bot_name) if talk.query is None else []
        return member.role == Role.OFFICE and any(entry.command in BINDING for entry in entries)

    def _handle(self, talk: Talk) -> None:
        try:
            if talk.query is not None:
                self._pressed(talk)
            elif talk.update.edited_message is not None:
                if talk.member is not None and not messages.edited(talk):
                    self._said(talk)
            else:
                self._said(talk)
        except Refusal as refusal:
            if refusal.reason == "changed_meanwhile":
                raise
            self._refuse(talk, refusal)
        talk.toast()

    def _pressed(self, talk: Talk) -> None:
        if talk.member is None:
            raise Refusal("not_bound")
        presses.press(talk, talk.query.data or "" if talk.query else "")

    def _said(self, talk: Talk) -> None:
        talk.attached = messages.attachments_of(talk.message)
        entries = read_entries(talk.text, WORDS, self.house.bot_name)
        if talk.member is None:
            start = next((entry for entry in entries if entry.command == "start"), None)
            if talk.private:
                own.start(talk, start.rest if start else "")
            return
        if not talk.text and not talk.attached:
            # A sticker, a place, a poll: not understood, and in private that is said.
            if talk.private and talk.message.effective_attachment is not None:
                messages.hint(talk)
            return
        if not entries or importing.collects(talk):
            messages.plain(talk)
            return
        for n, entry in enumerate(entries):
            talk.line = sum(len(messages.claims_of_entry(talk, earlier)) for earlier in entries[:n])
            try:
                # A no leaves nothing behind of what was done before it was said.
                with talk.act.whole_or_not_at_all():
                    self._run(talk, entry)
            except Refusal as refusal:
                if refusal.reason == "changed_meanwhile":
                    raise
                self._refuse(talk, refusal)

    def _run(self, talk: Talk, entry: Entry) -> None:
        command = BY_NAME.get(entry.command)
        if command is None:
            if not talk.private:
                return
            raise Refusal("no_such_command", command=entry.command)
        if Role(talk.act.person.role) not in command.roles:
            raise Refusal("not_your_right", action=command.name, role=talk.act.person.role)
        command.run(talk, entry.rest)

    def _refuse(self, talk: Talk, refusal: Refusal) -> None:
        if talk.query is not None:
            talk.toast(f"refusal.{refusal.reason}", reporting.refusal_facts(talk, refusal), alert=True)
        else:
            reporting.refuse(talk, refusal)


def presence(act: Act, changed: ChatMemberUpdated) -> None:
    """Blocked, unblocked, added to a group or removed from it: who cannot be reached is on record."""
    chat, gone = changed.chat, changed.new_chat_member.status in ("kicked", "left")
    if chat.type == "private":
        member = conversation.speaker(act.session, chat.id)
        if member is not None:
            conversation.reachable(act, member, not gone)
        return
    group = conversation.group_of(act, chat.id, 0)
    if group is not None and gone:
        conversation.group_left(act, group)


def migration(act: Act, update: Update) -> None:
    message = update.effective_message
    if message is None or message.migrate_to_chat_id is None:
        return
    group = conversation.group_of(act, message.chat.id, 0)
    if group is not None:
        conversation.group_moved(act, group, message.migrate_to_chat_id)
