"""PTB and SQLModel and nothing else: notes what it is told in one table."""

import sys

from sqlmodel import Field, Session, SQLModel, create_engine
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


class Line(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str


async def note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    with Session(context.bot_data["engine"]) as session:
        session.add(Line(text=(update.message.text or "") if update.message else ""))
        session.commit()


def main(api_url: str, token: str, url: str) -> None:
    application = Application.builder().token(token).base_url(f"{api_url}/bot").build()
    application.bot_data["engine"] = create_engine(url)
    SQLModel.metadata.create_all(application.bot_data["engine"])
    application.add_handler(MessageHandler(filters.TEXT, note))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
