"""BuzzStream: link partners.

Vendor documentation: buzzstream.com/import-link-partners. The same page with another anchor is a link of
its own.
"""

from __future__ import annotations

from typing import Final

from linkstead.sources.source import Signature, TableSource, column, counted, flagged, scored, worded

BUZZSTREAM: Final = TableSource(
    slug="buzzstream",
    vendor="BuzzStream",
    report="Link Monitoring > Export link partners",
    prefix="buzzstream",
    ragged=True,
    columns=(
        column("source_url", "Linking from"),
        column("target_url", "Linking To"),
        column("anchor", "Anchor Text"),
        worded("buzzstream.partner", "Link Partner - Name"),
        worded("buzzstream.domain", "Link Partner - Domain"),
        flagged("buzzstream.sitewide", "Sitewide Link?"),
        counted("buzzstream.sitewide_links", "Sitewide - # of links"),
        worded("buzzstream.acquisition", "Acquisition Method"),
        worded("buzzstream.payment_date", "Payment Date"),
        scored("buzzstream.cost", "Payment - Amount"),
        worded("buzzstream.payment_method", "Payment - Method"),
        worded("buzzstream.payment_reference", "Payment - Reference ID"),
        worded("buzzstream.payment_type", "Payment - Type"),
        worded("buzzstream.payment_term", "Payment - Term"),
        worded("buzzstream.payment_start", "Payment - Start date"),
        worded("buzzstream.expires", "Payment - Expiration date"),
    ),
    signatures=(Signature(18, "current", ("Linking from", "Linking To", "Link Partner - Domain")),),
)

SOURCES: Final = (BUZZSTREAM,)
