"""What a clerk is shown of an import: the message's kind and facts, and the buttons that would succeed.

A button carries the draft and its version, so that one of an earlier step is known for stale.
"""

from typing import Any, NamedTuple

from bot.domain.importing import ImportDraft, next_question

IN_A_ROW = 3


class Screen(NamedTuple):
    """A message: its kind, its facts, its rows of buttons."""

    kind: str
    facts: dict[str, Any]
    buttons: list[list[list[Any]]]


def data(draft: ImportDraft, verb: str, *more: object) -> str:
    return ":".join(map(str, ("import", verb, draft.id, draft.version, *more)))


def screen(draft: ImportDraft) -> Screen:
    """Where the draft stands: what the clerk is asked next."""
    if draft.state == "collecting":
        return collecting(draft)
    if draft.state == "reading":
        return reading(draft, "fetch")
    if draft.state in ("writing", "planning"):
        return writing(draft)
    if not draft.facts:
        return Screen("import_issued", {"name": draft.name}, [[_cancel(draft)]])
    return question(draft) if next_question(draft) else ready(draft)


def _cancel(draft: ImportDraft) -> list[Any]:
    return ["import_cancel", data(draft, "cancel")]


def collecting(draft: ImportDraft) -> Screen:
    pieces = draft.source.get("pieces", [])
    row = [["import_read", data(draft, "read")]] if pieces else []
    return Screen(
        "import_collecting", {"pieces": len(pieces), "chars": sum(map(len, pieces))}, [[*row, _cancel(draft)]]
    )


def reading(draft: ImportDraft, stage: str, done: int = 0, of: int = 0) -> Screen:
    facts = {"name": draft.name, "stage": stage, "done": done, "of": of}
    return Screen("import_reading", facts, [[_cancel(draft)]])


def writing(draft: ImportDraft) -> Screen:
    facts = {"name": draft.name, "tasks": draft.facts["added"], "measures": draft.facts["measures"]}
    return Screen("import_writing", facts, [])


def summary(draft: ImportDraft, others: list[dict[str, Any]]) -> Screen:
    """What was understood; with questions they come next, without any it can be confirmed here."""
    facts = {**draft.facts, "name": draft.name, "questions": len(draft.questions), "others": others}
    if not draft.questions:
        return Screen("import_read", facts, confirming(draft))
    left = len(draft.questions)
    first: list[list[Any]] = [["import_start", data(draft, "go"), {"count": left}]]
    return Screen("import_read", facts, [[*first, _rest(draft, left)], [_cancel(draft)]])


def _rest(draft: ImportDraft, count: int) -> list[Any]:
    return ["import_rest", data(draft, "rest"), {"count": count}]


def confirming(draft: ImportDraft) -> list[list[list[Any]]]:
    """[确认导入], or with changed wording also [连同更正], which asks for a reason first."""
    facts = draft.facts
    rows: list[list[list[Any]]] = []
    if draft.reason:
        return [[["import_yes_correct", data(draft, "yes"), {"count": facts["wording"]}], _cancel(draft)]]
    if facts["added"]:
        rows.append([["import_yes", data(draft, "yes"), {"count": facts["added"]}]])
    if facts["wording"]:
        rows.append([["import_correct", data(draft, "reason"), {"count": facts["wording"]}]])
    back: list[list[Any]] = [["import_back", data(draft, "back")]] if draft.answers else []
    return [*rows, [*back, _cancel(draft)]]


def question(draft: ImportDraft) -> Screen:
    asked = next_question(draft)
    assert asked is not None
    left = sum(q["key"] not in draft.answers for q in draft.questions)
    facts = {
        **{name: value for name, value in asked.items() if name not in ("key", "written")},
        "n": len(draft.answers) + 1,
        "of": len(draft.questions),
        "picked": draft.picked,
        "issued": draft.facts["issued"],
    }
    # At most two long labels in a row: a phone cuts off the rest.
    own: list[list[Any]] = [["import_other", data(draft, "other")], ["import_open", data(draft, "open")]]
    more: list[list[Any]] = [_rest(draft, left)] if left > 1 else []
    if draft.answers:
        more.append(["import_back", data(draft, "back")])
    rows = [*_choices(draft, asked), own, *([more] if more else []), [_cancel(draft)]]
    return Screen("import_question", facts, rows)


def _choices(draft: ImportDraft, asked: dict[str, Any]) -> list[list[list[Any]]]:
    buttons: list[list[Any]] = []
    verb = "tick" if asked["note"] == "unit_open" else "pick"
    for at, choice in enumerate(asked["choices"]):
        if asked["kind"] == "deadline":
            buttons.append(["import_day", data(draft, verb, at), {"day": choice}])
        else:
            buttons.append(
                ["import_unit", data(draft, verb, at), {"unit": choice, "ticked": choice in draft.picked}],
            )
    size = 2 if asked["kind"] == "deadline" else IN_A_ROW
    rows = [buttons[at : at + size] for at in range(0, len(buttons), size)]
    if asked["note"] == "unit_unknown":
        rows.append([["import_new", data(draft, "new")], ["import_nobody", data(draft, "nobody")]])
    if asked["note"] == "unit_open":
        chosen: list[list[Any]] = []
        if draft.picked:
            chosen.append(["import_ticked", data(draft, "ticked"), {"count": len(draft.picked)}])
        elif asked["choices"]:
            chosen.append(["import_all", data(draft, "all"), {"count": len(asked["choices"])}])
        rows.append([*chosen, ["import_nobody", data(draft, "nobody")]])
    return rows


def ready(draft: ImportDraft, *, moved: bool = False) -> Screen:
    """All is answered or left open: what will be written. `moved`: the ledger has changed since it was shown."""
    given = [(q, draft.answers.get(q["key"], {"open": True})) for q in draft.questions]
    answers = [
        {
            "phrase": q["phrase"],
            "note": q["note"],
            "number": q["number"],
            "text": a["text"],
            "new": bool(a.get("new")),
            "places": q["places"],
        }
        for q, a in given
        if "text" in a
    ]
    facts = {**draft.facts, "name": draft.name, "answers": answers, "reason": draft.reason, "moved": moved}
    facts["open"] = sum("open" in a for _, a in given)
    return Screen("import_ready", facts, confirming(draft))
