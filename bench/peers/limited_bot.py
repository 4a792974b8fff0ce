"""PTB with its own AIORateLimiter: echoes, and at `digests N` sends N people a bulletin."""

import asyncio
import importlib.util
import sys

if importlib.util.find_spec("aiolimiter") is None:
    from bench.peers import leaky_bucket

    sys.modules["aiolimiter"] = leaky_bucket

from telegram import Update
from telegram.ext import AIORateLimiter, Application, ContextTypes, MessageHandler, filters

TEXT = "天津市督察整改周通报\n一、总体情况\n" + "纳入台账 200 项，已完成 62 项，按序时推进 121 项。\n" * 12


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


async def broadcast(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    first: int = context.bot_data["first"]
    count = int((update.message.text or "").split()[1]) if update.message else 0
    context.bot_data["sending"] = [asyncio.create_task(context.bot.send_message(first + n, TEXT)) for n in range(count)]


def main(api_url: str, token: str, first: str) -> None:
    builder = Application.builder().token(token).base_url(f"{api_url}/bot").rate_limiter(AIORateLimiter())
    application = builder.build()
    application.bot_data["first"] = int(first)
    application.add_handler(MessageHandler(filters.Regex("^digests "), broadcast))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
