"""The icons: 16 by 16, one stroke, drawn by hand; each is the inside of an <svg>."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "arrow-down": '<path d="M8 3v10M4 9l4 4 4-4"/>',
    "arrow-up": '<path d="M8 13V3M4 7l4-4 4 4"/>',
    "chevron": '<path d="M4.500 6.500 8 10l3.500-3.500"/>',
    "previous": '<path d="M10 3.500 5.500 8 10 12.500"/>',
    "next": '<path d="M6 3.500 10.500 8 6 12.500"/>',
    "close": '<path d="m4.500 4.500 7 7M11.500 4.500l-7 7"/>',
    "plus": '<path d="M8 3.500v9M3.500 8h9"/>',
    "check": '<path d="m3.500 8.500 3 3 6-7"/>',
    "search": '<circle cx="7" cy="7" r="4.250"/><path d="m10.500 10.500 3 3"/>',
    "copy": (
        '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 '
        '2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5"/>'
    ),
    "upload": (
        '<path d="M8 10.5V3M5 5.5 8 2.5l3 3M2.5 10.5v1.5A1.5 1.5 0 0 0 4 13.5h8a1.5 1.5 0 0 0 1.5-1.5v-1.5"/>'
    ),
    "download": (
        '<path d="M8 2.5V10M5 7.500l3 3 3-3M2.5 10.5v1.5A1.5 1.5 0 0 0 4 13.5h8a1.5 1.5 0 0 0 1.5-1.5v-1.5"/>'
    ),
    "outside": (
        '<path d="M9.5 3h3.5v3.5M13 3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 '
        '1-1h2.5"/>'
    ),
    "sun": (
        '<circle cx="8" cy="8" r="2.75"/><path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.400 '
        '3.400l1.100 1.100M11.5 11.5l1.100 1.100M3.400 12.600l1.100-1.100M11.5 4.5l1.100-1.100"/>'
    ),
    "moon": '<path d="M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7Z"/>',
    "system": '<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.500v3.500M8 5v.1"/>',
    "alert": '<path d="M8 2.500 14 13H2ZM8 6.500v3M8 11.200v.1"/>',
    "file": (
        '<path d="M9 1.5H4.5A1.5 1.5 0 0 0 3 3v10a1.5 1.5 0 0 0 1.5 1.5h7A1.5 1.5 0 0 0 13 13V5.5ZM9 '
        '1.5V5.5h4"/>'
    ),
}
