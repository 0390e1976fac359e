"""A disk, a clock, a database that fail under a running server with a real encoder.

eio       fdatasync answers EIO again and again for some seconds (strace): the transmission goes on at the next keyframe, and
          afterwards without help.
slow      fdatasync takes 3 s (strace): parts go on from memory, never more than 1.5 s without one; all of it is kept.
full      The recordings' disk is filled: it goes on in the spare folder, within one keyframe.
dead      The recordings' disk breaks: the same.
frozen    The recordings' disk neither writes nor answers (fsfreeze): parts go on from memory; when it answers again all is kept.
left      The same for longer, with a spare folder: it goes on there; no hole is longer than the 2 s that the programme waits for
          its disk and what a part takes; when the disk answers again it has all that was shown from memory.
clock     The clock jumps an hour ahead, then two back (libfaketime): the transmission goes on without a hole.
database  It is locked (a minute; short round: 8 s), then deleted: transmission and recording go on; an encoder that comes in
          between is let in; `bema rebuild` puts the meeting back into a new one.

After each: what the viewer got and the disks still have is there, byte for byte, and `bema verify` finds no fault.
Each fault proves that it was one: by the store's own counters, or by what it did to the files.

Ablations, each seen by the check that the round itself makes: eio, a hole is punched into the record; slow and database, the
server hangs; clock, the monotonic clock jumps too; database, a meeting without its journal is not put back.
"""

import contextlib
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time

import ablation
from bema import Encoder, house
from common import Disk, promise, run, say, wait_for

SPARE = 'spare_recordings = ["OWN/spare"]\n'


def sound(server, viewer):
    """What was public is there, now and after a restart; and the record is what its journals say."""
    viewer.end()
    viewer.all_there()
    server.stop()
    server.verify()
    server.start()
    viewer.all_there()


def steady(viewer, since, longest, meanwhile=""):
    """Answers the longest time without a part since then; it must be shorter than `longest` seconds."""
    hole = viewer.hole(since)
    promise(hole < longest, f"nothing came for {hole:.1f} s{meanwhile}")
    return hole


@contextlib.contextmanager
def injected(server, what):
    """strace on the running server, changing its fdatasync."""
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", f"inject=fdatasync:{what}",
                               "-p", str(server.process.pid)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    promise(tracer.poll() is None, "strace could not be attached")
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGTERM)
        tracer.wait(20)


def eio(given):
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        # Counted by thread: each new take gets a few batches onto the disk, and is refused.
        with injected(server, "error=EIO:when=15+"):
            time.sleep(30 if given.long else 8)
        viewer.more(20, 10, "parts after the disk is well again")
        hole, failures = steady(viewer, began, 5), server.metric("bema_recording_failures_total")
        promise(failures > 0, "nothing was refused: the fault was none")
        sound(server, viewer)
        server.stop()
        ablation.punched(server)
        ablation.must_fail("eio, ablation: a hole in the record is found by bema verify", server.verify)
        server.start()
        ablation.must_fail("eio, ablation: what it took from a viewer is missed", viewer.all_there)
    say(f"eio: {failures:.0f} takes refused, at most {hole:.1f} s without a part, 0 of {viewer.count()} parts lost")


def slow(given):
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        with injected(server, "delay_enter=3s"):
            time.sleep(40 if given.long else 8)
            hole = steady(viewer, began, 1.5)
        promise(server.metric("bema_recording_early_parts_total") > 0, "nothing was shown early: the fault was none")
        viewer.more(20, 20, "parts after the disk is well again")
        ablation.hung("slow", server, viewer, lambda since: steady(viewer, since, 1.5))
        early = server.metric("bema_recording_early_parts_total")
        sound(server, viewer)
    say(f"slow: {early:.0f} parts shown from memory, at most {hole:.2f} s without one, 0 of {viewer.count()} parts lost")


@contextlib.contextmanager
def on_a_disk_of_its_own(settings, megabytes=128):
    """A house whose recordings lie on a small ext4."""
    with tempfile.TemporaryDirectory(prefix="bema-disk-") as name:
        folder = pathlib.Path(name)
        with Disk(folder, "ext4", megabytes) as disk:
            (folder / "data").mkdir()
            (folder / "data" / "recordings").symlink_to(disk.path)
            (disk.path / "lost+found").rmdir()
            with house(settings, folder=folder) as parts:
                yield disk, parts


def taken_over(server, viewer):
    """Waits until the recording has gone on in the spare folder."""
    spare = server.data.parent / "spare"
    wait_for("a take in the spare folder", lambda: list(spare.glob("*/*/video.mp4")), 15)
    viewer.more(30, 10, "parts from the spare folder")


def full(given):
    with on_a_disk_of_its_own(SPARE) as (disk, parts):
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        with contextlib.suppress(OSError), open(disk.path / "ballast", "wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(1 << 16))
        taken_over(server, viewer)
        hole = steady(viewer, began, 4)
        sound(server, viewer)
    say(f"full: the spare folder took over, at most {hole:.1f} s without a part, 0 of {viewer.count()} parts lost")


def dead(given):
    with on_a_disk_of_its_own(SPARE) as (disk, parts):
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        disk.cut()
        taken_over(server, viewer)
        hole = steady(viewer, began, 4)
        viewer.end()
        server.kill()
        disk.unmount()
        disk.mount()
        server.start()
        viewer.all_there()
        server.stop()
        server.verify()
    say(f"dead: the spare folder took over, at most {hole:.1f} s without a part, 0 of {viewer.count()} parts lost")


def frozen(given):
    with on_a_disk_of_its_own("") as (disk, parts):
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        run("fsfreeze", "--freeze", disk.path)
        try:
            time.sleep(20 if given.long else 6)
            hole = steady(viewer, began, 1.5)
        finally:
            run("fsfreeze", "--unfreeze", disk.path)
        early = server.metric("bema_recording_early_parts_total")
        promise(early > 0, "nothing was shown early: the fault was none")
        viewer.more(20, 10, "parts after the disk is well again")
        sound(server, viewer)
    say(f"frozen: {early:.0f} parts shown from memory, at most {hole:.2f} s without one, 0 of {viewer.count()} parts lost")


def left(given):
    with on_a_disk_of_its_own(SPARE) as (disk, parts):
        server, viewer = parts["server"], parts["viewer"]
        began = time.monotonic()
        run("fsfreeze", "--freeze", disk.path)
        try:
            taken_over(server, viewer)
            time.sleep(60 if given.long else 0)
            hole = steady(viewer, began, 3.5)
        finally:
            run("fsfreeze", "--unfreeze", disk.path)
        viewer.more(20, 10, "parts after the disk answers again")
        sound(server, viewer)
    say(f"left: the spare folder took over, at most {hole:.2f} s without a part, 0 of {viewer.count()} parts lost")


@contextlib.contextmanager
def jumping(monotonic=False):
    """A house whose clock jumps by what is written into a file; with `monotonic` the clock that timers go by jumps too."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    with tempfile.TemporaryDirectory(prefix="bema-clock-") as name:
        offset = pathlib.Path(name) / "offset"
        offset.write_text("+0\n")
        environment = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                       "FAKETIME_DONT_FAKE_MONOTONIC": "0" if monotonic else "1"}
        with house(environment=environment) as parts:
            yield parts["server"], parts["viewer"], offset


def clock(given):
    with jumping() as (server, viewer, offset):
        began = time.monotonic()
        for jump in ("+3600", "-3600", "+0"):
            offset.write_text(f"{jump}\n")
            time.sleep(10 if given.long else 3)
            # The header that tells it is kept by hyper and never goes back.
            ahead = server.now() - time.time()
            promise(ahead > 3000, f"the server's clock is {ahead:.0f} s ahead: the fault was none")
        viewer.more(20, 10, "parts after the jumps")
        hole = steady(viewer, began, 2)
        promise(server.process.poll() is None, "the server died")
        # The logs of the database and the journals alike were written by a clock that jumped.
        sound(server, viewer)
    with jumping(monotonic=True) as (server, other, offset):
        began = time.monotonic()
        offset.write_text("-3600\n")
        time.sleep(3)
        ablation.must_fail("clock, ablation: that timers went by a clock that jumped is seen", lambda: steady(other, began, 2))
    say(f"clock: an hour ahead, two back, one ahead: at most {hole:.2f} s without a part, 0 of {viewer.count()} parts lost")


def rebuilt(server):
    """The catalogue is made anew from what is on the disk, and has the meeting; the server must have ended."""
    for one in server.data.glob("bema.sqlite*"):
        one.unlink()
    told = run(pathlib.Path(server.process.args[0]), "rebuild", "--config", server.settings, check=False, env=server.environment)
    promise(server.meeting in told.stdout, f"bema rebuild did not put the meeting back: {told.stdout}{told.stderr}")


def database(given):
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        file = server.data / "bema.sqlite"
        began = time.monotonic()
        lock = sqlite3.connect(file, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        time.sleep(60 if given.long else 8)
        hole = steady(viewer, began, 1.5, " while the database was locked")
        parts["encoder"].kill()
        time.sleep(1)
        parts["encoder"] = Encoder(server)
        wait_for("the encoder let in while the database is locked", server.workers, 6)
        viewer.more(20, 8, "its parts")
        lock.execute("ROLLBACK")
        lock.close()
        began = time.monotonic()
        for one in server.data.glob("bema.sqlite*"):
            one.unlink()
        time.sleep(6)
        hole = max(hole, steady(viewer, began, 1.5, " while the database was gone"))
        ablation.hung("database", server, viewer, lambda since: steady(viewer, since, 1.5))
        viewer.end()
        viewer.all_there()
        server.kill()
        server.verify()
        rebuilt(server)
        for journal in server.data.glob(f"recordings/{server.meeting}/program"):
            journal.unlink()
        ablation.must_fail("database, ablation: that a meeting is not put back is seen", lambda: rebuilt(server))
    say(f"database: locked, then deleted: at most {hole:.2f} s without a part, 0 of {viewer.count()} parts lost, rebuilt")
