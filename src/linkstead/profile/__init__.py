"""A site's own backlink profile: pages, links, sightings, looks and figures, in SQLite or PostgreSQL.

One schema and one set of functions serve the command line (a file per site) and the server (one
database for all projects), so both always tell the same numbers. The engine is spoken to through
the DB-API by `store.Store` alone.

Identity: a page, target, anchor or domain is stored once per project and found by the 64-bit key of
its normal form (`linkstead.urls.identity_key`); a backlink is one (referring page, target) pair.
"""
