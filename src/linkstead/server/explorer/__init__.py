"""The pages over a project's backlinks: overview, list, one backlink."""
