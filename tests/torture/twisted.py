"""Bytes that no sound program sends, while another source's transmission goes on beside them.

twisted  An encoder's RTMP, a transport stream over SRT, and films for `bema import`, torn, doubled and twisted by dice whose
         seed is told; and one caller over SRT who encrypts where no passphrase is set. Whoever presents a key has one: what is
         twisted gets as far as it can.
         The server lives, and nothing in it panics but what KNOWN names; the other source's transmission is one take, without
         a hole, no frame of it missing or doubled; the log has a line about each peer; its memory does not grow by more than
         48 MiB; a film is taken in or refused in words, and no import dies.
         Ablation: that a peer is not in the log is seen; that the other source was disturbed is seen, by killing its worker.
"""

import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import ablation
from bema import free_port, house, no_frame_twice
from common import TARGET, promise, run, say

# By how much the server's own memory may grow.
MEGABYTES = 48
# What the log must hold; and what is read for a backtrace is not memory that grows.
LOUD = {"BEMA_LOG": "info", "RUST_BACKTRACE": "0"}
# srt-protocol's task for a caller who encrypts unasked ends so, alone; the caller is told by us.
KNOWN = "srt-protocol-.*/hsv5.rs:"
# Inputs when short: over RTMP, over SRT, films.
SHORT = (24, 6, 4)
LONG = (2000, 150, 150)


def twist(sound, dice):
    """Torn, doubled or twisted in one to eight places; every other time one of them is near the beginning, where the forms are."""
    made = bytearray(sound)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        at = dice.randrange(max(1, min(len(made), dice.choice((6000, 1 << 30)))))
        length = dice.choice((1, 2, 4, 64, 1500))
        match dice.randrange(6):
            case 0:
                del made[at:at + length]
            case 1:
                made[at:at] = made[at:at + length]
            case 2:
                made[at:at + length] = dice.randbytes(length)
            case 3:
                made[at:at + length] = dice.choice((b"\0", b"\xff", b"\x7f")) * length
            case 4:
                del made[at:]
            case _:
                for bit in range(at, min(at + 4 * length, len(made)), 4):
                    made[bit] ^= 1 << dice.randrange(8)
    return bytes(made)


def second_source(server):
    """The key of a source of its own, made in the studio as a clerk does."""
    password = json.loads((server.data / "demo.json").read_text())["clerk_password"]

    def post(path, cookie="", **form):
        connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=10)
        connection.request("POST", path, urllib.parse.urlencode(form),
                           {"content-type": "application/x-www-form-urlencoded", "cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
        promise(answer.status < 400, f"{path}: {answer.status}")
        return answer, body
    cookie = post("/login", email="clerk@rethymno.example", password=password)[0].getheader("set-cookie").split(";")[0]
    return json.loads(post("/studio/sources", cookie, name="twisted")[1])["key"]


def overheard(server, key):
    """What ffmpeg says to the server over RTMP in publishing a second of picture and sound."""
    said = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as door:
        encoder = subprocess.Popen(
            ["ffmpeg", "-nostdin", "-v", "error", "-re", *source(), "-f", "flv", f"rtmp://127.0.0.1:{door.getsockname()[1]}/live/{key}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        near, _ = door.accept()
        with near, socket.create_connection(("127.0.0.1", server.rtmp)) as far:
            def back():
                while answer := far.recv(1 << 16):
                    near.sendall(answer)
            answers = threading.Thread(target=back, daemon=True)
            answers.start()
            while piece := near.recv(1 << 16):
                said += piece
                far.sendall(piece)
            far.shutdown(socket.SHUT_WR)
            answers.join(10)
        encoder.wait(10)
    promise(len(said) > 20_000, f"only {len(said)} bytes of RTMP were overheard")
    return bytes(said)


def source():
    return ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
            "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0", "-c:a", "aac"]


def made(folder, name):
    """Two seconds of picture and sound in a file."""
    run("ffmpeg", "-nostdin", "-v", "error", "-y", *source(), folder / name)
    return (folder / name).read_bytes()


class Peers:
    """Who called, each from an address of its own: one that calls too often with wrong keys must wait."""

    def __init__(self):
        self.called, self.number = [], 0

    def next(self):
        self.number += 1
        return f"127.{1 + self.number // 60_000}.{self.number // 250 % 240}.{2 + self.number % 250}"

    def in_the_log(self, log):
        """Everybody who called is in it."""
        text = log.read_text(errors="replace")
        silent = [peer for peer in self.called if f"{peer} " not in text and f"{peer}\n" not in text]
        promise(not silent, f"the log says nothing of {len(silent)} of {len(self.called)} peers: {silent[:3]}")


def over_rtmp(server, said, dice, peers):
    """One connection that says what is twisted, and hears what it is told."""
    with socket.socket() as one:
        one.settimeout(3)
        one.bind((peers.next(), 0))
        one.connect(("127.0.0.1", server.rtmp))
        peers.called.append("{}:{}".format(*one.getsockname()))
        # It may be shown the door while it speaks.
        with contextlib.suppress(OSError):
            one.sendall(twist(said, dice))
            one.shutdown(socket.SHUT_WR)
            while one.recv(1 << 16):
                pass


def over_srt(server, key, film, folder, peers, more=""):
    """One caller that sends what is twisted as a transport stream."""
    file = folder / "twisted.ts"
    file.write_bytes(film)
    host, port = peers.next(), free_port(socket.SOCK_DGRAM)
    peers.called.append(f"{host}:{port}")
    uri = f"srt://127.0.0.1:{server.srt}?mode=caller&streamid={key}&localaddress={host}&localport={port}{more}"
    return run("timeout", "8", "gst-launch-1.0", "-q", "filesrc", f"location={file}", "blocksize=1316", "!", "identity", "sleep-time=1000",
               "!", "srtsink", f"uri={uri}", "wait-for-connection=true", check=False).returncode


def imported(server, film, folder, number):
    """One film; answers whether it was taken in."""
    file = folder / "twisted.mp4"
    file.write_bytes(film)
    done = run("timeout", "60", TARGET / "bema", "import", file, "--title", f"Twisted {number}", "--began", "2019-03-27T18:00",
               "--config", server.settings, check=False, env=server.environment)
    said = done.stdout + done.stderr
    promise(done.returncode in (0, 1), f"film {number}: bema import ended with {done.returncode}: {said}")
    promise(done.returncode == 0 or "bema: the film " in said, f"film {number} was refused without a word: {said}")
    promise("panicked" not in said, f"film {number}: {said}")
    return done.returncode == 0


def megabytes(server):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{server.process.pid}/status").read_text())[1]) / 1024


def untouched(server, viewer, began, takes):
    """The other source's transmission has gone on as if nothing had been."""
    promise(server.process.poll() is None, "the server died")
    hole = viewer.hole(began)
    promise(hole < 1.5, f"nothing came of the other source for {hole:.1f} s")
    now = len(list(server.data.glob(f"recordings/{server.meeting}/*/journal")))
    promise(now == takes, f"the other source's transmission began {now - takes} times anew")
    return hole


def twisted(given):
    counts = LONG if given.long else SHORT
    seed = random.randrange(1 << 32)
    dice, peers = random.Random(seed), Peers()
    say(f"twisted: the seed is {seed}")
    with tempfile.TemporaryDirectory(prefix="bema-twisted-") as name, house(environment=LOUD) as parts:
        folder, server, viewer = pathlib.Path(name), parts["server"], parts["viewer"]
        log = pathlib.Path(server.log.name)
        key = second_source(server)
        time.sleep(1.5)
        said = overheard(server, key)
        stream, film = made(folder, "sound.ts"), made(folder, "sound.mp4")
        over_rtmp(server, said, dice, peers)
        before, began = megabytes(server), time.monotonic()
        takes = len(list(server.data.glob(f"recordings/{server.meeting}/*/journal")))
        for _ in range(counts[0]):
            over_rtmp(server, said, dice, peers)
        for _ in range(counts[1]):
            over_srt(server, key, twist(stream, dice), folder, peers)
        promise(over_srt(server, key, stream, folder, peers, "&passphrase=nobody-set-this-one") != 0, "who encrypts was let in")
        taken = sum(imported(server, twist(film, dice), folder, number) for number in range(counts[2]))
        grown = megabytes(server) - before
        hole = untouched(server, viewer, began, takes)
        promise(grown < MEGABYTES, f"the server's memory grew by {grown:.0f} MiB")
        peers.in_the_log(log)
        panics = re.findall("panicked at (.+)", log.read_text(errors="replace"))
        promise(not [at for at in panics if not re.search(KNOWN, at)], f"something panicked in the server: {panics}")
        peers.called.append("127.0.0.1:1")
        ablation.must_fail("twisted, ablation: that a peer is not in the log is seen", lambda: peers.in_the_log(log))
        frames = no_frame_twice(server)
        os.kill(int(server.workers()[0]), signal.SIGKILL)
        viewer.more(20, 8, "parts after the worker's end")
        ablation.must_fail("twisted, ablation: that the other source was disturbed is seen",
                           lambda: untouched(server, viewer, began, takes))
        viewer.end()
        viewer.all_there()
        server.stop()
        server.verify()
    say(f"twisted: {counts[0]} over RTMP, {counts[1]} over SRT, {counts[2]} films ({taken} taken in); the server lives, {grown:+.0f} MiB; "
        f"of the other source 0 of {viewer.count()} parts lost, {frames} frames, at most {hole:.2f} s without a part")
