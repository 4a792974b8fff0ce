"""Every table of the ledger, wherever in domain/ it is declared: for migrations and for copies."""

from sqlmodel import SQLModel

import bot.domain.cadence
import bot.domain.importing
import bot.domain.indicators
import bot.domain.ledger
import bot.domain.people
import bot.domain.post
import bot.domain.process
import bot.domain.silence
import bot.domain.urging  # noqa: F401

METADATA = SQLModel.metadata
