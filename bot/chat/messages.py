"""Messages that are no command: replies by role, receipts, a line with a number, pictures, pasted paragraphs."""

from dataclasses import replace
from typing import Any

from telegram import Message

from bot.chat import amending, deciding, extending, importing, offering, reopening, reporting, urging, withdrawing
from bot.chat.commands import WORDS
from bot.chat.reading import Entry, leading_number, leading_numbers, read_entries
from bot.chat.reporting import claim_of
from bot.chat.talk import Talk
from bot.chat.updates import read_update
from bot.domain.chat_text import (
    is_receipt,
    is_unchanged,
    numbered_by_title,
    read_report_line,
    rest_in,
    rest_unchanged,
    split_paragraph,
    without_rest,
)
from bot.domain.people import Role, may
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.usecases import conversation, remarks
from bot.usecases import evidence as evidences
from bot.usecases import report as reports
from bot.usecases.evidence import Attachment
from bot.usecases.lists import numbers_of_unit, titles_of_unit


def attachments_of(message: Message) -> list[Attachment]:
    """The file a message carries, if any; of a photo its largest size."""
    album = message.media_group_id or ""
    if message.photo:
        largest = message.photo[-1]
        size = largest.file_size
        return [Attachment("photo", largest.file_id, largest.file_unique_id, "", "image/jpeg", size, album)]
    for kind in ("document", "video", "audio", "voice", "animation"):
        file = getattr(message, kind, None)
        if file is not None:
            name = getattr(file, "file_name", None) or ""
            size = file.file_size
            kept = "document" if kind != "video" else "video"
            return [Attachment(kept, file.file_id, file.file_unique_id, name, file.mime_type or "", size, album)]
    return []


def plain(talk: Talk) -> None:
    """A message without a command word, understood in the order of design.md §2."""
    about = talk.replied_about
    text = talk.text.strip()
    if about is not None:
        reply(talk, about, text)
    elif talk.attached:
        files(talk, text)
    elif importing.taken(talk, text):
        return
    elif is_receipt(text):
        receipt(talk, None)
    elif (rest := rest_unchanged(text)) is not None:
        reporting.offer_rest(talk, rest)
    elif importing.offered(talk, text):
        return
    elif may(talk.act.person.role, "report") and (claims := claims_in(talk)):
        offering.offer(talk, claims)
        if talk.of_unit and (rest := rest_in(text)) is not None:
            reporting.attempt_rest(talk, rest, [claim.number for claim in claims])
    elif talk.private and talk.of_unit and (claim := claim_of(text)) is not None and claim.percent is not None:
        raise reporting.nameless(talk, text)
    elif talk.private:
        hint(talk)


def hint(talk: Talk) -> None:
    """Not understood: one line of help."""
    talk.say("hint", {"own": numbers_of_unit(talk.act)[:1], "role": talk.act.person.role})


def reply(talk: Talk, about: dict[str, Any], text: str) -> None:
    """A reply acts at once, by role: a unit's is a report, a leader's a 批示, a verifier's an opinion."""
    number = about.get("task")
    if urging.replied(talk, about, text) or importing.replied(talk, about, text):
        return
    if is_receipt(text) and not talk.attached:
        receipt(talk, about)
    elif number is None:
        reply_to_list(talk, about, text)
    elif text and about.get("waiting"):
        deciding.reply_decision(talk, about, text)
    elif text and about.get("kind") == "withdraw":
        withdrawing.do(talk, number, about["file"], text)
    elif text and about.get("kind") == "amend":
        amending.add_reason(talk, about["amend"], text)
    elif text and about.get("kind") == "reopen":
        reopening.ask_to_reopen(talk, number, about["reopen"]["reason"], text)
    elif text and about.get("kind") == "extend":
        extending.read(talk, number, about.get("measure"), text)
    elif text and remarks.open_difficulty(talk.act, about.get("note")):
        reporting.answer_difficulty(talk, about["note"], text)
    elif about.get("kind") == "difficulty":
        reporting.say_remark(talk, number, "difficulty", text)
    elif talk.attached and (not text or about.get("spot")):
        reporting.keep(talk, number, about.get("measure"), spot_id=about.get("spot"))
    elif (kind := remarks.KIND_OF_ROLE.get(Role(talk.act.person.role))) is not None:
        if talk.attached:
            reporting.keep(talk, number, about.get("measure"))
        reporting.say_remark(talk, number, kind[0], text)
    elif (rest := rest_unchanged(text)) is not None:
        reporting.offer_rest(talk, rest)
    else:
        # An answer to a remark is about the task: which of its measures does not matter.
        reporting.make(talk, _claim_on(number, about, text), any_measure="note" in about)


def _claim_on(number: int, about: dict[str, Any], text: str) -> Claim:
    """A reply's own words; a number in them that names another task wins over the message replied to."""
    if is_unchanged(text):
        return Claim(number, about.get("measure"), unchanged=True)
    claim = claim_of(text)
    if claim is None:
        return Claim(number, about.get("measure"), text=text)
    if claim.number == 0:
        return replace(claim, number=number, ordinal=about.get("measure"))
    return claim


def reply_to_list(talk: Talk, about: dict[str, Any], text: str) -> None:
    """A reply to a folded message is read line by line, each naming its number; else buttons ask which task."""
    rest = rest_in(text)
    lines = [line for line in without_rest(text).splitlines() if line.strip()]
    if rest is not None and not lines:
        reporting.offer_rest(talk, rest)
        return
    claims = [claim_of(line) for line in lines]
    named = [claim for claim in claims if claim is not None and claim.number]
    nameless = [line for line, claim in zip(lines, claims, strict=True) if claim is None or not claim.number]
    if named and nameless:
        raise Refusal("line_without_number", understood=nameless[0][:80])
    kind = remarks.KIND_OF_ROLE.get(Role(talk.act.person.role))
    numbered = [each for each in map(leading_number, lines) if each is not None and each[0] in about.get("tasks", [])]
    if kind is not None and numbered and len(numbered) == len(lines):
        for number, _, words in numbered:
            reporting.say_remark(talk, number, kind[0], words)
        return
    if not named or not talk.of_unit:
        ask_task(talk, about.get("tasks", []), text)
        return
    for n, claim in enumerate(named):
        offering.attempt(talk, claim, n)
    if rest is not None:
        reporting.attempt_rest(talk, rest, [claim.number for claim in named])


def ask_task(talk: Talk, numbers: list[int], text: str) -> None:
    mine = [number for number in numbers if number in numbers_of_unit(talk.act)][:12]
    verb = "keep" if talk.attached else "on"
    rows = [
        [["task_number", f"{verb}:{talk.inbox.id}:{number}", {"n": number}] for number in mine[i : i + 4]]
        for i in range(0, len(mine), 4)
    ]
    rows.append([["cancel", "cancel"]])
    talk.say("which_task", {"understood": text[:80], "files": len(talk.attached)}, buttons=rows)


def receipt(talk: Talk, about: dict[str, Any] | None) -> None:
    """收到 is a receipt: it signs for what was handed over, and is never progress and stops nothing."""
    signed: list[int] = []
    if talk.of_unit:
        wanted = [about["task"]] if about and about.get("task") else (about or {}).get("tasks")
        waiting = reports.unsigned(talk.act)
        signed = reports.acknowledge(talk.act, [n for n in waiting if wanted is None or n in wanted])
    if talk.private:
        mine = numbers_of_unit(talk.act)[:1] if may(talk.act.person.role, "report") else []
        talk.say("receipt", {"signed": signed, "own": mine})


def claims_in(talk: Talk) -> list[Claim]:
    """The reports a message holds, in order: of its commands, of its lines, or of the paragraph; [] if none."""
    text = talk.text
    entries = read_entries(text, WORDS, talk.house.bot_name)
    if entries:
        return [claim for entry in entries for claim in claims_of_entry(talk, entry)]
    about = talk.replied_about
    if about is not None and about.get("task"):
        return [_claim_on(about["task"], about, text)]
    own = set(numbers_of_unit(talk.act))
    text = without_rest(text)
    claims = _claims_on_own(text, own)
    if claims or not talk.of_unit:
        return claims
    return _claims_on_own(numbered_by_title(text, titles_of_unit(talk.act)), own)


def _claims_on_own(text: str, own: set[int]) -> list[Claim]:
    lines = [line for line in text.splitlines() if line.strip()]
    read = [read_report_line(line) for line in lines]
    parts = [part for part in split_paragraph(text, sorted(own)) if part.number in own]
    # One line may name several tasks; then it is a pasted paragraph, not a report on its first.
    if len(lines) >= len(parts) and lines and all(line is not None and line.number in own for line in read):
        return [claim for line in lines if (claim := claim_of(line)) is not None]
    return [Claim(part.number or 0, part.measure, part.percent, part.text, part.unchanged) for part in parts]


def claims_of_entry(talk: Talk, entry: Entry) -> list[Claim]:
    if entry.command == "same":
        return [Claim(number, unchanged=True) for number in leading_numbers(entry.rest)[0]]
    return reporting.claims_of(talk, entry.rest)


def files(talk: Talk, text: str) -> None:
    """A picture or file: with a caption that names a task it goes there; of an album where its first one went."""
    claims = claims_in(talk) if text else []
    if len(claims) == 1:
        words = offering.difficulty_of(talk, claims[0])
        if words is None:
            reporting.make(talk, claims[0])
        else:
            reporting.keep(talk, claims[0].number, claims[0].ordinal)
            reporting.say_remark(talk, claims[0].number, "difficulty", words)
        return
    if not claims and importing.looks_like_a_plan(talk):
        importing.hand_in(talk, talk.attached[0])
        return
    album = talk.attached[0].album
    if album and evidences.attach_to_album(talk.act, album, talk.attached, talk.source):
        talk.attached = []
        return
    if album and _asked_already(talk, album):
        return
    ask_task(talk, numbers_of_unit(talk.act), text)


def _asked_already(talk: Talk, album: str) -> bool:
    """One question for an album, however many pictures it has."""
    own_id = talk.inbox.id or 0
    return any(id_ < own_id for id_, _ in conversation.album(talk.act, talk.chat_id, own_id, album))


def again(talk: Talk, inbox_id: int) -> Talk:
    """An earlier message of the same person in this chat, to act on now. Refusals: too_old."""
    payload = conversation.earlier(talk.act, inbox_id, talk.chat_id)
    if payload is None:
        raise Refusal("too_old")
    update = read_update(payload)
    user, presser = update.effective_user, talk.update.effective_user
    if user is None or presser is None or user.id != presser.id or update.effective_message is None:
        raise Refusal("not_your_button")
    original = Talk(talk.house, talk.act, talk.inbox, update, talk.machine_now, said=talk.said + 50)
    original.attached = attachments_of(original.message)
    original.answered = True
    original.origin = inbox_id
    return original


def taken(original: Talk) -> bool:
    """The offered reports were recorded before: the button was pressed twice."""
    return conversation.recorded(original.act, original.chat_id, original.message.message_id)


def keep_earlier(talk: Talk, inbox_id: int, number: int) -> None:
    """The file of an earlier message, with the rest of its album, is evidence of this task."""
    original = again(talk, inbox_id)
    album = original.attached[0].album if original.attached else ""
    if album:
        rows = conversation.album(talk.act, talk.chat_id, inbox_id, album)
        original.attached = [file for _, payload in rows for file in _files_of(payload)]
    facts = evidences.attach(talk.act, number, original.attached, source=original.source)
    talk.say("evidence_kept", facts, about={"task": number}, edit=True)


def _files_of(payload: dict[str, Any]) -> list[Attachment]:
    message = read_update(payload).effective_message
    return attachments_of(message) if message is not None else []


def written_with(original: Talk, command: str, number: int) -> str:
    """What followed the task's number in that command of the message; the whole text where it was a plain reply."""
    entries = read_entries(original.text, WORDS, original.house.bot_name)
    found = [leading_number(entry.rest) for entry in entries if entry.command == command]
    return next((each[2] for each in found if each is not None and each[0] == number), original.text)


def on_task(talk: Talk, inbox_id: int, number: int) -> None:
    """The task a reply without a number meant."""
    original = again(talk, inbox_id)
    if conversation.line_recorded(original.act, original.source):
        raise Refusal("already_done")
    kind = remarks.KIND_OF_ROLE.get(Role(talk.act.person.role))
    if kind is not None:
        reporting.say_remark(talk, number, kind[0], original.text)
        return
    reporting.make_pressed(talk, original, replace(claim_on(number, original), number=number), number)


def claim_on(number: int, original: Talk) -> Claim:
    """What a message without a number says of this task, with or without its command word."""
    entries = read_entries(original.text, WORDS, original.house.bot_name)
    return _claim_on(number, {}, entries[0].rest if entries else original.text)


# What may be said again by an edit, as long as nothing came of it the first time.
SAID_ANEW = frozenset({"update", "same", "evidence"})


def edited(talk: Talk) -> bool:
    """An edited message corrects the reports it made, line by line; a line that could not be recorded before is now.

    → False: nothing came of it yet and it reads as a report, so it counts as said now. Whatever else it was stays so.
    """
    if conversation.recorded(talk.act, talk.chat_id, talk.message.message_id):
        _correct(talk)
        return True
    if conversation.attached(talk.act, talk.chat_id, talk.message.message_id):
        return True
    entries = read_entries(talk.text, WORDS, talk.house.bot_name)
    if entries and not {entry.command for entry in entries} <= SAID_ANEW:
        if talk.private:
            talk.say("edited_late")
        return True
    about = talk.replied_about
    if about is not None and not (talk.of_unit and set(about) <= {"task", "measure"}):
        return True
    return not entries and not claims_in(talk)


def _correct(talk: Talk) -> None:
    for n, claim in enumerate(claims_in(talk)):
        talk.line = n
        if not conversation.line_recorded(talk.act, talk.source):
            offering.attempt(talk, claim, n)
            continue
        facts = reports.correct_report(talk.act, claim, talk.source)
        if facts is not None:
            carry_on = [["undo", f"undo:{facts['report_id']}", {"until": facts["undo_until"]}]]
            talk.say("corrected", facts, buttons=[carry_on], about={"task": facts["number"]})
