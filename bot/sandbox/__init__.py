"""A Telegram Bot API of our own with people to talk to, for tests, benches and the demonstration. See README.md."""

from bot.sandbox.client import Sandbox
from bot.sandbox.persons import Group, Person
from bot.sandbox.running import serve
from bot.sandbox.said import Answer, NothingCame, Said, SandboxError
from bot.sandbox.server import SandboxApp, create_app

__all__ = [
    "Answer", "Group", "NothingCame", "Person", "Said", "Sandbox", "SandboxApp", "SandboxError", "create_app", "serve",
]  # fmt: skip
