"""A live meeting that is hours old: made in minutes under a faster clock, then taken up again under the true one."""

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/torture"))
import ages  # noqa: E402
import bema  # noqa: E402

HOURS = 4.2
SPEED = 60
JUMPS = 60


def seek(folder, target):
    """How long jumps take in hls.js, in milliseconds; needs four gigabytes on the disk while it runs."""
    clip = folder / "clip.flv"
    subprocess.run([sys.executable, ROOT / "media-fixtures/clock-encoder", clip, "--seconds", "120"],
                   stderr=subprocess.DEVNULL, check=True)
    bema.TARGET = target
    # Both clocks come to the same hour when the meeting is as old as it should be.
    server = bema.Server(folder, environment=ages.faster(HOURS * 3600 * (1 - 1 / SPEED), SPEED))
    try:
        with ages.sending(server, clip, HOURS * 3600, SPEED):
            while server.now() < time.time() - 3:
                time.sleep(0.2)
        server.stop()
        server.environment = {**os.environ, "BEMA_LOG": "error"}
        server.start()
        encoder = bema.Encoder(server)
        try:
            time.sleep(8)
            url = f"http://127.0.0.1:{server.http}/media/{server.meeting}/index.m3u8"
            said = subprocess.run(["node", ROOT / "tests/load/seek.mjs", str(JUMPS), url],
                                  capture_output=True, text=True, check=True).stdout
        finally:
            encoder.kill()
        return json.loads(said)
    finally:
        server.stop()
