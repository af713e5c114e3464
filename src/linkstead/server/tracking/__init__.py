"""Imports and verifications of a project: asked for on a page, done by a worker, watched on the page."""
