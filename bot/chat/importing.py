"""/import in chat: a file, or words pasted, becomes the ledger by conversation; the office's private chat only."""

import re
from typing import Any

from bot.chat import open_points
from bot.chat.talk import Talk
from bot.domain.importing import ImportDraft, next_question
from bot.domain.people import Role, require
from bot.domain.refusal import Refusal
from bot.usecases import import_draft, import_screens, open_questions
from bot.usecases.evidence import MAX_BYTES, Attachment
from bot.usecases.import_screens import Screen
from bot.usecases.import_work import under_way

# What a plan comes as. With /import any file is read, and told what it is.
PLANS = (".xlsx", ".xls", ".xlsm", ".docx", ".doc", ".csv", ".tsv", ".txt")
# Labels a plan's running text begins lines with; two different ones are no accident.
_LABEL = re.compile(
    r"(?:整改|工作|存在|反馈|具体|主要)?(问题|目标|措施|时限|完成时限|责任单位|牵头单位|印发日期)\s*[:：,，\t]",
    re.MULTILINE,
)
FEWEST_LABELS = 3
CUT = 3800  # characters: Telegram parts what is longer than 4,096 into messages


def import_(talk: Talk, rest: str) -> None:
    """With a file (its own, or that of the message replied to) or a text: it is read. Alone: where things stand."""
    require(talk.act.person, "import")
    if not talk.private:
        raise Refusal("import_privately")
    files = talk.attached or _replied_files(talk)
    draft = import_draft.current(talk.act)
    if files:
        hand_in(talk, files[0])
    elif rest.strip():
        hand_in_words(talk, rest, talk.inbox.id or 0)
    elif draft is not None:
        say(talk, draft, import_screens.screen(draft))
    else:
        _prompt(talk)


def _replied_files(talk: Talk) -> list[Attachment]:
    replied = talk.message.reply_to_message
    if replied is None or replied.document is None:
        return []
    return [attachment(replied.document)]


def attachment(file: Any) -> Attachment:
    return Attachment("document", file.file_id, file.file_unique_id, file.file_name or "", "", file.file_size)


def _prompt(talk: Talk) -> None:
    """Nothing is under way: how to hand in a plan, what others have in hand, what stands open on the ledger."""
    draft = import_draft.begin(talk.act, talk.chat_id, "", {}, shown=_key(talk))
    open_ = open_questions.count_open(talk.act)
    rows: list[list[list[Any]]] = [[["import_cancel", import_screens.data(draft, "cancel")]]]
    if open_:
        rows.insert(0, [["open_questions", "import:asked:0", {"count": open_}]])
    facts = {"others": import_draft.of_others(talk.act), "open": open_}
    talk.say("import_prompt", facts, buttons=rows, about={"import": draft.id})


def _key(talk: Talk) -> str:
    """The outbox key of the next answer."""
    return f"in:{talk.inbox.id}:{talk.said + 1}"


def looks_like_a_plan(talk: Talk) -> bool:
    """A file the office sends by itself, in private, of a kind plans come in."""
    name = talk.attached[0].name.lower() if talk.attached else ""
    return talk.private and talk.act.person.role == Role.OFFICE and name.endswith(PLANS)


def hand_in(talk: Talk, file: Attachment) -> None:
    """The file is fetched and read; the answer is the message that tells how far that is."""
    name = file.name or "plan"
    if file.size is not None and file.size > MAX_BYTES:
        raise Refusal("plan_too_large", name=name, megabytes=round(file.size / 2**20, 1), limit=MAX_BYTES // 2**20)
    source = {"file_id": file.file_id, "unique": file.file_unique_id}
    _begin(talk, name, source)


def hand_in_words(talk: Talk, text: str, inbox_id: int) -> None:
    """A text of nearly a message's length was cut by Telegram: the rest is waited for."""
    if len(text) >= CUT and import_draft.current(talk.act) is None:
        draft = import_draft.begin(talk.act, talk.chat_id, "", {}, shown=_key(talk))
        _add(talk, draft, text, inbox_id)
        return
    _begin(talk, import_draft.name_of_words(talk.act, text), {"text": text, "inbox": [inbox_id]})


def _begin(talk: Talk, name: str, source: dict[str, Any]) -> None:
    own = import_draft.current(talk.act)
    if own is not None and own.state == "collecting" and not own.source.get("pieces"):
        import_draft.cancel(talk.act, own)
        own = None
    if own is not None:
        _own_under_way(talk, own, source)
        return
    other = import_draft.same_of_others(
        talk.act, source.get("unique", ""), import_draft.hash_of(source.get("text", "").encode())
    )
    if other is not None:
        kind, facts, rows = under_way(talk.act, other)
        talk.say(kind, facts, buttons=rows)
        return
    draft = import_draft.begin(talk.act, talk.chat_id, name, source, shown=_key(talk))
    say(talk, draft, import_screens.reading(draft, "fetch"))


def _own_under_way(talk: Talk, own: ImportDraft, source: dict[str, Any]) -> None:
    """One import at a time: go on with the one under way, or end it and read this one."""
    if own.source.get("unique") and own.source.get("unique") == source.get("unique"):
        say(talk, own, import_screens.screen(own))
        return
    anew = import_screens.data(own, "anew", talk.inbox.id)
    rows = [[["import_go_on", import_screens.data(own, "show")], ["import_anew", anew]]]
    talk.say("import_one_at_a_time", import_draft.progress_of(talk.act, own), buttons=rows)


def say(talk: Talk, draft: ImportDraft, screen: Screen, *, edit: bool = False) -> None:
    """The screen is said; what the slow work has to say later rewrites it."""
    kind, facts, rows = screen
    draft_key = _key(talk)
    talk.say(kind, facts, buttons=rows, about={"import": draft.id}, edit=edit)
    import_draft.shown_as(talk.act, draft, draft_key)


def taken(talk: Talk, text: str) -> bool:
    """Plain words of a clerk with an import under way: a piece of the plan, or the answer to its question."""
    if not talk.private or talk.act.person.role != Role.OFFICE or not text:
        return False
    draft = import_draft.current(talk.act)
    if draft is None:
        return False
    if draft.state == "collecting":
        # Who asked how to import and went on with something else is not pasting.
        if not draft.source.get("pieces") and not is_long(text):
            return False
        _add(talk, draft, text, talk.inbox.id or 0)
        return True
    if draft.state == "asking" and (not draft.facts or next_question(draft)):
        try:
            answer(talk, draft, text)
        except Refusal as refusal:
            # Perhaps it was no answer at all: only a reply to the question is told why it is none.
            if refusal.reason in ("import_day_unclear", "import_unit_unclear", "import_issued_unclear"):
                return False
            raise
        return True
    return False


def _add(talk: Talk, draft: ImportDraft, text: str, inbox_id: int) -> None:
    import_draft.add_words(talk.act, draft, text, inbox_id, _key(talk))
    say(talk, draft, import_screens.screen(draft))


def is_long(text: str) -> bool:
    return len(text) > 40 or "\n" in text.strip()


def collects(talk: Talk) -> bool:
    """A long text of a clerk who is pasting a plan: no command, whatever word it begins with."""
    if not (is_long(talk.text) and talk.private and talk.act.person.role == Role.OFFICE) or talk.text.startswith("/"):
        return False
    draft = import_draft.current(talk.act)
    return draft is not None and draft.state == "collecting"


def offered(talk: Talk, text: str) -> bool:
    """Words that look like a plan are offered to be read as one."""
    labels = {found.group(1) for found in _LABEL.finditer(text)}
    if not talk.private or talk.act.person.role != Role.OFFICE or len(labels) < FEWEST_LABELS:
        return False
    if len(text) >= CUT:
        hand_in_words(talk, text, talk.inbox.id or 0)
        return True
    row = [["import_text", f"import:text:0:0:{talk.inbox.id}"], ["cancel", "cancel"]]
    talk.say("import_offer", {"chars": len(text), "lines": len(text.splitlines())}, buttons=[row])
    return True


def replied(talk: Talk, about: dict[str, Any], text: str) -> bool:
    """A reply to a message of an import: a file, a piece, an answer, the reason. False: it is about something else."""
    if "question" in about and text:
        open_points.settled(talk, about["question"], text)
        return True
    if "import" not in about:
        return False
    if talk.attached:
        hand_in(talk, talk.attached[0])
        return True
    draft = import_draft.find(talk.act, about["import"])
    if draft.state == "collecting":
        _add(talk, draft, text, talk.inbox.id or 0)
    elif about.get("kind") == "reason":
        say(talk, draft, import_screens.ready(import_draft.set_reason(talk.act, draft, text)))
    elif draft.state == "reading":
        say(talk, draft, import_screens.screen(draft))
    else:
        answer(talk, draft, text)
    return True


def answer(talk: Talk, draft: ImportDraft, text: str) -> None:
    if not draft.facts:
        import_draft.set_issued(talk.act, draft, text)
        say(talk, draft, import_screens.reading(draft, "draft"))
        return
    given = import_draft.read_answer(talk.act, draft, talk.house.registry, text)
    say(talk, import_draft.answer(talk.act, draft, given), import_screens.screen(draft))


def cancel(talk: Talk) -> bool:
    """/cancel ends the import under way, if there is one."""
    draft = import_draft.current(talk.act) if talk.act.person.role == Role.OFFICE else None
    if draft is None or draft.state in ("writing", "planning"):
        return False
    import_draft.cancel(talk.act, draft)
    talk.say("import_cancelled", {"name": draft.name, "answered": len(draft.answers)})
    return True
