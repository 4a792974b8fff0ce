"""`duban doctor`: what is well, what needs a look, what must be mended, each in one line."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from telegram.error import InvalidToken, TelegramError

from bot.app import absolute, read_calendar, read_registry, read_rules
from bot.delivery.telegram import open_bot, raw
from bot.documents.board import draws_words
from bot.domain.ledger import Milestone
from bot.domain.people import Member
from bot.domain.post import Inbox, Outbox
from bot.domain.refusal import Refusal
from bot.plain import refusal_line
from bot.settings import Settings
from bot.store import schema
from bot.store.engine import Store
from bot.store.marks import marked

Finding = dict[str, str]
GOOD, LOOK, BAD = "ok", "look", "bad"


def finding(level: str, what: str, text: str) -> Finding:
    return {"level": level, "what": what, "text": text}


def examine(settings: Settings) -> list[Finding]:
    """Every check is made, whatever the others found."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (rules, calendar, fonts, database, telegram)
    return [found for check in checks for found in check(settings)]


def rules(settings: Settings) -> Iterator[Finding]:
    for what, read in (("policy", read_rules), ("units", read_registry), ("workdays", read_calendar)):
        try:
            read(settings)
            yield finding(GOOD, what, str(getattr(settings, what)))
        except Refusal as refusal:
            yield finding(BAD, what, refusal_line(settings.locale, refusal))


def calendar(settings: Settings) -> Iterator[Finding]:
    """The State Council publishes next year's working days late in the year: until then they are only Mon-Fri."""
    try:
        known, today = read_calendar(settings), datetime.now(settings.zone).date()
    except Refusal:
        return  # said with the rules
    for year in (today.year, today.year + 1):
        if known.knows(year):
            yield finding(GOOD, "working days", str(year))
        else:
            yield finding(LOOK, "working days", f"{year} is not known yet: add {settings.workdays}/{year}.toml")


def fonts(settings: Settings) -> Iterator[Finding]:
    if draws_words():
        yield finding(GOOD, "pictures", "drawn with the shipped font")
    else:
        yield finding(BAD, "pictures", "cannot be drawn: resvg-py or bot/documents/fonts is missing or broken")


def database(settings: Settings) -> Iterator[Finding]:
    try:
        store = Store(absolute(settings.database_url))
        version = schema.current(store)
    except (SQLAlchemyError, OSError) as error:
        yield finding(BAD, "database", type(error).__name__)
        return
    if version != schema.newest():
        yield finding(
            LOOK, "database", f"version {version or 'none'}, newest {schema.newest()}: `duban run` migrates it"
        )
        return
    yield finding(GOOD, "database", f"{store.engine.dialect.name}, version {version}")
    with store.reading() as session:
        yield from ledger(session)
        yield from deadlines(session, settings)


def ledger(session: Session) -> Iterator[Finding]:
    rehearsed = marked(session, "rehearsed")
    if rehearsed is not None:
        yield finding(LOOK, "rehearsal", f"this database was rehearsed on (at {rehearsed}): not for live use")
    counts = {
        "parked updates": select(func.count()).where(Inbox.state == "parked"),
        "messages that failed": select(func.count()).where(Outbox.state == "failed"),
        "messages that may not have arrived": select(func.count()).where(Outbox.state == "uncertain"),
        "people who cannot be reached": select(func.count()).where(
            col(Member.unreachable_since).is_not(None), col(Member.left_at).is_(None)
        ),
    }
    for what, statement in counts.items():
        count = session.exec(statement).one()
        yield finding(LOOK if count else GOOD, what, str(count))


def deadlines(session: Session, settings: Settings) -> Iterator[Finding]:
    """Deadlines ahead in years whose working days are not known: what is counted to them may still move."""
    try:
        known = read_calendar(settings)
    except Refusal:
        return  # said with the rules
    today = datetime.now(settings.zone).date()
    ahead = set(session.exec(select(col(Milestone.due)).where(col(Milestone.due) >= today)))
    years = [year for year in known.unknown(ahead) if year > today.year + 1]
    if years:
        named = ", ".join(map(str, years))
        yield finding(LOOK, "deadlines", f"some fall in {named}, whose working days are not known yet")


def telegram(settings: Settings) -> Iterator[Finding]:
    if not settings.token.get_secret_value():
        yield finding(LOOK, "telegram", "DUBAN_TOKEN is not set")
        return
    try:
        me = asyncio.run(ask_telegram(settings))
    except InvalidToken:
        yield finding(BAD, "telegram", "the token is not accepted: check DUBAN_TOKEN and DUBAN_API_URL")
        return
    except TelegramError as error:
        yield finding(BAD, "telegram", f"no answer: {type(error).__name__}")
        return
    yield finding(GOOD, "telegram", f"@{me.get('username', '')}")
    if me.get("can_read_all_group_messages"):
        yield finding(LOOK, "group privacy", "off: the bot gets every group message; switch it on with @BotFather")
    else:
        yield finding(GOOD, "group privacy", "on")


async def ask_telegram(settings: Settings) -> dict[str, Any]:
    async with open_bot(settings.token.get_secret_value(), settings.api_url) as bot:
        me: dict[str, Any] = await raw(bot, "getMe", {})
        return me
