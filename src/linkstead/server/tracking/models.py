"""Imports and verifications as they run. What they bring lies in the profile's own tables."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from linkstead.server.projects.models import Project


class RunState(models.TextChoices):
    """Where a run stands. `waiting` and `running` are open; the others are ends, until it is run again."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    NEEDS_MAPPING = "needs_mapping", "Columns to name"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (RunState.WAITING, RunState.RUNNING)


class Run(models.Model):
    """What imports and verifications share.

    `attempt` is the fencing token: whoever holds an older number may write nothing any more.
    `done` of `total` (null: not known) in `unit` says how far it is; `message` is one sentence.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="%(class)ss")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.WAITING)
    attempt = models.IntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    cancel_requested = models.BooleanField(default=False)
    step = models.TextField(blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=16, blank=True)
    rows = models.BigIntegerField(default=0)
    note = models.TextField(blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def table(cls) -> str:
        """The name of the rows' table."""
        return str(cls._meta.db_table)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How far, 0 to 100, or None when nobody knows."""
        if self.state == RunState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else None


class ImportRun(Run):
    """One uploaded file on its way into a profile. `stored_name` is random; `shown_name` is the user's.

    Or the links to the site out of one `crawl` of this server's link index: then there is no file.
    """

    shown_name = models.TextField()
    stored_name = models.CharField(max_length=64)
    size = models.BigIntegerField()
    sources = models.JSONField(default=list)  # slugs, as recognised
    sightings = models.BigIntegerField(default=0)
    new_links = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    skipped = models.JSONField(default=dict)  # reason -> rows
    file_ids = models.JSONField(default=list)  # rows of the profile's import_file
    already = models.BooleanField(default=False)  # this very file had been imported before
    #: of a table nobody knows: columns, fingerprint, proposal (header name -> field)
    unknown_table = models.JSONField(null=True)
    mapping = models.JSONField(null=True)  # header name -> field, as a person confirmed it
    crawl = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("project", "-id"), name="tracking_imports_of_project"),)

    def __str__(self) -> str:
        return f"import of {self.shown_name}"


class VerifyRun(Run):
    """One verification of a project's links: of all that are due, or of `backlink_ids`."""

    backlink_ids = models.JSONField(null=True)
    pages = models.BigIntegerField(default=0)
    links = models.BigIntegerField(default=0)
    targets = models.BigIntegerField(default=0)
    outcomes = models.JSONField(default=dict)  # outcome -> links

    class Meta:
        indexes = (models.Index(fields=("project", "-id"), name="tracking_checks_of_project"),)
        constraints = (
            models.UniqueConstraint(
                fields=("project",),
                condition=models.Q(state__in=[state.value for state in OPEN], backlink_ids__isnull=True),
                name="tracking_one_open_check_of_all",
            ),
        )

    def __str__(self) -> str:
        return f"verification {self.pk} of project {self.project_id}"
