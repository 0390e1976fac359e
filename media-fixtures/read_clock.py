#!/usr/bin/env python3
"""Prints, for each frame that it gets of a URL or file, when it came and when it was captured.

    media-fixtures/read_clock.py http://127.0.0.1:8080/media/…/video.m3u8 [--frames 250]

Each line: arrival (ms UTC), capture (ms UTC, or "-" when the picture holds no code), their difference. ffmpeg decodes.
"""

import argparse
import subprocess
import sys
import time

import clock_code

WIDTH, HEIGHT = 1280, 720


def captures(url, frames=None):
    """Yields (arrival, capture or None), in milliseconds, for each frame of `url`."""
    only_top = f"crop={WIDTH}:{clock_code.STRIP_HEIGHT}:0:0,format=gray"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-flags", "low_delay"]
    command += ["-i", url, "-an", "-vf", f"scale={WIDTH}:{HEIGHT},{only_top}", "-fps_mode", "passthrough"]
    command += ["-frames:v", str(frames)] if frames else []
    command += ["-f", "rawvideo", "pipe:1"]
    size = WIDTH * clock_code.STRIP_HEIGHT
    with subprocess.Popen(command, stdout=subprocess.PIPE) as decoder:
        while True:
            strip = decoder.stdout.read(size)
            if len(strip) < size:
                return
            yield int(time.time() * 1000), clock_code.read(strip, WIDTH, HEIGHT)


def main():
    parse = argparse.ArgumentParser(description="Reads the capture times in a picture.")
    parse.add_argument("url")
    parse.add_argument("--frames", type=int)
    given = parse.parse_args()
    read = 0
    for arrival, capture in captures(given.url, given.frames):
        read += capture is not None
        print(arrival, capture if capture is not None else "-", arrival - capture if capture is not None else "-",
              flush=True)
    if not read:
        sys.exit("read_clock: no frame held a time code")


if __name__ == "__main__":
    main()
