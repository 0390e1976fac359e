"""What all rounds of torture need: commands, waiting, disks of their own, and a way to fail."""

import contextlib
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"


class Broken(Exception):
    """A promise was broken; the text says which."""


def promise(holds, what):
    if not holds:
        raise Broken(what)


def say(text):
    print(text, flush=True)


def run(*command, check=True, **more):
    """Runs a command to its end; what it says goes into the exception when it fails."""
    done = subprocess.run([str(word) for word in command], stdin=more.pop("stdin", subprocess.DEVNULL),
                          capture_output=True, text=True, **more)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def wait_for(what, done, seconds):
    """The first true answer of `done`, or a broken promise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            value = done()
            if value:
                return value
        time.sleep(0.02)
    raise Broken(f"{what}: not within {seconds} s")


class Disk:
    """A file system on a file, mounted; it can be cut off as by a power failure, and mounted again."""

    MEGABYTES = {"ext4": 128, "xfs": 320}

    def __init__(self, folder, kind, megabytes=None):
        self.kind, self.image, self.path = kind, folder / f"{kind}.img", folder / kind
        self.path.mkdir()
        with open(self.image, "wb") as image:
            image.truncate((megabytes or self.MEGABYTES[kind]) << 20)
        self.make()

    def make(self):
        """A new, empty file system, mounted."""
        run(f"mkfs.{self.kind}", *{"ext4": ["-q", "-F"], "xfs": ["-q", "-f"]}[self.kind], self.image)
        self.mount()

    def mount(self):
        run("mount", "-o", "loop", self.image, self.path)

    def cut(self):
        """The power fails: nothing that was not synced reaches the disk."""
        run("xfs_io", "-x", "-c", "shutdown", self.path)

    def unmount(self):
        def unmounted():
            return run("umount", self.path, check=False).returncode == 0
        wait_for(f"unmounting {self.path}", unmounted, 20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run("umount", "--lazy", self.path, check=False)
