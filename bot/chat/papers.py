"""一图, 通报稿, 台账: the bulletin as a picture and in Word, the ledger in Excel, by command and under a bulletin."""

from datetime import datetime
from typing import Any

from bot.chat.asking import digest_call
from bot.chat.questioning import require_scope
from bot.chat.talk import Talk
from bot.domain.composition import moment_of
from bot.usecases import board as boards
from bot.usecases import bulletin_paper, ledger_file, reprint
from bot.usecases import digest as digests
from bot.words import say


def report(talk: Talk, rest: str) -> None:
    """通报稿 [上周|DATE|第23期] [UNIT]. Refusals: those of `/digest`."""
    _send_word(talk, *_asked(talk, rest))


def export(talk: Talk, rest: str) -> None:
    """台账 [DATE] [UNIT]. Refusals: those of `/digest`."""
    _send_excel(talk, *_asked(talk, rest))


def board(talk: Talk, rest: str) -> None:
    """一图 [上周|DATE|第23期] [UNIT]. Refusals: those of `/digest`."""
    _send_board(talk, *_asked(talk, rest))


def press_board(talk: Talk, moment: str, scope: str) -> None:
    """[一图] under a bulletin. Refusals: not_your_unit."""
    require_scope(talk, scope)
    _send_board(talk, moment_of(int(moment)), scope)


def press_word(talk: Talk, moment: str, scope: str) -> None:
    """[Word] under a bulletin. Refusals: not_your_unit."""
    require_scope(talk, scope)
    _send_word(talk, moment_of(int(moment)), scope)


def press_excel(talk: Talk, moment: str, scope: str) -> None:
    require_scope(talk, scope)
    _send_excel(talk, moment_of(int(moment)), scope)


def _asked(talk: Talk, rest: str) -> tuple[datetime, str]:
    issue = reprint.issue_asked(rest)
    if issue is not None:
        year, number, unit = issue
        _, scope = digest_call(talk, unit)
        return reprint.issued(talk.act, year, number).as_of, scope
    when, scope = digest_call(talk, rest)
    return digests.moment_asked(talk.act, when), scope


def _send_board(talk: Talk, as_of: datetime, scope: str) -> None:
    talk.say("board", boards.board_facts(talk.act, as_of, scope), method="board", privately=True)


def _send_word(talk: Talk, as_of: datetime, scope: str) -> None:
    made = bulletin_paper.kept_bulletin(talk.act, as_of, scope, talk.house.data)
    talk.say("bulletin_paper", made | _name(talk, "bulletin", made, "docx"), method="document", privately=True)


def _send_excel(talk: Talk, as_of: datetime, scope: str) -> None:
    made = ledger_file.kept_ledger(talk.act, as_of, scope, talk.house.data)
    talk.say("ledger_file", made | _name(talk, "ledger", made, "xlsx"), method="document", privately=True)


def _name(talk: Talk, paper: str, facts: dict[str, Any], ending: str) -> dict[str, Any]:
    return {"name": f"{say(talk.act.person.locale, f'paper_name.{paper}', **facts)}.{ending}"}
