"""A clerk's side of importing by conversation: a file is handed in, questions are answered, the whole is confirmed.

Each function here is quick: what takes long (fetching, reading, writing) waits in the draft's state for `import_work`.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.domain.deadlines import read_deadline
from bot.domain.importing import KEPT, ImportDraft, is_old, next_question, require_live
from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.domain.unit_phrases import read_units
from bot.domain.unit_phrases.vocabulary import ROLES
from bot.store import carry, imports
from bot.store.people import member_by_id
from bot.usecases.act import Act

NOBODY = ("无", "没有", "不涉及", "none", "-")
LONGEST_TEXT = 200_000  # characters pasted for one plan
LONGEST_TITLE = 60
_TITLE = re.compile(r"[^\n,，:：]*(?:方案|清单|台账|计划)[^\n,，:：]*")


def current(act: Act) -> ImportDraft | None:
    """The speaker's own draft under way; an old one counts no more."""
    found = imports.live_of(act.session, act.person.id or 0)
    return None if found is None or is_old(found, act.now) else found


def of_others(act: Act) -> list[dict[str, Any]]:
    """What other clerks are importing: name, by whom, since when, how far."""
    rows = [row for row in imports.live(act.session) if row.member_id != act.person.id and not is_old(row, act.now)]
    return [progress_of(act, row) for row in rows]


def same_of_others(act: Act, unique: str, sha256: str = "") -> ImportDraft | None:
    """Another clerk's draft of the very same file."""
    for row in imports.live(act.session):
        own = row.source.get("unique", "")
        alike = (unique and own == unique) or (sha256 and row.sha256 == sha256)
        if alike and row.member_id != act.person.id and not is_old(row, act.now):
            return row
    return None


def progress_of(act: Act, draft: ImportDraft) -> dict[str, Any]:
    clerk = member_by_id(act.session, draft.member_id)
    return {
        "name": draft.name,
        "by": clerk.name if clerk else "",
        "since": act.office.local(draft.started_at).isoformat(),
        "state": draft.state,
        "answered": len(draft.answers),
        "asked": len(draft.questions),
        "until": act.office.local(draft.touched_at + KEPT).isoformat(),
    }


def begin(act: Act, chat_id: int, name: str, source: dict[str, Any], shown: str) -> ImportDraft:
    """A file handed in ({"file_id", "unique"}), words pasted ({"text"}), or, with neither, words to come.

    Refusals: not_your_right, import_under_way (the speaker's own; one at a time).
    """
    require(act.person, "import")
    if current(act) is not None:
        raise Refusal("import_under_way")
    end_old(act)
    text = source.get("text", "")
    draft = ImportDraft(
        member_id=act.person.id or 0,
        chat_id=chat_id,
        name=name,
        source=source,
        sha256=hash_of(text.encode()) if text else "",
        state="reading" if source.get("file_id") or text else "collecting",
        shown=shown,
        started_at=act.now,
        touched_at=act.now,
    )
    carry.add(act.session, draft)
    return draft


def end_old(act: Act) -> None:
    """The speaker's own that nobody has touched for so long ends, unless the clock has done so already."""
    found = imports.live_of(act.session, act.person.id or 0)
    if found is not None:
        imports.change(act.session, found, **ended("expired", act))


def ended(state: str, act: Act) -> dict[str, Any]:
    """What an ended draft keeps: who, when and what of; not the document."""
    return {"state": state, "ended_at": act.now, "touched_at": act.now, "sheets": b"", "source": {}}


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shown_as(act: Act, draft: ImportDraft, key: str) -> None:
    """The message under this key is the one that what comes next rewrites."""
    imports.note_shown(act.session, draft, key)


def tell_taken(act: Act, draft: ImportDraft, owner: int) -> None:
    """Whose it was learns who goes on with it."""
    clerk = member_by_id(act.session, owner)
    if clerk is not None:
        facts = {"name": draft.name, "by": act.person.name}
        act.tell([clerk], "import_taken", facts, key=f"import_taken:{draft.id}:{draft.version}")


def find(act: Act, draft_id: int, version: int | None = None) -> ImportDraft:
    """The draft a button is about. Refusals: not_your_right, those of `require_live`."""
    require(act.person, "import")
    draft = act.session.get(ImportDraft, draft_id)
    clerk = member_by_id(act.session, draft.member_id) if draft else None
    return require_live(draft, act.person, clerk.name if clerk else "", act.now, version)


def step(act: Act, draft: ImportDraft, **fields: Any) -> ImportDraft:
    """Refusals: import_stale (somebody was quicker)."""
    if not imports.change(act.session, draft, touched_at=act.now, **fields):
        raise Refusal("import_stale", name=draft.name)
    return draft


def add_words(act: Act, draft: ImportDraft, text: str, inbox_id: int, shown: str) -> ImportDraft:
    """One more piece of what is pasted: Telegram cuts long texts. Refusals: import_too_long."""
    pieces = [*draft.source.get("pieces", []), text]
    if sum(map(len, pieces)) > LONGEST_TEXT:
        raise Refusal("import_too_long", limit=LONGEST_TEXT)
    inbox = [*draft.source.get("inbox", []), inbox_id]
    return step(act, draft, source={**draft.source, "pieces": pieces, "inbox": inbox}, shown=shown)


def read_words(act: Act, draft: ImportDraft) -> ImportDraft:
    """What was pasted is complete. Refusals: import_nothing."""
    text = "\n".join(draft.source.get("pieces", []))
    if not text.strip():
        raise Refusal("import_nothing")
    fields = {"source": {**draft.source, "text": text}, "sha256": hash_of(text.encode())}
    return step(act, draft, state="reading", name=name_of_words(act, text), **fields)


def name_of_words(act: Act, text: str) -> str:
    """What pasted words are called, and the plan in them where they give it no title: their first line's, or when."""
    first = text.strip().split("\n")[0]
    title = _TITLE.search(first) if len(first) <= LONGEST_TITLE else None
    return title.group().strip() if title else f"粘贴的方案 {act.office.local(act.now):%m-%d %H:%M}"


def answer(act: Act, draft: ImportDraft, given: dict[str, Any]) -> ImportDraft:
    """The question shown is answered. Refusals: import_stale."""
    question = next_question(draft)
    if question is None:
        raise Refusal("import_stale", name=draft.name)
    return step(act, draft, answers={**draft.answers, question["key"]: given}, picked=[])


def choose(act: Act, draft: ImportDraft, at: int) -> ImportDraft:
    """One of the readings or units proposed. Refusals: import_stale."""
    return answer(act, draft, {"text": _question(draft)["choices"][at]})


def tick(act: Act, draft: ImportDraft, at: int) -> ImportDraft:
    """One unit of an open list, ticked or not."""
    name = _question(draft)["choices"][at]
    picked = [each for each in draft.picked if each != name] if name in draft.picked else [*draft.picked, name]
    return step(act, draft, picked=picked)


def take_ticked(act: Act, draft: ImportDraft) -> ImportDraft:
    """The ticked units, in the order of the list. Refusals: import_none_ticked."""
    names = [name for name in _question(draft)["choices"] if name in draft.picked]
    if not names:
        raise Refusal("import_none_ticked")
    return answer(act, draft, {"text": "、".join(names)})


def take_all(act: Act, draft: ImportDraft) -> ImportDraft:
    return answer(act, draft, {"text": "、".join(_question(draft)["choices"])})


def take_as_new(act: Act, draft: ImportDraft) -> ImportDraft:
    """The name is a unit of its own, as it is written."""
    return answer(act, draft, {"text": _question(draft)["written"], "new": True})


def leave_rest(act: Act, draft: ImportDraft) -> ImportDraft:
    """Every question still open stays with its task."""
    rest = {q["key"]: {"open": True} for q in draft.questions if q["key"] not in draft.answers}
    return step(act, draft, answers={**draft.answers, **rest}, picked=[])


def go_back(act: Act, draft: ImportDraft) -> ImportDraft:
    """The last answer is taken back. Refusals: import_stale."""
    answered = [q["key"] for q in draft.questions if q["key"] in draft.answers]
    if not answered:
        raise Refusal("import_stale", name=draft.name)
    kept = {key: given for key, given in draft.answers.items() if key != answered[-1]}
    return step(act, draft, answers=kept, picked=[], reason="")


def _question(draft: ImportDraft) -> dict[str, Any]:
    question = next_question(draft)
    if question is None:
        raise Refusal("import_stale", name=draft.name)
    return question


def read_answer(act: Act, draft: ImportDraft, registry: Registry, text: str) -> dict[str, Any]:
    """What was typed, as an answer to the question shown.

    Refusals: import_day_unclear (text, days), import_unit_unclear (names, near), import_stale.
    """
    question = _question(draft)
    if question["kind"] == "deadline":
        return {"text": deadline_said(act, text, date.fromisoformat(draft.facts["issued"]))}
    return {"text": units_said(registry, text)}


def deadline_said(act: Act, text: str, base: date) -> str:
    """A phrase that can be read in one way. Refusals: import_day_unclear."""
    reading = read_deadline(text.strip(), base, act.office.calendar)
    if reading.kind == "ask":
        raise Refusal("import_day_unclear", text=text[:40], days=[day.isoformat() for day in reading.choices])
    return text.strip()


def units_said(registry: Registry, text: str) -> str:
    """Names of known units, joined; "" for 无. Refusals: import_unit_unclear (names, near)."""
    if text.strip().lower() in NOBODY:
        return ""
    found = read_units(text, registry)
    unclear: Sequence[str] = (*found.unknown, *found.ask)
    names = list(dict.fromkeys(name for role in ROLES for name in getattr(found, role)))
    if unclear or not names:
        asked = list(unclear) or [text[:40]]
        raise Refusal("import_unit_unclear", names=asked[:3], near=registry.near(asked[0]))
    return "、".join(names)


def set_issued(act: Act, draft: ImportDraft, text: str) -> ImportDraft:
    """The day of issue, which the file does not name; it is read again from there. Refusals: import_issued_unclear."""
    reading = read_deadline(text.strip(), act.office.today(act.now), act.office.calendar)
    if reading.kind != "date" or reading.due is None or reading.due > act.office.today(act.now):
        raise Refusal("import_issued_unclear", text=text[:40], days=[day.isoformat() for day in reading.choices])
    return step(act, draft, issued=reading.due.isoformat(), state="reading")


def confirm(act: Act, draft: ImportDraft) -> ImportDraft:
    """It is written next. Refusals: import_questions_left (count)."""
    left = [q for q in draft.questions if q["key"] not in draft.answers]
    if left:
        raise Refusal("import_questions_left", count=len(left))
    return step(act, draft, state="writing", attempts=0)


def set_reason(act: Act, draft: ImportDraft, reason: str) -> ImportDraft:
    """Changed wording is taken over too, for this reason. Refusals: correction_unreasoned."""
    if not reason.strip():
        raise Refusal("correction_unreasoned", task=draft.facts["changes"][0]["number"])
    return step(act, draft, reason=reason.strip()[:500])


def cancel(act: Act, draft: ImportDraft) -> None:
    """Nothing of it is kept. Refusals: import_stale."""
    if not imports.change(act.session, draft, **ended("cancelled", act)):
        raise Refusal("import_stale", name=draft.name)


def take_over(act: Act, draft_id: int, chat_id: int) -> tuple[ImportDraft, int]:
    """Another clerk goes on with it, with every answer kept. → the draft, and whose it was.

    Refusals: not_your_right, import_under_way (an own one), those of `require_live`.
    """
    require(act.person, "import")
    if current(act) is not None:
        raise Refusal("import_under_way")
    draft = act.session.get(ImportDraft, draft_id)
    owner = draft.member_id if draft else 0
    clerk = member_by_id(act.session, owner)
    if draft is not None and clerk is not None:
        require_live(draft, clerk, clerk.name, act.now, None)
    if draft is None:
        raise Refusal("import_gone")
    return step(act, draft, member_id=act.person.id, chat_id=chat_id), owner
