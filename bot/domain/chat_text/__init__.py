"""What people type in chat, read without a clock and without the ledger.

writing: one form to compare by; answers: receipts, 无变化, 其余无变化; heads: the task a line begins with;
percents: which percentage is progress; lines: `12 60% 清淤完成` and pasted paragraphs.
"""

from bot.domain.chat_text.answers import RestUnchanged, difficulty_in, is_receipt, is_unchanged, rest_in, rest_unchanged
from bot.domain.chat_text.lines import (
    ReportLine,
    alike,
    numbered_by_title,
    read_report_line,
    split_paragraph,
    without_rest,
)
from bot.domain.chat_text.writing import normalise, simplified

__all__ = [
    "ReportLine",
    "RestUnchanged",
    "alike",
    "difficulty_in",
    "is_receipt",
    "is_unchanged",
    "normalise",
    "numbered_by_title",
    "read_report_line",
    "rest_in",
    "rest_unchanged",
    "simplified",
    "split_paragraph",
    "without_rest",
]
