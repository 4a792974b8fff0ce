"""People at work in a sandbox: a load of messages and how quickly it is answered; one message and how soon."""

import time
from collections.abc import Iterable, Sequence

from bench.processes import called, until
from bot.sandbox.client import Person, Sandbox

Said = tuple[int, str]  # who (a Telegram id), and what


def people(sandbox: Sandbox, ids: Iterable[int]) -> dict[int, Person]:
    """These people have started the bot."""
    return {id_: sandbox.user(f"联络员{id_}", id_, started=True) for id_ in ids}


def rate(sandbox: Sandbox, messages: Sequence[Said]) -> float:
    """All are said at once. → answers a second until the last is there."""
    before = called(sandbox, "sendmessage")
    start = time.perf_counter()
    sandbox.send_many([{"user_id": person, "text": text} for person, text in messages])
    until(lambda: called(sandbox, "sendmessage") - before >= len(messages), 120.0, 0.02)
    return len(messages) / (time.perf_counter() - start)


def answer_times(persons: dict[int, Person], messages: Iterable[Said], per_second: float) -> list[float]:
    """Seconds until each, said one after another at this pace, is answered."""
    took: list[float] = []
    begin = time.perf_counter()
    for n, (id_, text) in enumerate(messages):
        time.sleep(max(0.0, begin + n / per_second - time.perf_counter()))
        person = persons[id_]
        person.skip()
        start = time.perf_counter()
        person.send(text)
        person.expect(timeout=60.0)
        took.append(time.perf_counter() - start)
    return took
