"""Deadline phrases: what officials write in the column 整改时限, read as values."""

from bot.domain.deadlines.grammar import read_deadline
from bot.domain.deadlines.measures import read_measure_deadlines
from bot.domain.deadlines.reading import Kind, Reading

__all__ = ["Kind", "Reading", "read_deadline", "read_measure_deadlines"]
