"""One line of JSON a message on stderr.

Secrets never reach a log: nobody logs values of settings, and the token of a sign-in link is cut out of
the paths that Django logs.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re

_TOKEN = re.compile(r"(?<=/sign-in/)[^/\s\"']+")


class JsonLines(logging.Formatter):
    """time (UTC), level, logger, process, message; error with the traceback when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": os.getpid(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _TOKEN.sub("…", json.dumps(line, ensure_ascii=False))
