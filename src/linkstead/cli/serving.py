"""`linkstead serve` and what it starts, `doctor` and `user`: the server's verbs.

They need the `[server]` extra; without it they say how to get it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from linkstead.cli.output import add_json, print_json
from linkstead.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from linkstead.settings import Settings

_PROCESSES = {
    "serve": "start web, job worker and monitor under one supervisor",
    "web": "serve the pages only",
    "work": "run jobs only; may run many times",
    "monitor": "look at due links only; may run many times",
}


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, help_text in _PROCESSES.items():
        verb = verbs.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
        verb.set_defaults(run=run_process, process=name)
    doctor = verbs.add_parser("doctor", help="say what is right and wrong with this installation")
    add_json(doctor)
    doctor.set_defaults(run=run_doctor)
    prepare = verbs.add_parser(
        "prepare",
        help="create or upgrade the database and print how to sign in",
        description="Create or upgrade the database; print a one-time sign-in link when nobody has signed in"
        " yet.",
    )
    prepare.add_argument(
        "--sample", action="store_true", help="load a small invented project to look around in"
    )
    prepare.set_defaults(run=run_prepare)
    sign_in = verbs.add_parser(
        "sign-in",
        help="print a one-time sign-in address for a person",
        description="Print an address that signs EMAIL in, once, within 15 minutes. It takes the place of a"
        " forgotten password. Without EMAIL it is the first administrator's, until somebody has a password.",
    )
    sign_in.add_argument("email", nargs="?", metavar="EMAIL")
    sign_in.add_argument("--new", action="store_true", help="add the person first")
    sign_in.set_defaults(run=run_sign_in)


def _settings() -> Settings:
    from linkstead.cli.surroundings import current_settings

    if find_spec("django") is None:
        raise UsageError(
            "This needs the server's packages; install them with `pip install 'linkstead[server]'`."
        )
    return current_settings()


def run_process(options: argparse.Namespace) -> int:
    from linkstead.server import supervisor

    settings = _settings()
    start = getattr(supervisor, options.process)
    return int(start(settings) or 0)


def run_doctor(options: argparse.Namespace) -> int:
    settings = _settings()
    from linkstead.server.doctor import examine

    checks = examine(settings)
    if options.json:
        print_json(
            {
                "ok": all(check.ok for check in checks),
                "checks": [
                    {"name": check.name, "ok": check.ok, "says": check.sentence, "do": check.what_to_do}
                    for check in checks
                ],
            }
        )
    else:
        for check in checks:
            print(f"{'  ok   ' if check.ok else '  WRONG'} {check.name}: {check.sentence}")
            if not check.ok:
                print(f"          {check.what_to_do}")
    return 0 if all(check.ok for check in checks) else 1


def run_prepare(options: argparse.Namespace) -> int:
    settings = _settings()
    from linkstead.server import bootstrap

    bootstrap.prepare(settings)
    if options.sample:
        from linkstead.server import samples

        if samples.load(settings):
            print(f"A sample project, {samples.SITE}, was made from invented exports.")
    return 0


def run_sign_in(options: argparse.Namespace) -> int:
    settings = _settings()
    from linkstead.server import bootstrap

    if options.email is None:
        address = bootstrap.first_sign_in(settings)
    elif options.new:
        address = bootstrap.add_person(settings, options.email)
    else:
        address = bootstrap.sign_in_address(settings, options.email)
    if not address:
        raise UsageError("Somebody has a password here already; say who: `linkstead sign-in EMAIL`.")
    print(address)
    return 0
