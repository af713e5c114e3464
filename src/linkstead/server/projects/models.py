"""A project (a site that somebody owns) and who may do what in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from linkstead.server.accounts.models import User


class Role(models.TextChoices):
    """What a member may do: read; also import and check; also invite, rename and delete."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def allows(self, needed: Role) -> bool:
        """Whether this role includes another one."""
        return self.rank >= needed.rank


_RANKS = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2}


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        """Projects that a person is a member of; nobody sees any other."""
        return self.filter(memberships__user=user)


class Project(models.Model):
    """The table `project` of the profile's schema; times in epoch seconds."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    site = models.TextField()
    created_at = models.BigIntegerField()
    metric = models.TextField(null=True)  # noqa: DJ001 - the profile's schema says NULL for unknown
    verify_requested_at = models.BigIntegerField(null=True)
    watching = models.SmallIntegerField(default=0)  # 1: its links are looked at on schedule
    plan = models.TextField(null=True)  # noqa: DJ001 - JSON of monitor.schedule.WatchPlan, NULL for the defaults
    targets_due_at = models.BigIntegerField(null=True)
    audit_days = models.BigIntegerField(null=True)  # between two audits; 0: none by themselves
    manual_action = models.TextField(null=True)  # noqa: DJ001 - a word of ManualAction, NULL for none

    objects = ProjectQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "project"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's role in one project."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "project"), name="projects_one_role_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=list(Role)), name="projects_known_role"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} of {self.project_id}"
