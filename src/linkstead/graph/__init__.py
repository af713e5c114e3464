"""The web as a graph of domains: a compact store of its arcs, ranks over it, questions to it.

Meaning only: nothing here knows Django, projects or the network. What reads (`store`, `names`, `queries`)
needs numpy alone; what computes (`ranking`, `hyperball`, `trust`, the imports) is compiled by numba when it
first runs.
"""
