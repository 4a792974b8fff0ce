"""A sandbox for each test, a person in it, and raw Bot API calls over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.sandbox import Person, Sandbox, serve
from bot.sandbox.images import plain_png


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve() as running:
        yield running


@pytest.fixture
def wang(sandbox: Sandbox) -> Person:
    """Somebody the bot may write to."""
    return sandbox.user("王某", started=True)


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Callable[..., dict[str, Any]]]:
    """api("sendMessage", chat_id=…, text=…): the whole JSON answer, refusals included."""
    with httpx.Client(base_url=f"{sandbox.url}/bot{sandbox.token}/", timeout=30, trust_env=False) as client:
        yield lambda method, **arguments: client.post(method, json=arguments).json()


@pytest.fixture
def refusal(api: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """refusal("sendMessage", …): the description of a call that must be refused."""

    def refused(method: str, **arguments: Any) -> str:
        answer = api(method, **arguments)
        assert not answer["ok"], answer
        return str(answer["description"])

    return refused


@pytest.fixture
def png() -> bytes:
    return plain_png(640, 480)
