"""Commands of the close-out: applying, checking on the spot, drafting the notice, objecting."""

from bot.chat.asking import number_or_refuse
from bot.chat.deciding import named_or_replied
from bot.chat.reporting import keep
from bot.chat.talk import Talk
from bot.domain.past_days import past_day, split_past_day
from bot.domain.refusal import Refusal
from bot.usecases import close_out, notice


def done(talk: Talk, rest: str) -> None:
    number, _, text = number_or_refuse(talk, rest, "done")
    apply_for(talk, number, text)


def apply_for(talk: Talk, number: int, text: str = "") -> None:
    talk.say("close_out_asked", close_out.apply_for(talk.act, number, text), about={"task": number})


def spot(talk: Talk, rest: str) -> None:
    """`现场核查 12 7月1日 张某、李某 河道已清淤`: day, people, conclusion. Refusals: spot_form (task)."""
    number, _, text = named_or_replied(talk, rest, "spot")
    written, words = split_past_day(text)
    people, _, conclusion = words.partition(" ")
    today = talk.act.office.today(talk.act.now)
    day = past_day(written, today, talk.act.office.calendar) if written else None
    if day is None or day > today or not people or not conclusion.strip():
        raise Refusal("spot_form", task=number, understood=text[:80])
    facts = close_out.spot(talk.act, number, day.isoformat(), people, conclusion.strip())
    spot_id = facts.pop("spot")
    talk.say("spot_kept", facts, about={"task": number, "spot": spot_id})
    if talk.attached:
        keep(talk, number, spot_id=spot_id)


def draft_notice(talk: Talk, number: int) -> None:
    """[拟公示]: the notice as a file, to be read over and published."""
    facts = notice.draft(talk.act, number, talk.house.data)
    talk.say("notice_draft", facts, about={"task": number}, method="document")


def object_to(talk: Talk, rest: str) -> None:
    number, _, text = named_or_replied(talk, rest, "object")
    talk.say("objection_kept", notice.objection(talk.act, number, text), about={"task": number})
