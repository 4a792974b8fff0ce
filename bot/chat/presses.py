"""Buttons: their data names a verb and ids (at most 64 bytes), and the same rules decide as for a typed command."""

from datetime import date

from bot.chat import (
    asking,
    auditing,
    closing,
    deciding,
    extending,
    handing,
    import_buttons,
    indicators,
    messages,
    office_buttons,
    own,
    pages,
    papers,
    questioning,
    report_buttons,
    rhythms,
    silence,
    subscribing,
)
from bot.chat.talk import Talk, Verb
from bot.domain.decision_text import split_day
from bot.domain.refusal import Refusal


def my(talk: Talk, args: list[str]) -> None:
    # The first page may be asked from any message; the others turn the page of their own.
    which, *view, page = args
    if which not in asking.WHICH.values():
        raise Refusal("too_old")
    asking.show_my(talk, which, view[0] if view else "", int(page), edit=bool(view) or page != "0")


def card(talk: Talk, args: list[str]) -> None:
    asking.show_card(talk, int(args[0]))


def history(talk: Talk, args: list[str]) -> None:
    asking.show_history(talk, int(args[0]), int(args[1]), edit=args[1] != "0")


def due(talk: Talk, args: list[str]) -> None:
    days, *view, page = args
    asking.say_due(talk, int(days), view[0] if view else "", int(page), edit=True)


def overdue(talk: Talk, args: list[str]) -> None:
    *view, page = args
    asking.say_overdue(talk, view[0] if view else "", int(page), edit=bool(view) or page != "0")


def who(talk: Talk, args: list[str]) -> None:
    asking.who(talk, "")


def composition(talk: Talk, args: list[str]) -> None:
    name, moment, scope, *page = args
    questioning.press(talk, name, moment, scope, int(page[0]) if page else None)


def brief_word(talk: Talk, args: list[str]) -> None:
    pages.brief_word(talk, int(args[0]))


def board(talk: Talk, args: list[str]) -> None:
    papers.press_board(talk, *args)


def word(talk: Talk, args: list[str]) -> None:
    papers.press_word(talk, *args)


def excel(talk: Talk, args: list[str]) -> None:
    papers.press_excel(talk, *args)


def compare(talk: Talk, args: list[str]) -> None:
    pages.show_comparison(talk, int(args[0]))


def extend(talk: Talk, args: list[str]) -> None:
    extending.ask_words(talk, int(args[0]))


def extend_as(talk: Talk, args: list[str]) -> None:
    """The request as it was written, with the day or the measure that was still open."""
    inbox_id, number, ordinal = map(int, args[:3])
    original = messages.again(talk, inbox_id)
    reason = messages.written_with(original, "extend", number)
    day = date.fromisoformat(args[3])
    extending.request(talk, number, ordinal or None, day, split_day(reason)[1], original=original)


def other_date(talk: Talk, args: list[str]) -> None:
    extending.ask_other_date(talk, int(args[0]))


def away(talk: Talk, args: list[str]) -> None:
    handing.say_away(talk, date.fromisoformat(args[0]), deputy_id=int(args[1]), edit=True)


def away_off(talk: Talk, args: list[str]) -> None:
    handing.away(talk, "off")


def audit(talk: Talk, args: list[str]) -> None:
    auditing.show_audit(talk, int(args[0]), int(args[1]), edit=True)


def audit_all(talk: Talk, args: list[str]) -> None:
    auditing.send_audit(talk, int(args[0]))


def history_all(talk: Talk, args: list[str]) -> None:
    asking.send_history(talk, int(args[0]))


def done(talk: Talk, args: list[str]) -> None:
    closing.apply_for(talk, int(args[0]))


def pending(talk: Talk, args: list[str]) -> None:
    page = int(args[0]) if args else 0
    deciding.show_pending(talk, page, edit=bool(args))


def approve(talk: Talk, args: list[str]) -> None:
    kind, record_id, *stamp = args
    deciding.press_approve(talk, kind, int(record_id), stamp[0] if stamp else "")


def send_back(talk: Talk, args: list[str]) -> None:
    kind, record_id, *stamp = args
    deciding.press_return(talk, kind, int(record_id), stamp[0] if stamp else "")


def lang(talk: Talk, args: list[str]) -> None:
    own.lang(talk, args[0])


def import_(talk: Talk, args: list[str]) -> None:
    import_buttons.press(talk, args)


def unsubscribe(talk: Talk, args: list[str]) -> None:
    subscribing.unsubscribe(talk, args[0])


def subscription(talk: Talk, args: list[str]) -> None:
    subscribing.press(talk, args[0], int(args[1]))


def why(talk: Talk, args: list[str]) -> None:
    if args:
        silence.show_why(talk, int(args[0]))
    else:
        silence.ask_why(talk)


def snooze(talk: Talk, args: list[str]) -> None:
    silence.do_snooze(talk, int(args[0]), int(args[1]))


def held(talk: Talk, args: list[str]) -> None:
    silence.show_held(talk)


def cadence(talk: Talk, args: list[str]) -> None:
    rhythms.do_cadence(talk, int(args[0]), args[1], edit=True)


def indicator(talk: Talk, args: list[str]) -> None:
    indicators.press(talk, int(args[0]), int(args[1]))


def indicator_page(talk: Talk, args: list[str]) -> None:
    indicators.show_all(talk, int(args[0]), edit=True)


def help_(talk: Talk, args: list[str]) -> None:
    own.help_(talk, "")


def cancel(talk: Talk, args: list[str]) -> None:
    talk.say("cancelled", edit=True)


VERBS: dict[str, Verb] = {
    **report_buttons.VERBS,
    **office_buttons.VERBS,
    "my": my,
    "card": card,
    "history": history,
    "due": due,
    "overdue": overdue,
    "who": who,
    "of": composition,
    "brief_word": brief_word,
    "board": board,
    "word": word,
    "excel": excel,
    "compare": compare,
    "extend": extend,
    "extend_as": extend_as,
    "other_date": other_date,
    "away": away,
    "away_off": away_off,
    "audit": audit,
    "audit_all": audit_all,
    "history_all": history_all,
    "done": done,
    "pending": pending,
    "approve": approve,
    "return": send_back,
    "lang": lang,
    "unsubscribe": unsubscribe,
    "sub": subscription,
    "why": why,
    "snooze": snooze,
    "cadence": cadence,
    "indicator": indicator,
    "indicators": indicator_page,
    "held": held,
    "help": help_,
    "import": import_,
    "cancel": cancel,
}


def press(talk: Talk, data: str) -> None:
    """What the button says is done. Refusals: too_old (a button of an earlier version) and those of the verb."""
    verb, *args = data.split(":")
    run = VERBS.get(verb)
    if run is None:
        raise Refusal("too_old")
    try:
        run(talk, args)
    except (ValueError, IndexError, OverflowError) as error:
        raise Refusal("too_old") from error
