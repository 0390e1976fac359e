"""A bad line between encoder and server, and an encoder that falls silent.

srt    An encoder calls over SRT, 40 ms there and back away, and asks for nothing: the server gives lost packets 300 ms to be
       sent again. 5 % of all packets are lost in either direction, then 10 %: no frame of the sender's is missing, none is
       doubled, the transmission is one take without a stop, and sound stays with the picture.
       Ablation: with 70 % lost frames are missing, and that is seen.
gaps   The encoder falls silent for 1 and 10 s (long: 60 and 300 s too) in three ways: its process is stopped and goes on; its
       line is unplugged, and it goes on (1 s); it is unplugged and calls again (from 10 s on), while to the server the old
       connection is still there. After a second of silence it goes on as if nothing had been; after more the slate comes,
       so that nothing is without a new part for more than 4 s, and the source is back within 6 s of its going on. All that
       was public is there, nothing is doubled or missing within a run, and sound stays with the picture.
       Ablation: a server that hangs is seen by the same check, and so is sound that was shifted by a quarter of a second.

The line is in network namespaces of its own (line.py).
"""

import signal
import time

import ablation
from bema import Encoder, house, no_frame_twice, sound_with_picture
from common import promise, say, wait_for
from line import Line

# Milliseconds, each way.
DISTANCE = 20
# Without a part, seconds: what the server waits before it takes a source for silent, 2.5 s, and the slate's coming.
SILENCE = 4
BACK = 6


def calling(line):
    """An encoder over SRT at the far end of a long line."""
    def encoder(server):
        host, port = line.distance(server.srt, DISTANCE)
        return Encoder(server, server.srt_address(host, port), line.inside, ["--beeps"])
    return encoder


def sources(server):
    """How many takes there are of the source."""
    return len(list(server.data.glob("recordings/*/*/journal")))


def lossy(share, seconds, least):
    """A transmission while so many packets are lost; answers frames, packets lost, seconds apart, longest wait."""
    with Line() as line, house(encoder=calling(line)) as parts:
        server, viewer = parts["server"], parts["viewer"]
        line.lose(share)
        began, takes = time.monotonic(), sources(server)
        time.sleep(seconds)
        hole, lost = viewer.hole(began), line.lost()
        line.lose(0)
        promise(lost > least * seconds, f"only {lost} packets were lost: the fault was none")
        viewer.end()
        viewer.all_there()
        frames = no_frame_twice(server)
        promise(frames > seconds * 10, f"only {frames} frames in {seconds} s")
        promise(sources(server) == takes, "the transmission stopped and began again")
        promise(hole < 1.5, f"nothing came for {hole:.1f} s")
        apart = sound_with_picture(server)
        server.stop()
        server.verify()
    return frames, lost, apart, hole


def srt(given):
    for share in (0.05, 0.10):
        frames, lost, apart, hole = lossy(share, 120 if given.long else 6, 2)
        say(f"srt: {share:.0%} lost each way ({lost} packets), {frames} frames, none missing or doubled, at most {hole:.2f} s "
            f"without a part, sound and picture {apart * 1000:.0f} ms apart")
    ablation.must_fail("srt, ablation: with 70 % lost frames are missing, and that is seen", lambda: lossy(0.7, 4, 2))


def steady(viewer, since):
    hole = viewer.hole(since)
    promise(hole < SILENCE, f"nothing came for {hole:.1f} s")
    return hole


def silent(parts, line, way, seconds):
    """One gap; answers the longest time without a part, and how long after its end the source was back."""
    server, viewer = parts["server"], parts["viewer"]
    began = time.monotonic()
    if way == "stopped":
        parts["encoder"].signal(signal.SIGSTOP)
    else:
        line.unplug()
    time.sleep(seconds)
    if way == "stopped":
        parts["encoder"].signal(signal.SIGCONT)
    elif way == "again":
        # Nobody tells the server: what an encoder says when it ends goes into the unplugged line.
        parts["encoder"].kill()
    takes, over = sources(server), time.monotonic()
    if way != "stopped":
        line.plug()
    if way == "again":
        parts["encoder"] = unplugged(line)(server)
    longer = seconds > 2.5

    def back():
        if way == "stopped" and parts["encoder"].process.poll() is not None:
            # The server had given it up, and it has noticed: as encoders do it calls again.
            parts["encoder"] = unplugged(line)(server)
        return sources(server) > takes if longer else viewer.count() > count + 10
    count = viewer.count()
    wait_for(f"the source after {seconds} s ({way})", back, BACK)
    returned = time.monotonic() - over
    viewer.more(25, 8, "its parts")
    return steady(viewer, began), returned


def unplugged(line):
    """An encoder over RTMP at the far end."""
    return lambda server: Encoder(server, server.address(line.server), line.inside, ["--beeps"])


def gaps(given):
    with Line() as line, house(encoder=unplugged(line)) as parts:
        server, viewer = parts["server"], parts["viewer"]
        for seconds in (1, 10, 60, 300) if given.long else (1, 10):
            for way in ("stopped", "on") if seconds == 1 else ("stopped", "again"):
                hole, returned = silent(parts, line, way, seconds)
                say(f"gaps: {seconds} s, {way}: at most {hole:.1f} s without a part, back after {returned:.1f} s")
        ablation.must_fail("gaps, ablation: a server that hung is seen", lambda: hanging(server, viewer))
        viewer.end()
        viewer.all_there()
        frames, apart = no_frame_twice(server), sound_with_picture(server)
        ablation.must_fail("gaps, ablation: sound a quarter of a second late is seen",
                           lambda: sound_with_picture(server, late=0.25))
        server.stop()
        server.verify()
    say(f"gaps: 0 of {viewer.count()} parts lost, {frames} frames, none doubled, sound and picture {apart * 1000:.0f} ms apart")


def hanging(server, viewer):
    began = time.monotonic()
    with ablation.stopped(server):
        time.sleep(SILENCE + 0.5)
        steady(viewer, began)
