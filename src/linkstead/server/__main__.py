"""`python -m linkstead.server serve|web|work|monitor`: what the supervisor starts."""

from __future__ import annotations

import os
import sys

from linkstead.errors import LinksteadError
from linkstead.server import supervisor
from linkstead.settings import read_settings

VERBS = {
    "serve": supervisor.serve,
    "web": supervisor.web,
    "work": supervisor.work,
    "monitor": supervisor.monitor,
}


def main(arguments: list[str]) -> int:
    """Run one of VERBS; the exit status."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        sys.stderr.write(f"Say one of {', '.join(VERBS)}.\n")
        return 2
    supervisor.hold_lifeline()
    try:
        VERBS[arguments[0]](read_settings(os.environ))
    except LinksteadError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
