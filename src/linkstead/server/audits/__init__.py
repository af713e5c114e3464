"""Audits of a project: dated runs with health and findings, compared, suppressed with a reason, scheduled."""
