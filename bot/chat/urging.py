"""Urging in the chat: sheets (督办单), their receipt and reply, drafts to sign out, 催办, and the bulletin's edits."""

import re
from typing import Any

from bot.chat.reading import leading_number
from bot.chat.talk import Buttons, Talk
from bot.domain.chat_text import is_receipt
from bot.domain.people import UNIT_PEOPLE, Role
from bot.domain.refusal import Refusal
from bot.usecases import bulletin as bulletins
from bot.usecases import conversation, lists, sheet_office, sheet_unit, sheets

COLOURS = {"蓝": "blue", "黄": "yellow", "红": "red"}
COLOURS |= {f"{word}色": colour for word, colour in COLOURS.items()} | {colour: colour for colour in sheets.COLOURS}
_WORDS = "|".join(sorted(COLOURS, key=len, reverse=True))
_COLOUR = re.compile(rf"^\s*({_WORDS})(?:督办单)?[\s,，:：。]*", re.IGNORECASE)


def sheet(talk: Talk, rest: str) -> None:
    """`督办单 N 黄 文字`: issued at once. Refusals: sheet_form (what was understood) and the use case's."""
    found = leading_number(rest)
    colour = _COLOUR.match(found[2]) if found else None
    if found is None or colour is None:
        raise Refusal("sheet_form", understood=rest[:80], task=found[0] if found else None)
    number, ordinal, text = found
    facts = sheet_office.issue_by_hand(
        talk.act, number, ordinal, COLOURS[colour[1].lower()], text[colour.end() :].strip()
    )
    talk.say("sheets_out", facts, about={"task": number})


def answer(talk: Talk, rest: str) -> None:
    """`回复督办单 N 文字`: the unit's open sheet on that task is answered."""
    found, about = leading_number(rest), talk.replied_about or {}
    if found is None and about.get("task"):
        found = about["task"], None, rest.strip()
    if found is None:
        raise Refusal("answer_form", task=None, understood=rest[:80])
    say_answered(talk, sheet_unit.open_on(talk.act, found[0]).id or 0, found[2])


def say_answered(talk: Talk, sheet_id: int, text: str) -> None:
    facts = sheet_unit.answer(talk.act, sheet_id, text)
    talk.say("sheet_closed", {"sheet": facts}, buttons=[[["card", f"card:{facts['n']}"]]], about={"task": facts["n"]})


def ask_answer(talk: Talk, sheet_id: int) -> None:
    """[答复]: the reply to the question is the reply to the sheet."""
    facts = sheet_unit.ask_answer(talk.act, sheet_id)
    talk.say("ask_answer", {"sheet": facts}, about={"task": facts["n"], "sheet": sheet_id, "kind": "answer"}, ask=True)


def receive(talk: Talk, ids: list[int] | None) -> None:
    done = sheet_unit.receive(talk.act, ids)
    if not done:
        raise Refusal("nothing_to_sign")
    buttons = [["answer_n", f"answer:{row['id']}", {"n": row["n"]}] for row in done[:6]]
    about: dict[str, Any] = {"tasks": [row["n"] for row in done]}
    if len(done) == 1:
        about = {"task": done[0]["n"], "sheet": done[0]["id"]}
    talk.say("sheets_received", {"sheets": done}, buttons=[buttons[:3], buttons[3:]], about=about)


# The office's drafts.


def show_drafts(talk: Talk, rest: str) -> None:
    """What the ladder has drafted and nobody has decided yet."""
    drafts = sheets.drafts(talk.act)
    waiting = sheets.lines_of(talk.act, drafts[: sheets.LISTED])
    if not waiting:
        raise Refusal("no_drafts")
    row = [["draft", f"sheet_draft:{each['id']}", {"n": each["n"], "colour": each["colour"]}] for each in waiting]
    buttons = [sheets.drafts_buttons(drafts)[0][:1], *(row[i : i + 3] for i in range(0, len(row), 3))]
    talk.say("drafts", {"sheets": waiting, "count": len(drafts)}, buttons=buttons)


def sign_out_all(talk: Talk, newest: int) -> None:
    """All that were listed, at once; the list itself stays as it is."""
    facts = sheet_office.sign_out_all(talk.act, newest)
    about = {"tasks": [row["n"] for row in facts["sheets"]]}
    talk.say("sheets_out", facts, about=about)


def show_draft(talk: Talk, sheet_id: int) -> None:
    say_draft(talk, sheet_office.show_draft(talk.act, sheet_id))


def say_draft(talk: Talk, facts: dict[str, Any]) -> None:
    number = facts["id"]
    buttons: Buttons = [
        [
            ["sign_out", f"sheet_issue:{number}"],
            ["reword", f"sheet_edit:{number}"],
            ["drop_sheet", f"sheet_drop:{number}"],
        ],
        [["card", f"card:{facts['n']}"]],
    ]
    talk.say("sheet_draft", {"sheet": facts}, buttons=buttons, about={"task": facts["n"]})


def sign_out(talk: Talk, sheet_id: int) -> None:
    facts = sheet_office.sign_out(talk.act, sheet_id)
    talk.say("sheets_out", {"sheets": [facts], "told": facts["told"]}, about={"task": facts["n"]}, edit=True)


def ask_words(talk: Talk, sheet_id: int) -> None:
    facts = sheet_office.show_draft(talk.act, sheet_id)
    talk.say("ask_words", {"sheet": facts}, about={"task": facts["n"], "sheet": sheet_id, "kind": "words"}, ask=True)


def drop(talk: Talk, sheet_id: int) -> None:
    facts = sheet_office.drop(talk.act, sheet_id)
    talk.say("sheet_dropped", {"sheet": facts}, about={"task": facts["n"]}, edit=True)


# 催办.


def urge(talk: Talk, number: int, text: str, unit_id: int | None = None) -> None:
    talk.say("sheets_out", sheet_office.urge(talk.act, number, text, unit_id), about={"task": number})


def missed_buttons(talk: Talk, facts: dict[str, Any]) -> Buttons:
    """[催报 武清区] on the card, for units that missed last week; for the office and the lead."""
    may = talk.act.person.role == Role.OFFICE or talk.act.unit(talk.act.person.unit_id) in facts["units"]["lead"]
    if not may or facts["flag"] in ("finished", "struck_off"):
        return []
    number, own = facts["number"], talk.act.person.unit_id
    rows = [
        ["urge_unit", f"urge_unit:{number}:{unit}", {"unit": name}]
        for unit, name in lists.missed_units(talk.act, number)
        if unit != own
    ]
    return [rows[:3]] if rows else []


def assemble_buttons(talk: Talk, facts: dict[str, Any]) -> Buttons:
    """[汇总] on the card of a lead under whom other units work."""
    own = talk.act.unit(talk.act.person.unit_id)
    lead = talk.act.person.role in UNIT_PEOPLE and own in facts["units"]["lead"]
    others = any(unit != own for measure in facts["measures"] for unit in measure["workers"])
    if not lead or not others or facts["flag"] in ("finished", "struck_off"):
        return []
    return [[["assemble", f"assemble:show:{facts['number']}"]]]


def open_buttons(talk: Talk, facts: dict[str, Any]) -> Buttons:
    """On the card: [签收][答复] of the first of the unit's own open sheets."""
    own = talk.act.unit(talk.act.person.unit_id)
    if talk.act.person.role not in (Role.LIAISON, Role.HEAD):
        return []
    return [sheets.sheet_buttons(sheet) for sheet in facts["sheets"] if sheet["unit"] == own][:1]


# The bulletin.


def correct(talk: Talk, rest: str) -> None:
    """What would go out is shown first; the button sends it."""
    facts = bulletins.correction_draft(talk.act, rest)
    buttons: Buttons = [[["correct", f"correct:{facts['id']}"], ["cancel", "cancel"]]]
    talk.say("confirm_correction", facts, buttons=buttons, about={"correction": facts["reason"]})


def press_correct(talk: Talk, bulletin_id: int) -> None:
    """Confirmed: sent once. Refusals: too_old, already_done (another was sent meanwhile) and those of `correct`."""
    reason = (conversation.about(talk.act, talk.chat_id, talk.message.message_id) or {}).get("correction")
    if reason is None:
        raise Refusal("too_old")
    if bulletins.to_correct(talk.act, reason).id != bulletin_id:
        raise Refusal("already_done")
    row = bulletins.correct(talk.act, reason)
    facts = {"year": row.year, "issue": row.issue, "correction": row.correction, "reason": row.reason}
    talk.say("bulletin_corrected", facts, edit=True)


def ask_next_steps(talk: Talk, bulletin_id: int) -> None:
    facts = bulletins.steps_to_edit(talk.act, bulletin_id)
    talk.say("ask_next_steps", facts, about={"kind": "next_steps", "bulletin": bulletin_id}, ask=True)


# Replies.


def replied(talk: Talk, about: dict[str, Any], text: str) -> bool:
    """A reply to a sheet, or to a question about one; False when the message replied to is something else."""
    kind, sheet_id = about.get("kind"), about.get("sheet")
    if kind == "next_steps" and text:
        facts = bulletins.set_next_steps(talk.act, about["bulletin"], text)
        talk.say("next_steps_kept", facts)
        return True
    if kind == "words" and text:
        say_draft(talk, sheet_office.reword(talk.act, sheet_id or 0, text))
        return True
    if talk.act.person.role not in (Role.LIAISON, Role.HEAD) or not text:
        return False
    if is_receipt(text) and (sheet_id or about.get("sheets")):
        receive(talk, [sheet_id] if sheet_id else about["sheets"])
        return True
    if sheet_id and (kind == "answer" or sheet_unit.asks_reply(talk.act, sheet_id)):
        say_answered(talk, sheet_id, text)
        return True
    return False
