"""A meeting in accelerated time: hours of it in minutes, by a clock that runs faster for the server.

hours     Six hours twenty times as fast (short round: a quarter of one, sixty times): all of it is there, sound stays with the
          picture from the first minute of the longest run to its last, and neither the server's memory nor the worker's
          grows beyond what an index needs.

libfaketime runs the clocks, the monotonic one too, so that every timer of the server keeps its proportion to the meeting;
the encoder sends what it has encoded before at the same pace. The worker, which has an environment of its own, goes by what
it is sent. The data is in memory: on a disk a sync of some tens of milliseconds would count as seconds.
"""

import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

from bema import Server
from common import promise, run, say, wait_for

BEAT = 10
CLIP_SECONDS = 120
# People notice 60 ms (EBU R 37); the packager lets stamps be 40 ms off before it corrects them.
APART_MS = 60


def faster(back, speed):
    """The environment of a program whose clock begins `back` seconds ago and runs `speed` times as fast."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME": f"-{back:.0f} x{speed}"}


def beats(clip):
    """A source whose picture flashes and whose sound beeps at the same instant, every BEAT seconds."""
    on = rf"lt(mod(t\,{BEAT})\,0.2)"
    run("ffmpeg", "-nostdin", "-v", "error", "-y",
        "-f", "lavfi", "-i", f"color=black:size=320x180:rate=25,drawbox=color=white:t=fill:enable='{on}'",
        "-f", "lavfi", "-i", rf"aevalsrc=0.5*sin(2*PI*1000*t)*{on}:s=48000", "-t", CLIP_SECONDS,
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "0",
        "-c:a", "aac", clip)


@contextlib.contextmanager
def sending(server, clip, seconds, speed):
    """ffmpeg, sending the clip again and again, `speed` times as fast, for so many seconds of the meeting."""
    encoder = subprocess.Popen(
        ["ffmpeg", "-nostdin", "-v", "error", "-readrate", str(speed), "-stream_loop", "-1", "-i", str(clip), "-t", str(seconds),
         "-c", "copy", "-flvflags", "no_duration_filesize", "-f", "flv", server.address()],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield encoder
    finally:
        encoder.kill()
        encoder.wait()


def runs(server):
    """The stretches in which the source was shown: (position in the recording, length), in seconds."""
    stretches = json.loads(server.media("stretches.json"))
    return [(stretch["position_ms"] / 1000, stretch["duration_ms"] / 1000) for stretch in stretches if stretch["shows"] == "source"]


def resident(pid):
    """Memory of a process, MiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def apart(film, at):
    """By how many milliseconds beeps come after flashes in the minute from position `at` on; the median of what is there."""
    said = run("ffmpeg", "-nostdin", "-hide_banner", "-ss", at, "-i", film, "-t", "60", "-vf", "blackdetect=d=1:pix_th=0.3",
               "-af", "silencedetect=n=-30dB:d=1", "-f", "null", "-").stderr
    flashes = [float(at) for at in re.findall(r"black_end:([\d.]+)", said)]
    beeps = [float(at) for at in re.findall(r"silence_end: ([\d.]+)", said)]
    pairs = [(beep - flash) * 1000 for flash in flashes for beep in beeps if abs(beep - flash) < BEAT / 2]
    promise(len(pairs) >= 3, f"in the minute after {at} s there are {len(flashes)} flashes and {len(beeps)} beeps")
    return statistics.median(pairs)


def ablation(folder, clip):
    """Sound that comes a quarter of a second late must be seen by the measure that the round trusts."""
    late = folder / "late.mp4"
    run("ffmpeg", "-nostdin", "-v", "error", "-i", clip, "-itsoffset", "0.25", "-i", clip, "-map", "0:v", "-map", "1:a",
        "-c", "copy", late)
    drifted = apart(late, 2) - apart(clip, 2)
    promise(abs(drifted) > APART_MS, f"sound that is 250 ms late was taken for {drifted:.0f} ms")
    say(f"hours, ablation: sound that is 250 ms late was seen, as it must be: {drifted:+.0f} ms")


def hours(given):
    length, speed = (6 * 3600, 20) if given.long else (900, 60)
    with tempfile.TemporaryDirectory(prefix="bema-ages-", dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        clip = folder / "beats.flv"
        beats(clip)
        ablation(folder, clip)
        server = Server(folder, environment=faster(length, speed))
        sizes = []
        try:
            with sending(server, clip, length, speed) as encoder:
                wait_for("the encoder's picture", server.workers, 10)
                (worker,) = server.workers()
                quarter = time.monotonic() + length / speed / 4
                while encoder.poll() is None:
                    # What everything needs once is there after a quarter.
                    if time.monotonic() > quarter and os.path.exists(f"/proc/{worker}/statm"):
                        with contextlib.suppress(TypeError, FileNotFoundError):
                            sizes.append((resident(server.process.pid), resident(worker)))
                    time.sleep(0.5)
            shown = runs(server)
            # Where the machine pauses for some tens of milliseconds, seconds are missed here: the slate stands in, and the
            # source comes back with its next keyframe. At its close the kernel throws away what ffmpeg handed over last.
            total = sum(seconds for _, seconds in shown)
            promise(total > length * 0.98 - 20, f"of {length} s {total:.0f} are there, in {len(shown)} runs")
            begins, longest = max(shown, key=lambda run: run[1])
            promise(longest > 300, f"the longest run has {longest:.0f} s")
            film = f"http://127.0.0.1:{server.http}/media/{server.meeting}/download.mp4"
            first, last = apart(film, begins + 2), apart(film, begins + longest - 70)
            promise(abs(last - first) <= APART_MS, f"sound has drifted by {last - first:.0f} ms against the picture")
        finally:
            server.stop()
        server.verify()
    grown = [max(size[of] for size in sizes) - sizes[0][of] for of in (0, 1)]
    promise(grown[0] < 24 and grown[1] < 8, f"the server grew by {grown[0]:.1f} MiB, the worker by {grown[1]:.1f} MiB")
    say(f"hours: {length / 3600:g} h, {total:.0f} s of it in {len(shown)} runs, the longest {longest:.0f} s: sound against "
        f"picture {last - first:+.0f} ms from its beginning to its end; the server {sizes[-1][0]:.0f} MiB ({grown[0]:+.1f}), "
        f"the worker {sizes[-1][1]:.0f} MiB ({grown[1]:+.1f})")
