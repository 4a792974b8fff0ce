"""From a file's rows to a draft of the ledger: tasks, measures, units, and what must be asked. Nothing is guessed.

gathering: which rows are one finding; measures and terms: its measures, each with its own deadline and units; tasks:
the whole of it with its questions; plans: titles and the day of issue; reads: the phrases, read once each.
"""

from bot.domain.drafting.answers import Answers
from bot.domain.drafting.draft import draft_plan
from bot.domain.drafting.shapes import Draft, MeasureDraft, PlanDraft, QuestionDraft, TaskDraft

__all__ = ["Answers", "Draft", "MeasureDraft", "PlanDraft", "QuestionDraft", "TaskDraft", "draft_plan"]
