"""审计 in chat: the audit events of a task, paged; the whole trail as a file."""

import re
from typing import Any

from bot.chat.asking import number_or_refuse
from bot.chat.talk import Buttons, Talk
from bot.usecases import auditing
from bot.words import catalogue

PAGE = 8
# What the code calls something, and nobody would write in Chinese or English as a whole value.
CODED = re.compile(r"[a-z]+(_[a-z]+)*")


def audit(talk: Talk, rest: str) -> None:
    number, _, _ = number_or_refuse(talk, rest, "audit")
    show_audit(talk, number, 0)


def show_audit(talk: Talk, number: int, page: int, *, edit: bool = False) -> None:
    facts = auditing.trail(talk.act, number)
    entries = facts["entries"]
    pages = max((len(entries) + PAGE - 1) // PAGE, 1)
    page = min(max(page, 0), pages - 1)
    shown = [_named(talk, entry) for entry in entries[page * PAGE : (page + 1) * PAGE]]
    turn: list[list[Any]] = [["newer", f"audit:{number}:{page - 1}"]] if page else []
    turn += [["older", f"audit:{number}:{page + 1}"]] if page + 1 < pages else []
    rows: Buttons = [turn, [["whole_file", f"audit_all:{number}"]]] if pages > 1 else []
    body = {**facts, "entries": shown, "count": len(entries), "page": page + 1, "pages": pages}
    talk.say("audit", body, buttons=rows, about={"task": number}, edit=edit)


def send_audit(talk: Talk, number: int) -> None:
    """The whole trail as a text file."""
    facts = auditing.trail(talk.act, number)
    entries = [_named(talk, entry) for entry in facts["entries"]]
    body = {**facts, "entries": entries, "count": len(entries), "page": 1, "pages": 1}
    talk.say("audit", body, about={"task": number}, method="text_file")


def _named(talk: Talk, entry: dict[str, Any]) -> dict[str, Any]:
    """Kinds and facts that have a word are shown by it, others (of another version) as they are written."""
    words = catalogue(talk.locale)
    kind = f"event.{entry['kind']}"
    facts = [
        {**fact, "label": words.say(name, {}) if words.has(name := f"event_fact.{fact['name']}") else fact["name"]}
        for fact in entry["facts"]
    ]
    for fact in facts:
        fact |= {side: _value(talk, fact[side]) for side in ("before", "after")}
    return {**entry, "kind": words.say(kind, {}) if words.has(kind) else entry["kind"], "facts": facts}


# Where the words of a value are looked for: states of tasks and requests, labels, kinds of sheets, rhythms, the rest.
VALUES = ("state", "extension_state", "flag", "series", "cadence", "event_value")


def _value(talk: Talk, value: str | None) -> str | None:
    """A value by its word, if it has one; what people wrote, numbers and days stay as they are."""
    words = catalogue(talk.locale)
    if value is None or not CODED.fullmatch(value):
        return value
    return next((words.say(key, {}) for table in VALUES if words.has(key := f"{table}.{value}")), value)
