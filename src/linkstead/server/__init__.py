"""The server: rows, pages, jobs. Everything that says `django` lives in this package.

Inside, imports point one way: urls -> jobs -> explorer -> tracking -> projects -> accounts -> settings.
`boot.start_django` must run before any model is imported.
"""
