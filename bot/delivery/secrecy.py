"""The token never appears in a log or an error: every record is cleaned before any handler sees it."""

import logging
from collections.abc import Callable
from traceback import format_exception
from typing import Any

HIDDEN = "<token>"


def redactor(*secrets: str) -> Callable[[str], str]:
    """A function that takes these secrets out of a text."""
    kept = [secret for secret in secrets if secret]

    def redact(text: str) -> str:
        for secret in kept:
            text = text.replace(secret, HIDDEN)
        return text

    return redact


def keep_out_of_logs(*secrets: str) -> None:
    """From now on no log record of this process shows these secrets, tracebacks included."""
    redact = redactor(*secrets)
    make = logging.getLogRecordFactory()

    def cleaned(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            # A formatter takes exc_text as it finds it, instead of writing the traceback itself.
            record.exc_text = redact("".join(format_exception(*record.exc_info))).rstrip("\n")
        return record

    logging.setLogRecordFactory(cleaned)
    # These log every URL, and the URL holds the token.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
