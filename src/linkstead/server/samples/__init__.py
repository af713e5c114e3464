"""A small invented site's exports, for a first look around. All names and pages are made up."""
