"""What Prometheus may know: numbers by lane and outcome. No name, no chat, no token."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.usecases.inbox import Ledger
from bot.usecases.traffic import Traffic, traffic
from bot.web.pulse import Pulse


class Metrics:
    """A registry of its own. `said` counts what delivery reports; everything else is read when it is asked for."""

    def __init__(self, ledger: Ledger, pulse: Pulse) -> None:
        self._registry = CollectorRegistry()
        self._messages = Counter(
            "duban_messages",
            "Messages by lane and outcome since the start",
            ["lane", "outcome"],
            registry=self._registry,
        )
        self._registry.register(_Standing(ledger, pulse))

    def said(self, outcome: str, lane: str) -> None:
        self._messages.labels(lane, outcome).inc()

    def page(self) -> bytes:
        return generate_latest(self._registry)


class _Standing(Collector):
    """What stands in the ledger at the moment of asking."""

    def __init__(self, ledger: Ledger, pulse: Pulse) -> None:
        self._ledger = ledger
        self._pulse = pulse

    def describe(self) -> list[Metric]:
        # Registering must not read the database.
        return []

    def collect(self) -> Iterator[Metric]:
        with self._ledger.reading() as session:
            found = traffic(session)
        yield from _gauges(found)
        queue = GaugeMetricFamily("duban_outbox", "Messages not sent, by lane and state", labels=["lane", "state"])
        for (lane, state), number in found.messages.items():
            queue.add_metric([lane, state], number)
        yield queue
        silence = GaugeMetricFamily("duban_silence_seconds", "Seconds since it last went well", labels=["what"])
        for name, age in self._pulse.ages().items():
            silence.add_metric([name], age)
        yield silence


_GAUGES: dict[str, tuple[str, Callable[[Traffic], int]]] = {
    "duban_inbox_waiting": ("Updates stored and not yet handled", lambda found: found.inbox_waiting),
    "duban_inbox_parked": ("Updates that failed three times", lambda found: found.parked),
    "duban_messages_waiting": ("Messages not yet sent", lambda found: found.in_state("waiting")),
    "duban_messages_uncertain": ("Messages that may not have arrived", lambda found: found.in_state("uncertain")),
    "duban_members_unreachable": ("People who cannot be written to", lambda found: found.unreachable),
    "duban_evidence_pending": ("Files not yet in the archive", lambda found: found.evidence_pending),
    "duban_evidence_failed": ("Files that could not be fetched", lambda found: found.evidence_failed),
}


def _gauges(found: Traffic) -> Iterator[Metric]:
    for name, (words, number) in _GAUGES.items():
        yield GaugeMetricFamily(name, words, value=number(found))
