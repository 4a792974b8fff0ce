"""What a person has said to the questions of a plan's file: words that stand in place of those that were asked."""

from collections.abc import Mapping, Sequence

# A question's `key` → the words in its place: a deadline phrase, names of units; the name itself for a unit that is
# new; "" where the words name nobody further.
Answers = Mapping[str, str]


def question_key(note: str, phrase: str, choices: Sequence[str] = (), where: str = "") -> str:
    """The same words are asked once however often they stand: one unit has one name, one phrase one reading.

    What has no words, and words that name nobody (各有关区 of one task are not those of the next), are asked at each
    place. The days a phrase may mean are part of it: 措施（1）2024年8月前，措施（2）2025年6月前 asks twice.
    """
    return f"{note}|{phrase}|{where if note == 'unit_open' or not phrase else ' '.join(choices)}"
