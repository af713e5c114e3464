"""Incidents of a project: bursts, templates and losses that stand out, with what to do about them."""
