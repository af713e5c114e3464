"""Linkstead: where a site's backlinks are known, proven, judged, defended and grown.

The journey of a backlink, and the package each step lives in:

    discovered   sources/    some source says: this page links to that URL
    normalised   urls        both URLs are put into one spelling
    stored       profile/    with first seen and last seen, per source
    verified     monitor/    we look at the referring page ourselves
    scored       quality/    is this link worth having? would it harm?
    reported     reports/    what we know, what changed, what to do
"""

__version__ = "0.1.0"
