"""考核 in the chat: the units' scores, the events behind one's, what the office adds or withdraws; never in groups."""

import re

from bot.chat.talk import Talk
from bot.domain.refusal import Refusal
from bot.usecases import scoring
from bot.usecases.people import known_unit

WORDS = {"表扬": "praised", "提前": "early", "提前完成": "early", "弄虚作假": "falsified", "造假": "falsified"}
WORDS |= {"praised": "praised", "early": "early", "falsified": "falsified"}
WITHDRAW = frozenset({"撤销", "撤回", "withdraw"})
NUMBER = re.compile(r"^(?:第|#)?(\d{1,4})(?:项|号)?$")


def score(talk: Talk, rest: str) -> None:
    """Alone: all scores. `UNIT`: its points. The office: `UNIT praised [N] reason`, `UNIT withdraw ID reason`."""
    if not talk.private:
        raise Refusal("private_only")
    words = rest.split()
    if not words:
        talk.say("scores", scoring.table(talk.act))
        return
    name = known_unit(talk.act, words[0], talk.house.registry)
    if len(words) == 1:
        talk.say("score", scoring.of_unit(talk.act, name))
        return
    unit_id = next((id_ for id_, known in talk.act.names.items() if known == name), 0)
    what, number, text = words[1].lower(), None, words[2:]
    if text and (found := NUMBER.match(text[0])):
        number, text = int(found[1]), text[1:]
    if what in WITHDRAW:
        talk.say("score", scoring.withdraw(talk.act, unit_id, number or 0, " ".join(text)))
    elif what in WORDS:
        talk.say("score", scoring.give(talk.act, unit_id, WORDS[what], number, " ".join(text)))
    else:
        raise Refusal("score_form", unit=name, understood=words[1][:20])
