"""The power fails: 1,000 cuts, and nothing that was acknowledged is lost.

A small program (`witness`) writes a meeting with the real store onto an ext4 or xfs of its own and says, outside of it, the
hash of each part the moment that it is public. At a random moment the file system is shut down without a flush
(`xfs_io -x -c shutdown`), the program killed, the file system mounted again (so its journal is replayed), and the store opened
as after a restart. Then

- every part that was said is there, under the same number, with the same hash;
- what is there beyond (a batch that was on its way to the public) is counted;
- `verify` finds no fault; and the same meeting goes on in the next round.

Only what was said before the cut began counts; parts that were shown from memory because the disk was slow are marked by the
store, and do not count either.

The ablation runs the same with fsync and fdatasync turned off (strace answers 0 in their place): it must lose parts.
"""

import os
import pathlib
import random
import re
import subprocess
import tempfile
import time

from common import Disk, TARGET, promise, run, say, wait_for

# A meeting is followed through so many cuts; then an empty file system takes its place.
CUTS_A_MEETING = 20
WITHOUT_SYNC = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
                "-e", "inject=fsync,fdatasync:retval=0"]


def write_until_cut(disk, said, seed, before=()):
    """One round of writing, from the opening of the store on, ended at a random moment."""
    with open(said, "ab") as out:
        size = said.stat().st_size
        writer = subprocess.Popen([*before, TARGET / "examples" / "witness", "write", disk.path / "recordings", str(seed)],
                                  stdin=subprocess.PIPE, stdout=out)
        try:
            wait_for("the first part of the round", lambda: said.stat().st_size > size, 30)
            time.sleep(random.uniform(0.0, 0.9))
            # A shutdown takes some milliseconds and a sync that ends within them may be told that it succeeded.
            before_the_cut = said.stat().st_size
            disk.cut()
        finally:
            # Under strace the program is its child: the end of its input ends it.
            writer.stdin.close()
            time.sleep(0.02)
            writer.kill()
            writer.wait()
    os.truncate(said, before_the_cut)


def check(disk, said):
    """What is left: kept, lost, changed, beyond; and the faults that `verify` found."""
    with open(said, "rb") as lines:
        done = run(TARGET / "examples" / "witness", "check", disk.path / "recordings", stdin=lines, check=False)
    found = re.search(r"kept (\d+) lost (\d+) changed (\d+) beyond (\d+)", done.stdout)
    promise(found, f"the check said nothing: {done.stdout}{done.stderr}")
    return [int(number) for number in found.groups()], done.stderr


def tally(said):
    """Of one meeting: how many parts were said to be public and durable, and how many were shown early."""
    lines = set(said.read_text().splitlines())
    shown_early = sum(line.startswith("early ") for line in lines)
    return len(lines) - shown_early, shown_early


def cuts(kind, count, before=()):
    """Cuts the power `count` times; answers how many parts were said, shown early, lost, changed, and at most beyond."""
    sums = {"said": 0, "early": 0, "lost": 0, "changed": 0, "beyond": 0}
    with tempfile.TemporaryDirectory(prefix="bema-power-") as name:
        folder = pathlib.Path(name)
        said = folder / "said"
        said.write_bytes(b"")
        with Disk(folder, kind) as disk:
            for number in range(1, count + 1):
                write_until_cut(disk, said, number, before)
                disk.unmount()
                disk.mount()
                (_, lost, changed, beyond), faults = check(disk, said)
                sums["beyond"] = max(sums["beyond"], beyond)
                sums["lost"], sums["changed"] = sums["lost"] + lost, sums["changed"] + changed
                if before and lost + changed:
                    # What is gone stays gone: the ablation has shown what it is for.
                    return sums
                promise(before or not lost + changed, f"{kind}, cut {number}: {lost} parts lost, {changed} changed: {faults}")
                promise(before or not faults, f"{kind}, cut {number}: {faults}")
                if number % CUTS_A_MEETING == 0 or number == count:
                    of_meeting, early = tally(said)
                    sums["said"], sums["early"] = sums["said"] + of_meeting, sums["early"] + early
                    said.write_bytes(b"")
                    disk.unmount()
                    disk.make()
    return sums


def power(given):
    for kind in ("ext4", "xfs"):
        began = time.monotonic()
        share = max(1, given.rounds // 2)
        sums = cuts(kind, share)
        promise(sums["said"] > 5 * share, f"power {kind}: only {sums['said']} parts were said in {share} cuts")
        say(f"power {kind}: {share} cuts, {sums['said']} parts acknowledged, {sums['lost']} lost, {sums['changed']} changed; "
            f"at most {sums['beyond']} on the disk and not yet acknowledged; {sums['early']} shown early and not counted; "
            f"{(time.monotonic() - began) / share:.1f} s a cut")
    for kind in ("ext4", "xfs"):
        sums = cuts(kind, 5, WITHOUT_SYNC)
        promise(sums["lost"] + sums["changed"],
                f"power {kind}: without fsync nothing was lost in 5 cuts: this harness cannot fail")
        say(f"power {kind}, ablation: with fsync turned off {sums['lost']} acknowledged parts are lost, as they must be")
