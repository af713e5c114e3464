"""The journey of a backlink, told once for the command line and the server.

    importing    discovered, normalised, stored: a file becomes sightings, sightings become backlinks
    verifying    verified: every referring page and every target looked at by ourselves
    auditing     judged: the profile's summary, and what an audit finds in it

Each step can be stopped and started again: an import goes on behind the last committed row, a
verification with the pages that nobody has looked at yet.
"""

from linkstead.journey.auditing import audit_profile, kept_audit, kept_run
from linkstead.journey.importing import ImportReport, import_file
from linkstead.journey.projects import find_or_create_project
from linkstead.journey.verifying import Chosen, VerifyReport, verify_links
from linkstead.progress import Progress

__all__ = [
    "Chosen",
    "ImportReport",
    "Progress",
    "VerifyReport",
    "audit_profile",
    "find_or_create_project",
    "import_file",
    "kept_audit",
    "kept_run",
    "verify_links",
]
