"""Benchmarks: each is one command that races a named peer or a physical floor in the same run."""
