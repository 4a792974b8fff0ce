"""撤下 in chat: one file of evidence is taken out of the bundle, by its number in the list."""

from bot.chat.asking import number_or_refuse
from bot.chat.reading import leading_number
from bot.chat.talk import Buttons, Talk
from bot.usecases import withdrawing


def withdraw(talk: Talk, rest: str) -> None:
    """`/withdraw N K reason`; without a reason it is asked for, without a file's number buttons ask which."""
    number, _, text = number_or_refuse(talk, rest, "withdraw")
    found = leading_number(text.removeprefix("第"))
    if found is None:
        choose(talk, number)
        return
    reason = found[2].removeprefix("件").strip()
    if reason:
        do(talk, number, found[0], reason)
    else:
        ask_reason(talk, number, found[0])


def choose(talk: Talk, number: int) -> None:
    facts = withdrawing.withdrawable(talk.act, number)
    files = facts["files"]
    if len(files) == 1:
        ask_reason(talk, number, files[0]["n"])
        return
    rows: Buttons = [[["file", f"withdraw:{number}:{each['n']}", {**each}]] for each in files[-12:]]
    talk.say("which_file", facts, buttons=[*rows, [["cancel", "cancel"]]], about={"task": number})


def ask_reason(talk: Talk, number: int, n: int) -> None:
    """The reply to the question is the reason."""
    facts = withdrawing.withdrawal_asked(talk.act, number, n)
    talk.say("ask_withdrawal", facts, about={"task": number, "kind": "withdraw", "file": n}, ask=True)


def do(talk: Talk, number: int, n: int, reason: str) -> None:
    talk.say("withdrawn", withdrawing.withdraw_file(talk.act, number, n, reason), about={"task": number})
