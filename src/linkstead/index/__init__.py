"""The link index: pages' external links from web archives, as Parquet files that any process may read.

Meaning only: nothing here knows Django, projects or the network; archives are handed in as open files.
`store` (and `cluster`, for Spark) are the only doors to an engine.
"""
