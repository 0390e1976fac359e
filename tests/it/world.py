"""Readers that are not ours read what Bema sends out: each prints what it found as JSON, or fails aloud.

    world.py calendar FILE    icalendar: its events, and each one's start in Athens
    world.py feed FILE        feedparser: its entries, links and enclosures
"""

import json
import sys
from zoneinfo import ZoneInfo

import feedparser
import icalendar


def calendar(text: bytes) -> dict:
    read = icalendar.Calendar.from_ical(text)
    events = []
    for event in read.walk("VEVENT"):
        assert not event.errors, event.errors
        start, end = event.decoded("DTSTART"), event.decoded("DTEND")
        assert start.tzinfo is not None and start < end, (start, end)
        events.append(
            {
                "uid": str(event["UID"]),
                "sequence": int(event["SEQUENCE"]),
                "modified": event.decoded("LAST-MODIFIED").isoformat(),
                "status": str(event["STATUS"]),
                "start": start.astimezone(ZoneInfo("Europe/Athens")).strftime("%Y-%m-%d %H:%M"),
                "summary": str(event["SUMMARY"]),
                "description": str(event["DESCRIPTION"]),
                "url": str(event["URL"]),
            }
        )
    return {"name": str(read["X-WR-CALNAME"]), "events": events}


def feed(text: bytes) -> dict:
    read = feedparser.parse(text, sanitize_html=False)
    assert not read.bozo, read.get("bozo_exception")
    entries = [
        {
            "id": entry.id,
            "title": entry.title,
            "link": entry.link,
            "published": list(entry.published_parsed),
            "said": entry.content[0].value if "content" in entry else entry.get("summary", ""),
            "enclosures": [dict(enclosure) for enclosure in entry.get("enclosures", [])],
            "chapters": dict(entry.get("podcast_chapters", {})),
            "transcript": dict(entry.get("podcast_transcript", {})),
            "duration": entry.get("itunes_duration", ""),
        }
        for entry in read.entries
    ]
    return {"version": read.version, "title": read.feed.title, "links": [link.href for link in read.feed.links], "entries": entries}


what, file = sys.argv[1:]
with open(file, "rb") as opened:
    json.dump({"calendar": calendar, "feed": feed}[what](opened.read()), sys.stdout)
