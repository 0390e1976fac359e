"""An archive of ten years and more: 20,000 meetings with 400,000 agenda items, and how long its pages take on one core."""

import http.client
import os
import pathlib
import random
import sqlite3
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/torture"))
import bema  # noqa: E402

MEETINGS, ITEMS, REQUESTS = 20_000, 20, 500
HOUR_MS = 3_600_000


def new_id(at_ms):
    """A UUIDv7 of that instant."""
    return str(uuid.UUID(bytes=at_ms.to_bytes(6, "big") + bytes([0x70 | os.urandom(1)[0] & 15]) + os.urandom(9)))


def fill(path):
    """Writes the archive into the database; answers the meetings' ids."""
    database = sqlite3.connect(path)
    (municipality,), (body,) = (database.execute(f"SELECT id FROM {table}").fetchone() for table in ("municipality", "body"))
    ids, now_ms = [], int(time.time() * 1000)
    for number in range(MEETINGS):
        at_ms = now_ms - (number + 1) * 6 * HOUR_MS
        meeting = new_id(at_ms)
        ids.append(meeting)
        database.execute(
            "INSERT INTO meeting (id, municipality, body, title, place, starts_at_ms, stage, started_at_ms, ended_at_ms, created_at_ms) "
            "VALUES (?, ?, ?, ?, 'Δημαρχείο', ?, 'ended', ?, ?, ?)",
            (meeting, municipality, body, f"{number + 1}η τακτική συνεδρίαση", at_ms, at_ms, at_ms + 3 * HOUR_MS, at_ms))
        items = [(new_id(at_ms), municipality, meeting, place, str(place + 1),
                  f"Έγκριση της προμήθειας {random.randrange(10_000)}", at_ms) for place in range(ITEMS)]
        database.executemany(
            "INSERT INTO agenda_item (id, municipality, meeting, place, level, number, title, rapporteur, created_at_ms) "
            "VALUES (?, ?, ?, ?, 0, ?, ?, '', ?)", items)
        database.executemany(
            "INSERT INTO agenda_moment (id, meeting, item, at_ms, account, noted_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
            [(new_id(at_ms), meeting, item[0], at_ms + item[3] * 60_000, new_id(at_ms), at_ms) for item in items])
    database.commit()
    database.close()
    return ids


def times(port, path):
    """Milliseconds of an answer: half of them, and 99 of a hundred."""
    connection, taken = http.client.HTTPConnection("127.0.0.1", port), []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        connection.request("GET", path(), headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path()}: {answer.status}")
    taken.sort()
    return {"p50_ms": round(taken[len(taken) // 2], 1), "p99_ms": round(taken[len(taken) * 99 // 100], 1)}


def archive(folder, target):
    bema.TARGET = target
    own = folder / "archive"
    own.mkdir()
    server = bema.Server(own)
    server.stop()
    ids = fill(server.data / "bema.sqlite")
    server.before = ["taskset", "-c", "0"]
    server.start()
    try:
        return {"list": times(server.http, lambda: "/"),
                "far_back": times(server.http, lambda: f"/?page={random.randrange(1, MEETINGS // 20)}"),
                "meeting": times(server.http, lambda: f"/meetings/{random.choice(ids)}")}
    finally:
        server.stop()
