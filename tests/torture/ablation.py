"""What shows that a round can fail: a fault that is not to be borne, done from outside, and the round's own check that must see it."""

import contextlib
import signal
import subprocess
import tempfile
import time

from bema import both
from common import Broken, promise, run, say


def must_fail(what, check):
    """Holds the round's own check to seeing what was done."""
    try:
        check()
    except Broken:
        say(f"{what}, as it must be")
        return
    raise Broken(f"{what}: nobody saw it, this harness cannot fail")


@contextlib.contextmanager
def stopped(server):
    """The server does nothing at all, as one that has hung."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def hung(round_of, server, viewer, check):
    """The server hangs for 2.5 s: `check`, which is given when that began, must see it."""
    began = time.monotonic()
    with stopped(server):
        time.sleep(2.5)
        must_fail(f"{round_of}, ablation: a server that hung is seen", lambda: check(began))
    viewer.more(5, 10, "parts after the ablation")


def punched(server):
    """A kilobyte of nothing in the middle of what was recorded of the picture; the server must have ended."""
    found = sorted(server.data.glob("recordings/*/*/video.mp4"), key=lambda path: path.stat().st_size)
    promise(found, "there is no record to damage")
    middle = found[-1].stat().st_size // 2
    run("fallocate", "--punch-hole", "--offset", middle, "--length", 4096, found[-1])


def sent_again(server):
    """The longest run of the source is sent again, as by an encoder that repeats itself."""
    with tempfile.TemporaryDirectory(prefix="bema-again-") as folder:
        picture, sound = max(both(server, folder), key=lambda pair: pair[0].stat().st_size)
        done = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "2", "-i", picture, "-stream_loop", "2", "-i", sound,
             "-t", "5", "-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv", server.address()], capture_output=True, check=False)
        promise(done.returncode == 0, f"the record could not be sent again: {done.stderr.decode()}")
