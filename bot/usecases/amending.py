"""更改 by chat: what a correction would do, shown before it is done, and doing exactly what was shown."""

from contextlib import suppress
from typing import Any

from bot.domain.people import require
from bot.domain.refusal import Refusal
from bot.domain.registry import Registry
from bot.store.ledger import load_task
from bot.usecases.act import Act
from bot.usecases.correction import correct

UNSAID = "-"  # stands for a reason not given yet, while a correction is only tried


class _Tried(Exception):
    """What was tried is taken back."""


def asked(act: Act, wanted: dict[str, Any], registry: Registry) -> dict[str, Any]:
    """`wanted`: {"number", "ordinal", "field", "to", "reason", "basis"}. → what the correction would do, and what is
    `missing` for it ("reason", "basis"). Nothing is changed.

    Refusals: not_your_right and those of `correct`, but for what is missing.
    """
    require(act.person, "amend")
    title = load_task(act.session, wanted["number"]).title
    missing = [name for name in ("reason", "basis") if not wanted[name] and (name == "reason" or _moves_date(wanted))]
    tried = _try(act, wanted | dict.fromkeys(missing, UNSAID), registry)
    given = {name: wanted[name] for name in ("reason", "basis")}
    return {**tried, **given, "title": title, "missing": missing, "told": 0}


def _moves_date(wanted: dict[str, Any]) -> bool:
    """A published date moves only with the number of the approving document."""
    return str(wanted["field"]) == "deadline"


def _try(act: Act, wanted: dict[str, Any], registry: Registry) -> dict[str, Any]:
    made: dict[str, Any] = {}
    with suppress(_Tried), act.whole_or_not_at_all():
        made = _correct(act, wanted, registry)
        raise _Tried
    # Units that the trial named are not on the ledger.
    act._names = None
    return made


def _correct(act: Act, wanted: dict[str, Any], registry: Registry) -> dict[str, Any]:
    number, ordinal, field, to = (wanted[name] for name in ("number", "ordinal", "field", "to"))
    return correct(act, number, ordinal, field, to, wanted["reason"], wanted["basis"], registry=registry)


def amend(act: Act, kept: dict[str, Any], registry: Registry) -> dict[str, Any]:
    """What was shown is done, if what stood there still stands. → the facts of `correct`.

    Refusals: not_your_right, amend_changed (it reads otherwise by now), and those of `correct`.
    """
    require(act.person, "amend")
    if _try(act, kept, registry)["before"] != kept["before"]:
        raise Refusal("amend_changed", task=kept["number"])
    return _correct(act, kept, registry)
