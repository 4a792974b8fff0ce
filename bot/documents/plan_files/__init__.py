"""Reading a plan's file: xlsx, xls, docx, csv or text in, rows that know where they stood out (issue 2 §3)."""

from bot.documents.plan_files.limits import Limits
from bot.documents.plan_files.parent import Progress, read_plan_file

__all__ = ["Limits", "Progress", "read_plan_file"]
