"""Negative SEO and other anomalies: what is out of the ordinary in the arrival and loss of links.

dating       which dates of a source may be counted: an import must never look like an attack
series       arrivals in columns
baseline     what the past makes one expect of seven days
bursts       too many at once: new domains, new links, losses
mixes        other anchors, suffixes, languages than before
clusters     one template on many new domains; low authority
incidents    what belongs together, how sure it is, what to do
following    which of them are known from an earlier search
simulation   how often all this is right, on simulated sites
"""

from __future__ import annotations

from linkstead.quality.anomalies.anomaly import Anomaly, Kind
from linkstead.quality.anomalies.dating import Import, Steady, steady
from linkstead.quality.anomalies.following import Known, recognised
from linkstead.quality.anomalies.incidents import Incident, incidents_of
from linkstead.quality.anomalies.judging import Judged, Losses, Thin, judge
from linkstead.quality.anomalies.series import Arrival, Series, series_of

__all__ = [
    "Anomaly",
    "Arrival",
    "Import",
    "Incident",
    "Judged",
    "Kind",
    "Known",
    "Losses",
    "Series",
    "Steady",
    "Thin",
    "incidents_of",
    "judge",
    "recognised",
    "series_of",
    "steady",
]
