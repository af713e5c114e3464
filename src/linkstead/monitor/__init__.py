"""Stage `verified`: we look at the referring page ourselves.

    fetched     fetch     one page over the wire: guarded, polite, bounded; the only crawler
    judged      verify    what the page says about the expected link, and why

The rules that the crawler keeps stand beside it, each pure: `guard` (which addresses), `robots` (which
pages), `pacing` (how often), `inflate` (how many bytes), `content` (what is a page), `signs` (what is
no page at all: challenges, parking, soft 404s).
"""
