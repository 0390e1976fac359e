"""From the clerk's press on the desk to the pages of everybody who watches: their event streams are held open here."""

import asyncio
import json
import re
import statistics
import time
import urllib.parse

HOST = "127.0.0.1"


class Clerk:
    """Asks as a program of the clerk's does, each time on a connection of its own."""

    def __init__(self, port):
        self.port = port
        self.headers = f"Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nAccept: application/json\r\nConnection: close\r\n"

    async def ask(self, what, form=None):
        """The head and the body of the answer, which must say that it is done."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        body = urllib.parse.urlencode(form) if form else ""
        sent = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n" if form else ""
        writer.write(f"{what} HTTP/1.1\r\n{self.headers}{sent}\r\n{body}".encode())
        head, _, rest = (await reader.read()).decode(errors="replace").partition("\r\n\r\n")
        writer.close()
        if " 200 " not in head.split("\r\n")[0]:
            raise SystemExit(f"{what}: {head.splitlines()[:1]} {rest[:200]}")
        return head, rest

    async def log_in(self, account):
        head, _ = await self.ask("POST /login", account)
        self.headers += f"Cookie: {re.search(r'set-cookie: ([^;]+)', head, re.I)[1]}\r\n"


async def watch(port, meeting, heard):
    """Follows a meeting as a page does; notes when it hears where the meeting is."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET /meetings/{meeting}/events?watching=1 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    async for line in reader:
        if line.startswith(b"data: ") and b'"outline"' in line:
            heard.append((json.loads(line[6:])["now"], time.monotonic()))


async def measure(port, meeting, account, viewers, many):
    clerk = Clerk(port)
    await clerk.log_in(account)
    heard = [[] for _ in range(viewers)]
    tasks = [asyncio.create_task(watch(port, meeting, each)) for each in heard]
    while not all(heard):
        await asyncio.sleep(0.1)
    _, page = await clerk.ask(f"GET /meetings/{meeting}/agenda")
    items = re.findall(r'data-item="([0-9a-f-]+)"', page)
    late = []
    for index in range(many):
        item = items[index % len(items)]
        pressed = time.monotonic()
        await clerk.ask(f"POST /studio/meetings/{meeting}/agenda/take-up", {"item": item})
        while not all(each[-1][0] == item for each in heard):
            await asyncio.sleep(0.02)
        late += [(each[-1][1] - pressed) * 1000 for each in heard]
        await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    late.sort()
    return {"viewers": viewers, "p50_ms": round(statistics.median(late)), "p95_ms": round(late[len(late) * 95 // 100])}


def presses(port, meeting, account, viewers=1000, many=30):
    """Milliseconds from each of so many presses until so many pages have heard of it."""
    return asyncio.run(measure(port, meeting, account, viewers, many))
