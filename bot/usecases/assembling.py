"""汇总 carried out: the lead sees its units' latest words as one draft, and sends it as its own report."""

from typing import Any

from bot.domain import assembling as rules
from bot.domain.assembling import LONGEST, Gathered
from bot.domain.refusal import Refusal
from bot.domain.reporting import Claim
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.report import report_progress


def draft(act: Act, number: int) -> dict[str, Any]:
    """The lead's report as the units' latest words make it; nothing is written.

    → {"number", "title", "progress", "stamp", "measures": [{"place", "ordinal", "text", "progress", "draft", "units":
    [{"unit", "percent", "at", "silent", "said"}]}], "silent": units that owe a report, "ready": a text is there}.
    Refusals: no_such_task and those of `gather`.
    """
    task = load_task(act.session, number)
    gathered = rules.gather(task, act.person, act.now, act.office)
    silent = [share.unit_id for each in gathered for share in each.shares if share.silent]
    return {
        "number": number,
        "title": task.title,
        "progress": task.progress,
        "stamp": rules.stamp(gathered),
        "measures": [_measure(act, number, each) for each in gathered],
        "silent": [act.unit(unit) for unit in dict.fromkeys(silent)],
        "ready": any(each.texts for each in gathered),
    }


def _measure(act: Act, number: int, each: Gathered) -> dict[str, Any]:
    return {
        "place": f"{number}.{each.measure.ordinal}",
        "ordinal": each.measure.ordinal,
        "text": each.measure.text,
        "progress": each.measure.progress,
        "draft": _text(act, each),
        "units": [
            {
                "unit": act.unit(share.unit_id),
                "percent": share.said.percent if share.said else None,
                "at": act.office.local(share.said.at).isoformat() if share.said else None,
                "silent": share.silent,
                "said": share.said.text[:LONGEST] if share.said else "",
            }
            for share in each.shares
        ],
    }


def _text(act: Act, each: Gathered) -> str:
    """北辰区70%：完成38个排口；武清区60%：…"""
    parts = []
    for unit, said in each.texts:
        share = f"{said.percent}%" if said.percent is not None else ""
        parts.append(f"{act.unit(unit)}{share}：{said.text[:LONGEST].strip('。；; ')}")
    return "；".join(parts)


def send(act: Act, number: int, seen: int) -> dict[str, Any]:
    """The draft is the lead's report on each of its measures, words only: the figure stays the units' mean.

    → the draft's facts. Refusals: assembled_changed (a unit has said more since it was shown), nothing_to_assemble and
    those of `draft` and of a report.
    """
    facts = draft(act, number)
    if facts["stamp"] != seen:
        raise Refusal("assembled_changed", task=number)
    texts = [(each["ordinal"], each["draft"]) for each in facts["measures"] if each["draft"]]
    if not texts:
        raise Refusal("nothing_to_assemble", task=number)
    for ordinal, text in texts:
        report_progress(act, Claim(number, ordinal, text=text), f"assemble:{act.cause}:{ordinal}")
    return facts
