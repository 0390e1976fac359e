"""Primary and backup, killed in turn: who watches is shown the other one, and both are kept.

pair     Two encoders of one meeting, the one killed with kill -9 at a random moment and started again, then the other. There is
         always a part within a second; the other source is on air with its next keyframe, so that the slate stands for no longer
         than the keyframe distance and its way; what was public is there, byte for byte; within a run no frame is doubled or
         missing; `bema verify` finds no fault.

Ablation, seen by the round's own check: both are killed at once, and the slate stands too long.
"""

import json
import random
import time

import ablation
from bema import Encoder, frames, house
from clerk import Clerk
from common import promise, say, wait_for

# The keyframe distance of the encoders, and what a part takes to be seen, in seconds.
SLATE = 2.0 + 1.0


def stretches(server):
    return json.loads(server.media("stretches.json"))


def on_air(server):
    """The source on air, or None while it is the slate."""
    return stretches(server)[-1].get("source")


def longest_slate(server, after):
    """The longest that the slate stood since the first `after` stretches, in seconds: no source was shown."""
    gaps = [stretch["duration_ms"] / 1000 for stretch in stretches(server)[after:] if stretch["shows"] == "gap"]
    longest = max(gaps, default=0.0)
    promise(longest <= SLATE, f"the slate stood for {longest:.1f} s though another source was there")
    return longest


def whole_runs(server):
    """Within each run the frames follow each other; answers how many there are."""
    count = 0
    for captured, times in frames(server):
        count += len(captured)
        promise(all(after >= before for before, after in zip(captured, captured[1:])), "a frame came twice within a run")
        holes = [at for at, after in zip(times, times[1:]) if captured and after - at > 0.06]
        promise(not holes, f"frames are missing within a run, after {holes} s of it")
    return count


def pair(given):
    longest = 0.0
    with house() as parts:
        server, viewer = parts["server"], parts["viewer"]
        spare = Clerk(server).add_source("Εφεδρική", "backup")
        addresses = [server.address(), spare]
        encoders = [parts["encoder"], Encoder(server, spare)]
        try:
            wait_for("the spare's worker", lambda: len(server.workers()) == 2, 10)
            before = len(stretches(server))
            primary = on_air(server)
            for turn in range(2 * given.rounds):
                which = turn % 2
                time.sleep(random.uniform(2.5, 6.0))
                lost = time.monotonic()
                encoders[which].kill()
                time.sleep(random.uniform(2.5, 8.0))
                hole = viewer.hole(lost)
                longest = max(longest, hole)
                promise(hole < 1, f"nothing came for {hole:.1f} s after a source was lost")
                promise((on_air(server) == primary) == (which == 1), "the wrong source is on air")
                encoders[which] = Encoder(server, addresses[which])
                wait_for("both sources", lambda: len(server.workers()) == 2, 10)
                wait_for("the primary", lambda: on_air(server) == primary, 10)
            slate = longest_slate(server, before)
            viewer.all_there()
            after = len(stretches(server))
            for encoder in encoders:
                encoder.kill()
            time.sleep(SLATE + 2)
            ablation.must_fail("pair, ablation: that neither source is there is seen", lambda: longest_slate(server, after))
        finally:
            for encoder in encoders:
                encoder.kill()
        viewer.end()
        viewer.all_there()
        count = whole_runs(server)
        server.stop()
        server.verify()
    say(f"pair: {2 * given.rounds} kills of primary and backup in turn, {longest:.2f} s at most without a part, the slate for "
        f"{slate:.1f} s at most; 0 of {viewer.count()} parts lost, {count} frames, none doubled or missing within a run")
