"""A running Bema with a real encoder and a viewer, for the rounds that break something under them."""

import contextlib
import email.utils
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from common import ROOT, TARGET, promise, run, wait_for

sys.path.insert(0, str(ROOT / "media-fixtures"))
import read_clock  # noqa: E402


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """`bema demo` on a folder; it can be killed and started again at the same addresses."""

    def __init__(self, folder, settings="", before=(), environment=None):
        self.data, self.before = folder / "data", list(before)
        self.settings = folder / "bema.toml"
        media = "" if "[media]" in settings else "[media]\nanalysis = false\n"
        self.settings.write_text(f"[data]\nfolder = {json.dumps(str(self.data))}\n{settings}{media}")
        self.http, self.rtmp, self.srt = free_port(), free_port(), free_port(socket.SOCK_DGRAM)
        self.environment = {**os.environ, "BEMA_LOG": "error", **(environment or {})}
        self.log = open(folder / "bema.log", "ab")
        self.meeting = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [*self.before, TARGET / "bema", "demo", "--config", self.settings, "--no-past", "--no-encoder",
             "--data", self.data, "--http", f"127.0.0.1:{self.http}", "--rtmp", f"0.0.0.0:{self.rtmp}", "--srt", f"0.0.0.0:{self.srt}"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        for line in self.process.stdout:
            found = re.search(rb"studio/meetings/(\S+)", line)
            if found:
                promise(self.meeting in (None, found[1].decode()), "after the restart it is another meeting")
                self.meeting = found[1].decode()
            if b"Ctrl-C" in line:
                break
        promise(self.meeting, f"the server did not start: {self.data.parent / 'bema.log'}")

    def key(self):
        return json.loads((self.data / "demo.json").read_text())["key"]

    def address(self, host="127.0.0.1"):
        """Where an encoder publishes over RTMP, key included."""
        return f"rtmp://{host}:{self.rtmp}/live/{self.key()}"

    def srt_address(self, host="127.0.0.1", port=None):
        """Where an encoder calls over SRT, key included, as a clerk is shown it; `port`: that of something in between."""
        return f"srt://{host}:{port or self.srt}?streamid={self.key()}"

    def get(self, path, timeout=10):
        """The body, or None when the server is away or says no."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=timeout)
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                return body if answer.status == 200 else None
            finally:
                connection.close()

    def now(self):
        """The time of day as the server has it, in seconds since the epoch."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=5)
        connection.request("GET", "/healthz")
        date = connection.getresponse().getheader("date")
        connection.close()
        return email.utils.parsedate_to_datetime(date).timestamp()

    def media(self, name):
        return self.get(f"/media/{self.meeting}/{name}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM, and the wait for an orderly end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def workers(self):
        return run("pgrep", "-P", self.process.pid, "-f", "media-worker", check=False).stdout.split()

    def verify(self):
        """The program's own verification of all that is on the disk; the server must have ended."""
        done = run(TARGET / "bema", "verify", "--config", self.settings, check=False, env=self.environment)
        promise(done.returncode == 0, f"bema verify: {done.stdout}{done.stderr}")

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", (self.get("/metrics") or b"").decode(), re.M)
        return float(found[1]) if found else 0.0


class Encoder:
    """ffmpeg under `media-fixtures/clock-encoder`: every frame carries the instant of its capture."""

    def __init__(self, server, address=None, before=(), more=()):
        self.process = subprocess.Popen(
            [*before, sys.executable, ROOT / "media-fixtures/clock-encoder", address or server.address(),
             "--preset", "ultrafast", *more], start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()


class Viewer(threading.Thread):
    """Takes every part that the playlists name, as soon as they do, and never forgets one."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.seen, self.came, self.ending = server, {}, [], threading.Event()
        self.start()

    def run(self):
        while not self.ending.is_set():
            for track in ("video", "audio"):
                playlist = self.server.media(f"{track}.m3u8")
                for uri in re.findall(r'#EXT-X-PART:[^\n]*URI="([^"]+)"', (playlist or b"").decode()):
                    if uri not in self.seen and (body := self.server.media(uri)) is not None:
                        self.seen[uri] = hashlib.sha256(body).hexdigest()
                        if track == "video":
                            self.came.append(time.monotonic())
            self.ending.wait(0.04)

    def count(self):
        return len(self.seen)

    def more(self, parts, seconds, what):
        """Waits until so many more parts have come."""
        wanted = self.count() + parts
        wait_for(what, lambda: self.count() >= wanted, seconds)

    def hole(self, since):
        """The longest time without a new part of the picture since then, in seconds."""
        times = [since, *(came for came in list(self.came) if came > since), time.monotonic()]
        return max(after - before for before, after in zip(times, times[1:]))

    def end(self):
        self.ending.set()
        self.join()

    def all_there(self, last=None):
        """What was public is there, byte for byte: all of it, or the `last` parts that came."""
        for uri, sha256 in list(self.seen.items())[-last if last else None:]:
            body = self.server.media(uri)
            promise(body is not None, f"{uri} was public and is gone")
            promise(hashlib.sha256(body).hexdigest() == sha256, f"{uri} is not what was public")


def runs(server, track, folder):
    """Of a recorded track the files of its runs, one after the other: what lies between two discontinuities, playable."""
    found = []
    for line in server.media(f"{track}.m3u8").decode().splitlines():
        if line.startswith("#EXT-X-MAP:"):
            found.append([re.search('URI="([^"]+)"', line)[1]])
        elif line and not line.startswith("#"):
            found[-1].append(line)
    for number, run_of in enumerate(found):
        if len(run_of) > 1:
            file = pathlib.Path(folder) / f"{track}-{number}.mp4"
            file.write_bytes(b"".join(server.media(name) or b"" for name in run_of))
            yield number, file


def both(server, folder):
    """Of every run of the source: its picture and its sound. A slate carries no capture times."""
    sounds = dict(runs(server, "audio", folder))
    pictures = [(number, file) for number, file in runs(server, "video", folder) if has_captures(file)]
    # The last run may have a whole segment of the one and not yet of the other.
    missing = [number for number, _ in pictures[:-1] if number not in sounds]
    promise(not missing, f"runs {missing} have a picture and no sound")
    return [(file, sounds[number]) for number, file in pictures if number in sounds]


def packet_times(file, *only):
    """The media times of a file's packets, in order; with "-skip_frame", "nokey" and the like only of some."""
    told = run("ffprobe", "-v", "error", *only, "-show_entries", "packet=pts_time", "-of", "csv=p=0", file)
    return sorted(float(line.strip(",")) for line in told.stdout.split() if line.strip(",") != "N/A")


def frames(server):
    """Of the recorded picture, run by run: the capture times of its frames, decoded, in their order; and their media times."""
    with tempfile.TemporaryDirectory(prefix="bema-frames-") as folder:
        for _, file in runs(server, "video", folder):
            yield [capture for _, capture in read_clock.captures(str(file)) if capture is not None], packet_times(file)


def no_frame_twice(server):
    """No frame is doubled or out of order, and within a run none is missing; answers how many there are."""
    before, last, count = 0, 0, 0
    for captured, times in frames(server):
        count += len(captured)
        for capture in captured:
            # An encoder that was held up stamps the frame that is due at once, in the same millisecond at times.
            promise(capture > last or (capture == last and last > before + 60),
                    f"a frame of {capture} comes after one of {last}")
            before, last = last, capture
        # The encoder counts its frames in their media time, whatever the machine was doing: a hole there is a lost frame.
        holes = [at for at, after in zip(times, times[1:]) if captured and after - at > 0.06]
        promise(not holes, f"frames are missing within a run, after {holes} s of it")
    return count


def has_captures(file):
    """Whether the pictures are the source's and not the slate's."""
    return any(capture for _, capture in read_clock.captures(str(file), 1))


def beeps_after(picture, sound, late):
    """Of one run of an encoder with `--beeps`: by how many seconds its beeps come after the second that they belong to."""
    began = packet_times(picture)[0]
    said = run("ffmpeg", "-nostdin", "-hide_banner", "-copyts", "-itsoffset", late, "-i", sound, "-vn",
               "-af", "highpass=f=1500,highpass=f=1500,silencedetect=n=-40dB:d=0.3", "-f", "null", "-").stderr
    # A run begins with a keyframe, and the encoder begins a second with each. The last end is that of the run.
    beeps = [float(at) for at in re.findall(r"silence_end: ([\d.]+)", said)][:-1]
    return [(at - began + 0.5) % 1 - 0.5 for at in beeps]


def sound_with_picture(server, late=0.0):
    """Sound and picture of every run belong together; answers by how many seconds they are apart at most.

    With `late` the sound is taken so many seconds later than it is: it must then be noticed.
    """
    apart = [0.0]
    with tempfile.TemporaryDirectory(prefix="bema-beeps-") as folder:
        for picture, sound in both(server, folder):
            apart += [abs(after) for after in beeps_after(picture, sound, late)]
    promise(len(apart) > 2, "no beep was heard")
    promise(max(apart) < 0.1, f"sound and picture are {max(apart):.2f} s apart")
    return max(apart)


@contextlib.contextmanager
def house(settings="", before=(), environment=None, folder=None, encoder=Encoder):
    """A server, an encoder (what `encoder` makes for the server) and a viewer, live; ended and cleared away afterwards."""
    with tempfile.TemporaryDirectory(prefix="bema-torture-") as name:
        own = folder or pathlib.Path(name)
        server = Server(own, settings.replace("OWN", str(own)), before, environment)
        parts = {"server": server, "encoder": encoder(server), "viewer": Viewer(server)}
        viewer = parts["viewer"]
        try:
            wait_for("the encoder's picture", lambda: server.workers() and viewer.count() > 20, 30)
            yield parts
        finally:
            viewer.end()
            parts["encoder"].kill()
            server.kill()
