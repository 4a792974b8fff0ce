"""Buttons of who runs the rounds: urging, sheets, the bulletin, members, notices, corrections."""

from bot.chat import amending, assembling, closing, reopening, running, urging
from bot.chat.talk import Talk, Verb
from bot.usecases import people


def urge(talk: Talk, args: list[str]) -> None:
    running.urge_silent(talk)


def urge_task(talk: Talk, args: list[str]) -> None:
    urging.urge(talk, int(args[0]), "")


def urge_unit(talk: Talk, args: list[str]) -> None:
    urging.urge(talk, int(args[0]), "", int(args[1]))


def assemble(talk: Talk, args: list[str]) -> None:
    if args[0] == "send":
        assembling.send(talk, int(args[1]), int(args[2]))
    else:
        assembling.show(talk, int(args[1]))


def sheet_ack(talk: Talk, args: list[str]) -> None:
    urging.receive(talk, None if args[0] == "all" else [int(args[0])])


def answer_sheet(talk: Talk, args: list[str]) -> None:
    urging.ask_answer(talk, int(args[0]))


def drafts(talk: Talk, args: list[str]) -> None:
    urging.show_drafts(talk, "")


def sheet_draft(talk: Talk, args: list[str]) -> None:
    urging.show_draft(talk, int(args[0]))


def sheet_issue(talk: Talk, args: list[str]) -> None:
    urging.sign_out(talk, int(args[0]))


def sheet_issue_all(talk: Talk, args: list[str]) -> None:
    urging.sign_out_all(talk, int(args[0]))


def sheet_edit(talk: Talk, args: list[str]) -> None:
    urging.ask_words(talk, int(args[0]))


def sheet_drop(talk: Talk, args: list[str]) -> None:
    urging.drop(talk, int(args[0]))


def next_steps(talk: Talk, args: list[str]) -> None:
    urging.ask_next_steps(talk, int(args[0]))


def issue(talk: Talk, args: list[str]) -> None:
    running.issue_bulletin(talk, int(args[0]), edit=True)


def correct(talk: Talk, args: list[str]) -> None:
    urging.press_correct(talk, int(args[0]))


def hold(talk: Talk, args: list[str]) -> None:
    running.hold_bulletin(talk, int(args[0]), edit=True)


def members(talk: Talk, args: list[str]) -> None:
    running.show_members(talk, int(args[0]), edit=True)


def dismiss(talk: Talk, args: list[str]) -> None:
    running.ask_dismiss(talk, int(args[0]))


def dismiss_sure(talk: Talk, args: list[str]) -> None:
    gone = people.dismiss(talk.act, int(args[0]))
    talk.say("dismissed", {"name": gone.name}, edit=True)


def draft_notice(talk: Talk, args: list[str]) -> None:
    closing.draft_notice(talk, int(args[0]))


def reopen(talk: Talk, args: list[str]) -> None:
    reopening.press_reopen(talk, int(args[0]))


def amend(talk: Talk, args: list[str]) -> None:
    amending.press_amend(talk, int(args[0]))


VERBS: dict[str, Verb] = {
    "draft_notice": draft_notice,
    "reopen": reopen,
    "amend": amend,
    "urge": urge,
    "urge_unit": urge_unit,
    "urge_task": urge_task,
    "assemble": assemble,
    "sheet_ack": sheet_ack,
    "answer": answer_sheet,
    "drafts": drafts,
    "sheet_draft": sheet_draft,
    "sheet_issue": sheet_issue,
    "sheet_issue_all": sheet_issue_all,
    "sheet_edit": sheet_edit,
    "sheet_drop": sheet_drop,
    "next_steps": next_steps,
    "issue": issue,
    "hold": hold,
    "correct": correct,
    "members": members,
    "dismiss": dismiss,
    "dismiss_sure": dismiss_sure,
}
