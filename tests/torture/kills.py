"""kill -9 at random moments: of the server, of the media worker, of the encoder.

server   Every part that a viewer has got is there afterwards, byte for byte; it is the same meeting; the server answers with
         its playlist within 3 s; at the end `bema verify` finds no fault, no frame of the picture is doubled, and within a run
         none is missing.
worker   The server goes on and answers; another worker is there within a second, new parts within 6 s; nothing is lost.
encoder  Lost for 1 to 20 s (short round: to 3 s): parts go on within 2 s (the slate), the source is back within 6 s of its
         coming back; nothing is lost, no frame doubled.

Ablations, each seen by the check that the round itself makes. A kill alone loses nothing that was handed to the kernel, so
what the first tries is the store's way back, not its syncs: at its end the record is changed on the disk. worker: the server
hangs, so that no other worker comes. encoder: the server hangs, so that no slate comes; and the encoder sends a second time
what it has sent.
"""

import os
import random
import signal
import time

import ablation
from bema import Encoder, house, no_frame_twice
from common import promise, say, wait_for


def changed(server):
    """A byte of every kilobyte of the picture is changed on the disk."""
    for path in server.data.glob("recordings/*/*/video.mp4"):
        track = bytearray(path.read_bytes())
        track[::1024] = bytes(byte ^ 1 for byte in track[::1024])
        path.write_bytes(track)
    server.start()


def another_worker(server):
    """Kills the worker, and another comes within a second; answers when it was killed."""
    old, began = server.workers(), time.monotonic()
    os.kill(int(old[0]), signal.SIGKILL)
    wait_for("another worker", lambda: [one for one in server.workers() if one not in old], 1)
    return began


def slate(viewer, lost):
    """Parts go on after the encoder was lost; answers the longest time without one."""
    hole = viewer.hole(lost)
    promise(hole < 2, f"nothing came for {hole:.1f} s after the encoder was lost")
    return hole


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
        changed(server)
        ablation.must_fail("kill, ablation: that bytes of the record were changed is seen", viewer.all_there)


def kill_worker(given):
    slowest, back = 0.0, 0.0
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        for _ in range(given.rounds):
            time.sleep(random.uniform(0.5, 2.5))
            count = viewer.count()
            began = another_worker(server)
            slowest = max(slowest, time.monotonic() - began)
            promise(server.get("/healthz", timeout=1), "the server does not answer while its worker is away")
            wait_for("new parts", lambda: viewer.count() > count + 10, 6)
            back = max(back, time.monotonic() - began)
            promise(server.process.poll() is None, "the server died with its worker")
        with ablation.stopped(server):
            ablation.must_fail("worker, ablation: that no other worker comes is seen", lambda: another_worker(server))
        viewer.more(10, 6, "parts after the ablation")
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
            longest = max(longest, slate(viewer, lost))
            parts["encoder"] = Encoder(server)
            began = time.monotonic()
            wait_for("the source back", server.workers, 6)
            take = len(list(server.data.glob("recordings/*/*/journal")))
            wait_for("its take", lambda: len(list(server.data.glob("recordings/*/*/journal"))) >= take, 6)
            viewer.more(15, 6, "its parts")
            slowest = max(slowest, time.monotonic() - began)
        parts["encoder"].kill()
        time.sleep(1)
        viewer.all_there()
        frames = no_frame_twice(server)
        ablation.hung("encoder", server, viewer, lambda since: slate(viewer, since))
        ablation.sent_again(server)
        viewer.end()
        ablation.must_fail("encoder, ablation: that frames came a second time is seen", lambda: no_frame_twice(server))
        server.stop()
        server.verify()
    say(f"encoder: lost {given.rounds} times, the slate after at most {longest:.2f} s, back within {slowest:.2f} s; "
        f"0 of {viewer.count()} parts lost, {frames} frames, none doubled")
