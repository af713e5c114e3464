"""The farm of `bench.watching`: its pages and their truth, its web, a monitor process, and the judge."""
