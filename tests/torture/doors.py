"""Closed doors at random moments: nothing that was taken behind them is anywhere, ever.

doors    An encoder whose bytes are two seconds on their way. The clerk closes the doors of the meeting at a random moment and opens
         them at another, again and again. When all is over, every address that any playlist, hint or list has ever named is
         fetched, and so is the download, and every file under the data folder is read. The pictures of all of it are decoded:
         no frame and no small picture was taken later than a part after the press that closed, and before the press that
         opened. After every press that opens, the picture is back. What is asked for while the doors are closed is asked for
         as players do and not decoded; sound carries no time and is not looked at.

Ablation, seen by the round's own checks: a pause in place of closed doors, which does not ask when a picture was taken.
"""

import json
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import threading
import time

import ablation
from bema import Encoder, house, read_clock
from clerk import Clerk
from common import promise, say, wait_for

# So long every byte of the encoder is on its way, in seconds.
LATE = 2.0
# A part of the picture, milliseconds: the public may have seen so much more.
PART = 220
SETTINGS = "[media]\nanalysis = true\n"


class Line(threading.Thread):
    """A TCP line on which what the encoder sends comes late."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.listener = port, socket.create_server(("127.0.0.1", 0))
        self.start()

    def address(self, server):
        return server.address().replace(f":{self.port}/", f":{self.listener.getsockname()[1]}/")

    def run(self):
        while True:
            encoder, _ = self.listener.accept()
            there = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.carry, args=(there, encoder, 0.0), daemon=True).start()
            threading.Thread(target=self.carry, args=(encoder, there, LATE), daemon=True).start()

    @staticmethod
    def carry(source, sink, late):
        waiting, told = [], threading.Condition()

        def send():
            while True:
                with told:
                    told.wait_for(lambda: waiting)
                    due, data = waiting.pop(0)
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    sink.sendall(data) if data else sink.close()
                except OSError:
                    return
                if not data:
                    return

        threading.Thread(target=send, daemon=True).start()
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            with told:
                waiting.append((time.monotonic() + late, data))
                told.notify()
            if not data:
                return


class Crawler(threading.Thread):
    """Takes every address that the server ever names, and what it gives there at once."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.named, self.ending = server, set(), threading.Event()
        self.start()

    def names(self):
        """What is named now."""
        found = {"index.m3u8", "poster.jpg", "thumbnails.json", "stretches.json"}
        index = (self.server.media("index.m3u8") or b"").decode()
        for track in set(re.findall(r'([a-z0-9-]+)\.m3u8', index)):
            found.add(f"{track}.m3u8")
            text = (self.server.media(f"{track}.m3u8") or b"").decode()
            found |= set(re.findall(r'URI="([^"]+)"', text)) | {line for line in text.splitlines() if line and line[0] != "#"}
        listed = json.loads(self.server.media("thumbnails.json") or b'{"instants": []}')
        return found | {f"thumbnail/{at}.jpg" for at in listed["instants"]}

    def run(self):
        while not self.ending.is_set():
            new = self.names() - self.named
            self.named |= new
            # What is hinted is waited for, as a player waits.
            for name in [name for name in new if re.search(r"/\d+\.\d+\.m4s$", name)]:
                threading.Thread(target=self.server.media, args=(name,), daemon=True).start()
            self.ending.wait(0.05)

    def end(self):
        self.ending.set()
        self.join()
        self.named |= self.names()


def captures(file, *format_of):
    """The capture times of all frames that ffmpeg can read in a file; none of the slate's."""
    only_top = f"scale=1280:720,crop=1280:{read_clock.clock_code.STRIP_HEIGHT}:0:0,format=gray"
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "quiet", *format_of, "-i", file, "-an", "-vf", only_top,
                           "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"], capture_output=True, check=False)
    size = 1280 * read_clock.clock_code.STRIP_HEIGHT
    strips = (done.stdout[at:at + size] for at in range(0, len(done.stdout) - size + 1, size))
    read = (read_clock.clock_code.read(strip, 1280, 720) for strip in strips)
    return [capture for capture in read if capture is not None]


def served(server, crawler, folder):
    """What was taken of all that is given at the addresses that were ever named; and how many there are."""
    found, segments, parts, inits = [], {}, [], {}
    file = pathlib.Path(folder) / "piece"
    for name in sorted(crawler.named):
        body = server.media(name)
        if body is None:
            continue
        if name.endswith(".jpg"):
            file.write_bytes(body)
            found += captures(file)
        elif name.endswith(".mp4"):
            inits[name] = body
        elif re.search(r"^video.*/\d+\.m4s$", name):
            segments[name] = body
        elif name.startswith("video") and name.endswith(".m4s"):
            parts.append((name, body))
    for track in {name.split("/")[0] for name in segments}:
        init = None
        for line in server.media(f"{track}.m3u8").decode().splitlines():
            if line.startswith("#EXT-X-MAP:"):
                init = inits[re.search('URI="([^"]+)"', line)[1]]
            elif line in segments:
                file.write_bytes(init + segments[line])
                found += captures(file)
    # A part is what its segment holds, which was decoded; whatever was given beside that is nobody's.
    for name, body in parts:
        whole = segments.get(re.sub(r"\.\d+\.m4s$", ".m4s", name))
        promise(whole is None or body in whole, f"{name} is no part of its segment")
        promise(whole is not None, f"{name} was named and belongs to no segment")
    file.write_bytes(server.media("download.mp4") or b"")
    return found + captures(file), len(crawler.named)


def stored(server):
    """What was taken of all that any file under the data folder holds; and how many files there are."""
    found, files = [], [path for path in server.data.rglob("*") if path.is_file()]
    for path in files:
        found += captures(path, "-f", "mjpeg") if path.name == "thumbnails.jpegs" else captures(path)
    return found, len(files)


def none_of(found, spans, where):
    """Nothing was taken within one of the spans."""
    seen = sorted(capture for capture in found if any(closed + PART < capture < opened for closed, opened in spans))
    promise(not seen, f"{where}: {len(seen)} frames that were taken behind closed doors, {seen[:3]} of {spans}")


def check(server, crawler, spans):
    """Looks through all of it; answers what is to be told."""
    with tempfile.TemporaryDirectory(prefix="bema-doors-") as folder:
        public, addresses = served(server, crawler, folder)
    kept, files = stored(server)
    promise(len(public) > 100 and len(kept) > 100, "nothing was decoded")
    none_of(public, spans, "served")
    none_of(kept, spans, "on the disk")
    lasts = [capture - closed for closed, opened in spans for capture in [max(one for one in [0, *public] if one < opened)]]
    return addresses, files, len(public), len(kept), max(lasts)


def shown_after(server, at_ms, what):
    """The picture is back: the newest segment begins after this instant, by its date; answers after how long, in seconds."""
    def back():
        state = json.loads(server.media("stretches.json") or b"[]")
        return state and state[-1]["shows"] == "source" and state[-1]["starts_at_ms"] >= at_ms
    wait_for(what, back, 20)
    return time.time() - at_ms / 1000


def closed_once(server, clerk, crawler, lasts, presses=("close-doors", "open-doors")):
    """A press that closes and one that opens; answers when they were."""
    closed = clerk.press(presses[0])
    time.sleep(lasts)
    # What is named while they are closed is asked for while they are closed.
    for name in random.sample(sorted(crawler.named), min(20, len(crawler.named))):
        threading.Thread(target=server.media, args=(name,), daemon=True).start()
    opened = clerk.press(presses[1])
    return closed, opened


def with_line(server):
    return Encoder(server, Line(server.rtmp).address(server), more=["--gop-seconds", "0.5"])


def doors(given):
    slowest, spans = 0.0, []
    with house(SETTINGS, encoder=with_line) as parts:
        server = parts["server"]
        parts["viewer"].end()
        clerk, crawler = Clerk(server), Crawler(server)
        for _ in range(given.rounds):
            time.sleep(random.uniform(0.0, 1.5))
            spans.append(closed_once(server, clerk, crawler, random.uniform(0.2, 2.5)))
            slowest = max(slowest, shown_after(server, spans[-1][1], "the picture after the doors were opened"))
        # A restart in the middle of it finds them closed.
        closed = clerk.press("close-doors")
        server.kill()
        parts["encoder"].kill()
        server.start()
        parts["encoder"] = with_line(server)
        time.sleep(6)
        clerk = Clerk(server)
        spans.append((closed, clerk.press("open-doors")))
        slowest = max(slowest, shown_after(server, spans[-1][1], "the picture after the restart"))
        time.sleep(2)
        paused = closed_once(server, clerk, crawler, 2 * LATE, ("pause", "resume"))
        shown_after(server, paused[0], "the picture after the pause")
        time.sleep(LATE + 1)
        clerk.press("end")
        crawler.end()
        addresses, files, public, kept, last = check(server, crawler, spans)
        ablation.must_fail("doors, ablation: what a pause lets through is seen", lambda: check(server, crawler, [paused]))
        server.stop()
        server.verify()
    say(f"doors: closed {len(spans)} times, once with kill -9: 0 frames of behind them in {public} frames of {addresses} addresses and "
        f"{kept} frames of {files} files; the last public frame {-last} ms before the press, the picture back within {slowest:.1f} s")
