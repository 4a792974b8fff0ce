"""Commands about oneself: joining, language, quiet hours, help."""

import re
from datetime import time

from bot.chat import importing
from bot.chat.talk import Buttons, Talk
from bot.domain.people import SEES_ALL, Member, Role
from bot.domain.refusal import Refusal
from bot.domain.reminding import daily_hour
from bot.usecases import lists, people, report, silence
from bot.words import LOCALES

LANGUAGES = {"zh": "zh", "中文": "zh", "en": "en", "english": "en", "英文": "en"}
CLOCK = re.compile(r"^(\d{1,2})[:：](\d{2})$")


def start(talk: Talk, rest: str) -> None:
    """With a code: join. Without: who you are, or, to a stranger, nothing of the ledger."""
    user = talk.update.effective_user
    if rest and user is not None:
        name = user.full_name
        people.join(talk.act, rest, user.id, name, machine_now=talk.machine_now, locale=talk.house.locale)
        welcome(talk)
    elif talk.member is not None:
        welcome(talk)
    else:
        talk.say("stranger")


def welcome(talk: Talk) -> None:
    member = talk.act.person
    mine = lists.my_tasks(talk.act) if member.role not in SEES_ALL else None
    unsigned = report.unsigned(talk.act) if member.role in (Role.LIAISON, Role.HEAD) else []
    facts = {
        **_self(talk, member),
        "open": mine["open"] if mine else 0,
        "parts": _parts(mine["tasks"]) if mine else {},
        "own": lists.numbers_of_unit(talk.act)[:1] or [12],
        "unsigned": unsigned,
        "due": len(lists.due_within(talk.act, lists.days_to_sunday(talk.act))["tasks"]) if mine else 0,
    }
    rows: Buttons = [[["sign_all", "ack:all", {"count": len(unsigned)}]]] if unsigned else []
    talk.say("joined", facts, buttons=[*rows, [["my", "my:open:0"], ["help", "help"], *_spoken(talk)]])


def _spoken(talk: Talk) -> list[list[str]]:
    """The button to the language of one's Telegram, where it is not the house's."""
    user = talk.update.effective_user
    spoken = (user.language_code or "")[:2] if user is not None else ""
    return [[f"language_{spoken}", f"lang:{spoken}"]] if spoken in LOCALES and spoken != talk.locale else []


def _parts(tasks: list[dict[str, list[str]]]) -> dict[str, int]:
    """How many tasks a unit leads, does, and co-operates in; each counted once, under its weightiest part."""
    counted: dict[str, int] = {}
    for task in tasks:
        part = next(
            (p for p in ("lead", "responsible", "cooperating", "supervising", "verifying") if p in task["parts"]), ""
        )
        counted[part] = counted.get(part, 0) + 1
    return counted


def _self(talk: Talk, member: Member) -> dict[str, object]:
    return {
        "name": member.name,
        "unit": talk.act.unit(member.unit_id),
        "role": member.role,
        "invited_by": member.invited_by,
        "joined": talk.act.office.local(member.joined_at).isoformat(),
        "daily_at": member.daily_at.strftime("%H:%M"),
        "quiet_from": member.quiet_from.strftime("%H:%M") if member.quiet_from else "",
        "quiet_to": member.quiet_to.strftime("%H:%M") if member.quiet_to else "",
        "locale": member.locale,
    }


def whoami(talk: Talk, rest: str) -> None:
    talk.say("whoami", {**_self(talk, talk.act.person), "user_id": talk.act.person.user_id})


def lang(talk: Talk, rest: str) -> None:
    """`zh` or `en`; alone it shows which it is, with a button to the other."""
    if not rest.strip():
        other = "en" if talk.act.person.locale == "zh" else "zh"
        talk.say("language", buttons=[[[f"language_{other}", f"lang:{other}"]]])
        return
    locale = LANGUAGES.get(rest.strip().lower())
    if locale is None:
        raise Refusal("unknown_choice", understood=rest, choices="language")
    people.set_own(talk.act, "locale", locale=locale)
    talk.say("locale_set", {"locale": locale})


def quiet(talk: Talk, rest: str) -> None:
    """`22:00-08:00` sets the quiet hours, `off` ends them, `每日 08:30` sets the hour of the daily message; alone it
    shows both, and what they hold back."""
    plain = rest.strip()
    word = next((word for word in ("daily", "每日", "每天") if plain.lower().startswith(word)), "")
    if word:
        people.set_own(talk.act, "daily_at", daily_at=clock_of(plain[len(word) :].strip()))
    elif plain:
        start, end = people.parse_quiet(plain)
        people.set_own(talk.act, "quiet", quiet_from=start, quiet_to=end)
    member = talk.act.person
    heard = daily_hour(member).strftime("%H:%M")
    talk.say("quiet_set", {**_self(talk, member), "heard_at": heard, "red": silence.red_of(talk.act)})


def clock_of(text: str) -> time:
    found = CLOCK.match(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise Refusal("bad_hours", text=text)
    return time(int(found[1]), int(found[2]))


def help_(talk: Talk, rest: str) -> None:
    """All commands this person may use, in one screen; or one command with an example of their own."""
    from bot.chat.commands import BY_NAME, WORDS, menu_for

    own = lists.numbers_of_unit(talk.act)[:2]
    name = rest.strip().lstrip("/").lower()
    if name:
        found = BY_NAME.get(name) or BY_NAME.get(WORDS.get(rest.strip(), "").partition(" ")[0])
        if found is None or not found.menu:
            raise Refusal("no_such_command", command=rest.strip()[:30])
        talk.say(f"help.{found.name}", {"own": own or [12]})
        return
    names = [command.name for command in menu_for(talk.act.person.role)]
    talk.say("help", {"commands": names, "own": own or [12], "role": talk.act.person.role})


def cancel(talk: Talk, rest: str) -> None:
    """An import under way ends; there is nothing else to cancel."""
    if not importing.cancel(talk):
        talk.say("nothing_pending")
