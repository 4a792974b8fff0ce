"""The sandbox's knobs over HTTP: clock and travel, reset, faults, limits, privacy, statistics, saving."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.clock import CHINA, next_moment
from bot.sandbox.control_base import answering, body_of
from bot.sandbox.faults import Fault
from bot.sandbox.methods_edit import CALLBACK_LIFETIME
from bot.sandbox.refusals import PeopleError
from bot.sandbox.saving import save
from bot.sandbox.stats import Stats
from bot.sandbox.views import chat_view, user_view
from bot.sandbox.world import World

log = logging.getLogger(__name__)
Json = dict[str, Any]
JOURNAL_KEPT = 500
# What a line of the clock's journal says of itself.
WRITTEN = ("at", "kind", "text", "text_en", "why", "why_en")


@dataclass
class Stage:
    """What the demo gives the sandbox: who can be played, how time moves, how it starts anew."""

    world: World
    personas: list[Json] = field(default_factory=list)
    travel: Callable[[datetime], Sequence[Mapping[str, Any]] | None] | None = None
    reset: Callable[[], Any] | None = None
    start_page: Json = field(default_factory=dict)
    state_dir: Path | None = None
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    def clock_json(self) -> Json:
        now = self.world.clock.now()
        return {
            "now": now.isoformat(timespec="seconds"),
            "mode": self.world.clock.mode,
            "travelling": self.moving.locked(),
            "can_travel": self.travel is not None or self.world.clock.source is None,
            "can_reset": self.reset is not None,
        }


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """The demo's own work, which may be slow; when it fails the asker is told why, and the log has it whole."""
    try:
        return await asyncio.to_thread(work, *arguments)
    except Exception as error:
        log.exception("the demonstration failed")
        raise PeopleError(500, f"{type(error).__name__}: {error}") from error


def aware(text: str) -> datetime:
    """A moment; without a zone it is China time."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def routes(stage: Stage) -> list[Route]:
    """Every knob as a route."""
    world = stage.world

    async def state(world: World, request: Request) -> Json:
        """All a page needs to begin: the bot, the personas with their chats, clock, journal, start."""
        shown = []
        for persona in stage.personas:
            user = world.users[int(persona["user_id"])]
            chat = world.chats[int(persona.get("chat") or user.id)]
            if chat.upgraded_to is not None:
                chat = world.chats[chat.upgraded_to]
            shown.append({**persona, "chat": chat.id, "user": user_view(user), "head": chat_view(world, chat, user)})
        return {
            "bot": user_view(world.bot),
            "personas": shown,
            "clock": stage.clock_json(),
            "journal": world.journal[-JOURNAL_KEPT:],
            "start": stage.start_page,
        }

    async def clock(world: World, request: Request) -> Json:
        if request.method == "GET":
            return stage.clock_json()
        given = await body_of(request)
        if given.get("real"):
            world.clock.real()
        else:
            world.clock.set(aware(given["now"]), running=not given.get("still", False))
        world.changes += 1
        world.bus.tell(lambda: {"type": "clock", "clock": stage.clock_json()})
        return stage.clock_json()

    async def travel(world: World, request: Request) -> Json:
        given = await body_of(request)
        now = world.clock.now()
        to = aware(given["to"]) if "to" in given else next_moment(now, given["wish"])
        if to <= now:
            raise PeopleError(409, "earlier: reset first")
        if stage.moving.locked():
            raise PeopleError(409, "already travelling")
        async with stage.moving:
            world.bus.tell(lambda: {"type": "clock", "clock": stage.clock_json()})
            done = await in_thread(stage.travel, to) if stage.travel is not None else []
            if world.clock.source is None:
                world.clock.set(to)
        entries = [
            {name: str(entry.get(name) or "") for name in WRITTEN}
            | {"to": entry.get("to"), "message_id": entry.get("message_id")}
            for entry in done or []
        ]
        trip = {"from": now.isoformat(timespec="seconds"), "to": to.isoformat(timespec="seconds"), "entries": entries}
        world.journal.append(trip)
        del world.journal[:-JOURNAL_KEPT]
        world.changes += 1
        # The bot has noted that it said all this: killed from now on, the chats must have it too.
        save(world, stage.state_dir)
        world.bus.tell(lambda: {"type": "travelled", "trip": trip, "clock": stage.clock_json()})
        return {"trip": trip, "clock": stage.clock_json()}

    async def reset(world: World, request: Request) -> Json:
        if stage.moving.locked():
            raise PeopleError(409, "travelling: wait for it to end")
        async with stage.moving:
            world.bus.tell(lambda: {"type": "resetting"})
            world.bus.tell(lambda: {"type": "clock", "clock": stage.clock_json()})
            world.clear()
            if stage.reset is not None:
                await in_thread(stage.reset)
        save(world, stage.state_dir)
        world.bus.tell(lambda: {"type": "reset"})
        return stage.clock_json()

    async def faults(world: World, request: Request) -> Json:
        if request.method == "POST":
            given = await body_of(request)
            world.faults.add(Fault(**given))
        elif request.method == "DELETE":
            world.faults.waiting.clear()
        return {"faults": world.faults.as_json(), "met": world.faults.met}

    async def limits(world: World, request: Request) -> Json:
        if request.method == "POST":
            world.limits.rules = replace(world.limits.rules, **await body_of(request))
            world.limits.forget()
        return asdict(world.limits.rules) | {"refused": world.limits.refused}

    async def privacy(world: World, request: Request) -> Json:
        if request.method == "POST":
            world.privacy = bool((await body_of(request))["on"])
        return {"on": world.privacy}

    async def expire(world: World, request: Request) -> Json:
        for callback in world.callbacks.values():
            callback.asked = time.monotonic() - CALLBACK_LIFETIME - 1
        return {}

    async def stats(world: World, request: Request) -> Json:
        if request.method == "DELETE":
            world.stats = Stats()
        counts = {"users": len(world.users), "chats": len(world.chats), "pending_updates": world.updates.pending()}
        return world.stats.as_json() | counts

    async def saved(world: World, request: Request) -> Json:
        return {"saved": save(world, stage.state_dir)}

    table: list[tuple[list[str], str, Callable[[World, Request], Awaitable[Any]]]] = [
        (["GET"], "/state", state),
        (["GET", "POST"], "/clock", clock),
        (["POST"], "/clock/travel", travel),
        (["POST"], "/reset", reset),
        (["GET", "POST", "DELETE"], "/faults", faults),
        (["GET", "POST"], "/limits", limits),
        (["GET", "POST"], "/privacy", privacy),
        (["POST"], "/callbacks/expire", expire),
        (["GET", "DELETE"], "/stats", stats),
        (["POST"], "/save", saved),
    ]
    return [Route(f"/sandbox{path}", answering(action, world), methods=methods) for methods, path, action in table]
