"""kill -9 at random moments: of the server, of the media worker, of the encoder.

server   Every part that a viewer has got is there afterwards, byte for byte; it is the same meeting; the server answers with
         its playlist within 3 s; at the end `bema verify` finds no fault, no frame of the picture is doubled, and within a run
         none is missing.
worker   The server goes on and answers; another worker is there within a second, new parts within 6 s; nothing is lost.
encoder  Lost for 1 to 20 s (short round: to 3 s): parts go on within 2 s (the slate), the source is back within 6 s of its
         coming back; nothing is lost, no frame doubled.

The ablation of the first is that of `power`: a kill alone loses nothing that was handed to the kernel, so what it tries is the
store's way back, not its syncs. That a lost or changed part is seen at all is proved at the end of the round, by changing
the record.
"""

import os
import random
import signal
import time

from bema import Encoder, house, no_frame_twice
from common import Broken, promise, say, wait_for


def changed_byte_is_seen(server, viewer):
    """The ablation: a byte of every kilobyte of the picture is changed on the disk."""
    for path in server.data.glob("recordings/*/*/video.mp4"):
        track = bytearray(path.read_bytes())
        track[::1024] = bytes(byte ^ 1 for byte in track[::1024])
        path.write_bytes(track)
    server.start()
    try:
        viewer.all_there()
    except Broken:
        return
    raise Broken("the record was changed, and nobody saw it: this harness cannot fail")


def kill_server(given):
    slowest = 0.0
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        for _ in range(given.rounds):
            viewer.more(1, 20, "a new part")
            time.sleep(random.uniform(0.0, 2.5))
            server.kill()
            parts["encoder"].kill()
            began = time.monotonic()
            server.start()
            wait_for("the playlist after kill -9", lambda: server.media("video.m3u8"), 3)
            slowest = max(slowest, time.monotonic() - began)
            parts["encoder"] = Encoder(server)
            viewer.all_there(last=300)
        viewer.more(20, 20, "the source after the last kill")
        viewer.all_there()
        viewer.end()
        frames = no_frame_twice(server)
        server.stop()
        server.verify()
        say(f"kill: {given.rounds} x kill -9 of the server, {viewer.count()} parts seen, 0 lost; {frames} frames, none doubled; "
            f"serving again within {slowest:.2f} s")
        changed_byte_is_seen(server, viewer)
        say("kill, ablation: changed bytes of the record were seen, as they must be")


def kill_worker(given):
    slowest, back = 0.0, 0.0
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        for _ in range(given.rounds):
            time.sleep(random.uniform(0.5, 2.5))
            old = server.workers()
            began, count = time.monotonic(), viewer.count()
            os.kill(int(old[0]), signal.SIGKILL)
            wait_for("another worker", lambda: [one for one in server.workers() if one not in old], 1)
            slowest = max(slowest, time.monotonic() - began)
            promise(server.get("/healthz", timeout=1), "the server does not answer while its worker is away")
            wait_for("new parts", lambda: viewer.count() > count + 10, 6)
            back = max(back, time.monotonic() - began)
            promise(server.process.poll() is None, "the server died with its worker")
        viewer.all_there()
        viewer.end()
        frames = no_frame_twice(server)
        server.stop()
        server.verify()
    say(f"worker: {given.rounds} x kill -9 of the worker, another within {slowest:.2f} s, ten parts later {back:.2f} s; "
        f"0 of {viewer.count()} parts lost, {frames} frames, none doubled")


def lose_encoder(given):
    slowest = longest = 0.0
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        for _ in range(given.rounds):
            time.sleep(random.uniform(0.3, 2.5))
            lost = time.monotonic()
            parts["encoder"].kill()
            time.sleep(random.uniform(1.0, 20.0 if given.long else 3.0))
            longest = max(longest, viewer.hole(lost))
            promise(viewer.hole(lost) < 2, f"nothing came for {viewer.hole(lost):.1f} s after the encoder was lost")
            parts["encoder"] = Encoder(server)
            began = time.monotonic()
            wait_for("the source back", server.workers, 6)
            take = len(list(server.data.glob("recordings/*/*/journal")))
            wait_for("its take", lambda: len(list(server.data.glob("recordings/*/*/journal"))) >= take, 6)
            viewer.more(15, 6, "its parts")
            slowest = max(slowest, time.monotonic() - began)
        viewer.all_there()
        viewer.end()
        frames = no_frame_twice(server)
        server.stop()
        server.verify()
    say(f"encoder: lost {given.rounds} times, the slate after at most {longest:.2f} s, back within {slowest:.2f} s; "
        f"0 of {viewer.count()} parts lost, {frames} frames, none doubled")
