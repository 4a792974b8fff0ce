"""What imports have left open on the ledger, shown one at a time and answered by a button or a reply."""

from typing import Any

from bot.chat.talk import Talk
from bot.usecases import open_questions
from bot.words import say as say_word


def show_open(talk: Talk, after: int, *, number: int | None = None, edit: bool = False) -> None:
    """One open question of the ledger, with the readings or units that may be meant."""
    facts = open_questions.show(talk.act, after, number)
    choices = facts["choices"] if facts["note"] != "unit_open" else []
    buttons: list[list[Any]] = []
    for at, choice in enumerate(choices):
        pressed = f"import:settle:{facts['id']}:pick:{at}"
        if facts["kind"] == "deadline":
            buttons.append(["import_day", pressed, {"day": choice}])
        else:
            buttons.append(["import_unit", pressed, {"unit": choice, "ticked": False}])
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    last: list[list[Any]] = [["import_other", f"import:settle:{facts['id']}:other"]]
    if facts["note"] == "unit_unknown":
        last.append(["import_new", f"import:settle:{facts['id']}:new"])
    if facts["of"] > 1:
        last.append(["open_next", f"import:asked:{facts['id']}"])
    rows += [last, [["card", f"card:{facts['number']}"]]]
    talk.say("open_question", facts, buttons=rows, about={"question": facts["id"]}, edit=edit)


def settle(talk: Talk, question_id: int, how: list[str]) -> None:
    row = open_questions.find(talk.act, question_id)
    if how[0] == "other":
        facts = {"kind": row.kind, "phrase": row.phrase, "number": ""}
        talk.say("import_ask_words", facts, about={"question": question_id}, ask=True)
        return
    settled(talk, question_id, row.phrase if how[0] == "new" else row.choices[int(how[1])], edit=True)


def settled(talk: Talk, question_id: int, text: str, *, edit: bool = False) -> None:
    reason = say_word(talk.house.locale, "reason.open_question")
    facts = open_questions.answer(talk.act, question_id, text, talk.house.registry, reason=reason)
    left = open_questions.count_open(talk.act)
    rows = [[["open_questions", f"import:asked:{question_id}", {"count": left}]]] if left else []
    talk.say("question_settled", facts, buttons=rows, about={"task": facts["number"]}, edit=edit)
