"""The sandbox as one ASGI application: Bot API, people's side, page."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from bot.sandbox import control, knobs
from bot.sandbox.bot_api import BotApi
from bot.sandbox.clock import Clock
from bot.sandbox.groups import create_group
from bot.sandbox.knobs import Stage
from bot.sandbox.saving import load, save
from bot.sandbox.state import User
from bot.sandbox.world import World

PAGE = Path(__file__).parent / "page"
SAVE_EVERY = 2.0


class SandboxApp:
    """The ASGI application; `world` is everything it knows. Bot API calls pass by the router: they are many."""

    def __init__(self, world: World, stage: Stage, pages: Starlette) -> None:
        self.world = world
        self.stage = stage
        self.pages = pages
        self.bot_api = BotApi(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(("/bot", "/file/bot")):
            await self.bot_api(scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    def stop(self) -> None:
        """Ends long polls and event streams, so that a server can shut down at once. Call it on the loop."""
        self.world.bus.close()
        self.world.updates.interrupt("news")


def create_app(
    *,
    token: str,
    bot_username: str,
    bot_name: str = "",
    personas: Sequence[Mapping[str, Any]] = (),
    travel: Callable[[datetime], Sequence[Mapping[str, Any]] | None] | None = None,
    reset: Callable[[], Any] | None = None,
    clock: Clock | Callable[[], datetime] | None = None,
    start_page: Mapping[str, Any] | None = None,
    state_dir: Path | str | None = None,
    files: Mapping[str, Path] | None = None,
) -> SandboxApp:
    """A sandbox with one bot.

    personas: mappings {user_id, name_zh, name_en, role_zh, role_en, hint_zh, hint_en, called: optional, their own
    name in the chat, chat: optional group id}; their users (and groups that are missing, with the bot) are made.
    bot_name: what people see it called.
    travel(to) moves the demo's time and answers [{"at", "kind", "to", "text", "text_en"?, "why"?, "why_en"?,
    "message_id"?}], where an entry without "to" heads those that follow; reset() starts the demo anew; both may be slow
    and run in a thread. clock: where the time comes from (real time by default).
    start_page: {"open": user_id, "caption_zh", "caption_en", "tour": [step, …]}; a step has "zh", "en", and perhaps
    "open": the chat it happens in, "text": what to type there, "reply": a piece of the message it answers, "file":
    what to attach (/given/NAME), "wish": a travel wish, "says": what the bot then says, "there": among how many of the
    newest messages that may stand already; "reply_en", "says_en": the same where the bot speaks English. It ticks
    itself off when its time has come or the bot has said it.
    files: NAME → path of what is served under /given/.
    state_dir: where the chats are kept over a restart.
    """
    folder = Path(state_dir) if state_dir is not None else None
    world = World(token, bot_username, clock=clock if isinstance(clock, Clock) else Clock(clock), folder=folder)
    load(world, folder)
    world.bot.first_name = bot_name or world.bot.first_name
    stage = Stage(
        world,
        personas=[dict(persona) for persona in personas],
        travel=travel,
        reset=reset,
        start_page=dict(start_page or {}),
        state_dir=folder,
    )
    people_of(stage)
    return SandboxApp(world, stage, _pages(stage, files or {}))


def people_of(stage: Stage) -> None:
    """Makes the users and groups of the personas that are not there yet."""
    world = stage.world
    for persona in stage.personas:
        number = int(persona["user_id"])
        if number not in world.users:
            world.add_user(User(number, persona.get("called") or persona["name_zh"]))
    for persona in stage.personas:
        chat_id = persona.get("chat")
        if chat_id is not None and int(chat_id) not in world.chats:
            members = [world.users[int(one["user_id"])] for one in stage.personas if one.get("chat") == chat_id]
            supergroup = str(chat_id).startswith("-100")
            create_group(world, persona["name_zh"], members, chat_id=int(chat_id), supergroup=supergroup)


def _pages(stage: Stage, files: Mapping[str, Path]) -> Starlette:
    async def given(request: Request) -> Response:
        place = files.get(request.path_params["name"])
        return FileResponse(place) if place is not None else Response(status_code=404)

    async def index(request: Request) -> Response:
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        saver = asyncio.create_task(_keep_saved(stage))
        yield
        saver.cancel()
        with suppress(asyncio.CancelledError):
            await saver
        if stage.world.webhook is not None:
            await stage.world.webhook.close()
        save(stage.world, stage.state_dir)

    return Starlette(
        routes=[
            Route("/", index),
            *knobs.routes(stage),
            *control.people_routes(stage.world),
            Route("/given/{name}", given),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        lifespan=lifespan,
    )


async def _keep_saved(stage: Stage) -> None:
    """Saves every other second while something changes."""
    saved = stage.world.changes
    while True:
        await asyncio.sleep(SAVE_EVERY)
        if stage.state_dir is not None and stage.world.changes != saved:
            saved = stage.world.changes
            save(stage.world, stage.state_dir)
