"""The digest of a moment in every form the command line writes."""

import json
from collections.abc import Callable
from datetime import datetime

from bot.documents.board import board_png
from bot.domain.refusal import Refusal
from bot.plain import plain
from bot.usecases.act import Act
from bot.usecases.board import board_facts
from bot.usecases.bulletin_paper import bulletin_docx
from bot.usecases.digest import bulletin_facts, digest_at, digest_json
from bot.usecases.ledger_file import ledger_xlsx
from bot.words import say


def text(act: Act, as_of: datetime, scope: str, locale: str) -> str:
    facts = bulletin_facts(act, digest_at(act, as_of, scope), scope)
    return plain(say(locale, "message.bulletin", **facts, correction=0))


def as_json(act: Act, as_of: datetime, scope: str, locale: str) -> str:
    return json.dumps(digest_json(act, digest_at(act, as_of, scope)), ensure_ascii=False, indent=2)


def workbook(act: Act, as_of: datetime, scope: str, locale: str) -> bytes:
    content, _, _ = ledger_xlsx(act, as_of, scope, locale)
    return content


def picture(act: Act, as_of: datetime, scope: str, locale: str) -> bytes:
    """Refusals: bad_scope, no_picture."""
    made = board_png(locale, board_facts(act, as_of, scope))
    if made is None:
        raise Refusal("no_picture")
    return made


# Act, moment, scope, locale → what is printed or written. Each refuses with bad_scope.
FORMS: dict[str, Callable[[Act, datetime, str, str], str | bytes]] = {
    "text": text,
    "json": as_json,
    "png": picture,
    "xlsx": workbook,
    "docx": bulletin_docx,
}
