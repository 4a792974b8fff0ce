"""`python -m bot.sandbox [--port N] [--token T] [--state DIR] [--limits]`: a sandbox in a process of its own."""

import argparse
import asyncio

import uvicorn

from bot.sandbox.running import TOKEN, USERNAME, configured
from bot.sandbox.server import create_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default=USERNAME)
    parser.add_argument("--state", default=None, help="folder that keeps the chats over a restart")
    parser.add_argument("--limits", action="store_true", help="enforce Telegram's sending limits")
    options = parser.parse_args()
    app = create_app(token=options.token, bot_username=options.username, state_dir=options.state)
    app.world.limits.rules.on = options.limits
    server = uvicorn.Server(configured(app, host=options.host, port=options.port))
    url = f"http://{options.host}:{options.port}"
    # The second line is what a bot needs to know.
    print(f"{url}\nDUBAN_API_URL={url} DUBAN_TOKEN={options.token}", flush=True)
    asyncio.run(server.serve())


if __name__ == "__main__":
    main()
