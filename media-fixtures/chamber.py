"""The demonstration's council chamber: its agenda, its picture and its speech.

Everything is drawn (SVG, rendered by ffmpeg's librsvg) and spoken (espeak-ng) on the spot: no picture, no voice and no
font is in the repository. Standard library only.
"""

import os
import pathlib
import random
import re
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).resolve().parent
AGENDA = HERE / "agenda-el.txt"
WIDTH, HEIGHT = 1280, 720
SPEECH_HZ = 22050
PAUSE_S = 0.9

# Who sits where on the dais (index of the seat), and with which voice of espeak-ng each speaks.
SPEAKERS = {
    "Πρόεδρος": (2, ["-v", "el", "-p", "38", "-s", "148"]),
    "Γραμματέας": (1, ["-v", "el+f3", "-p", "55", "-s", "155"]),
    "Εισηγήτρια": (3, ["-v", "el+f2", "-p", "50", "-s", "152"]),
    "Εισηγητής": (4, ["-v", "el+m3", "-p", "45", "-s", "150"]),
    "Σύμβουλος": (0, ["-v", "el+m7", "-p", "50", "-s", "158"]),
    "Πολίτης": (5, ["-v", "el+f4", "-p", "48", "-s", "146"]),
}


@dataclass(frozen=True)
class Line:
    """One speech: what the lower third says, who speaks, and the words."""

    item: str
    speaker: str
    words: str


@dataclass(frozen=True)
class Look:
    """What tells one meeting's picture from another's."""

    accent: str = "#0b5c8a"
    wall: str = "#efe6d6"
    wood: str = "#8a5a33"
    body: str = "Δημοτικό Συμβούλιο"


def read_agenda(path=AGENDA):
    """The lines of an agenda file, each with the item that it belongs to."""
    lines, item, number = [], "", 0
    for raw in path.read_text(encoding="utf-8").splitlines():
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("ΘΕΜΑ "):
            number += 1
            item = f"{number}. {text.removeprefix('ΘΕΜΑ ')}"
        elif text.startswith("ΑΡΧΗ "):
            item = text.removeprefix("ΑΡΧΗ ")
        else:
            speaker, words = text.split(":", 1)
            if speaker not in SPEAKERS:
                raise ValueError(f"{path.name}: no voice for the speaker {speaker!r}")
            lines.append(Line(item, speaker, words.strip()))
    return lines


def person(x, y, scale, hair, skin, suit, *, turned=False, long_hair=False, sway=0):
    """A half figure; `turned` shows the back of the head."""
    face = "" if turned else (
        f'<ellipse cx="0" cy="-58" rx="21" ry="26" fill="{skin}"/>'
        f'<path d="M-22 -62 C-22 -96 22 -96 22 -62 C16 -76 -16 -76 -22 -62Z" fill="{hair}"/>'
        f'<path d="M-7 -28 L0 -8 L7 -28Z" fill="#f4f1ea"/>')
    back = f'<ellipse cx="0" cy="-60" rx="22" ry="27" fill="{hair}"/>' if turned else ""
    locks = (f'<path d="M-23 -60 C-30 -20 -28 -16 -20 -14 H20 C28 -16 30 -20 23 -60 C22 -100 -22 -100 -23 -60Z" '
             f'fill="{hair}"/>') if long_hair else ""
    return (f'<g transform="translate({x + sway} {y}) scale({scale})">'
            f'{"" if turned else locks}<rect x="-9" y="-40" width="18" height="20" fill="{skin}"/>'
            f'<path d="M-48 40 C-50 -8 -34 -24 0 -26 C34 -24 50 -8 48 40Z" fill="{suit}"/>{face}{back}{locks if turned else ""}</g>')


def window(x):
    """A tall arched window on the sea."""
    return (f'<g transform="translate({x} 70)">'
            '<path d="M-6 250 V60 A66 66 0 0 1 126 60 V250Z" fill="#f7f3ea" stroke="#c9b998" stroke-width="6"/>'
            '<path d="M4 244 V60 A56 56 0 0 1 116 60 V244Z" fill="url(#sky)"/>'
            '<path d="M4 186 H116 V244 H4Z" fill="#2f7fa8"/>'
            '<path d="M4 190 C30 184 60 196 116 188 V200 C70 206 40 194 4 202Z" fill="#4795bb"/>'
            '<path d="M60 4 V244 M4 120 H116" stroke="#f7f3ea" stroke-width="5"/></g>')


def crest(x, y, accent):
    """An invented emblem: a lighthouse over waves in a ring."""
    return (f'<g transform="translate({x} {y})"><circle r="40" fill="#fbf8f1" stroke="{accent}" stroke-width="5"/>'
            f'<path d="M-8 20 L-5 -14 H5 L8 20Z" fill="{accent}"/><rect x="-7" y="-22" width="14" height="7" fill="{accent}"/>'
            f'<path d="M0 -32 L8 -23 H-8Z" fill="{accent}"/><path d="M10 -19 L30 -25 V-13Z M-10 -19 L-30 -25 V-13Z" '
            f'fill="#e2b84c"/><path d="M-32 22 Q-24 14 -16 22 T0 22 T16 22 T32 22" fill="none" stroke="{accent}" '
            'stroke-width="4"/></g>')


def flag(x, stripes, ground):
    """A hanging flag beside the dais."""
    return (f'<g transform="translate({x} 150)"><rect x="-3" y="-14" width="6" height="250" fill="#a98f5a"/>'
            f'<path d="M3 -6 H62 C56 40 66 90 58 150 C40 158 20 146 3 154Z" fill="{ground}"/>{stripes}</g>')


GREEK_STRIPES = ("".join(f'<path d="M{10 + i * 13} -6 v154" stroke="#fff" stroke-width="6.5"/>' for i in range(4))
                 + '<path d="M3 -6 H36 V28 H3Z" fill="#1d5fa8"/><path d="M19.5 -6 V28 M3 11 H36" stroke="#fff" stroke-width="6.5"/>')
EU_STARS = "".join(f'<circle cx="{32 + dx}" cy="{66 + dy}" r="3" fill="#f2c83a"/>' for dx, dy in [
    (0, -18), (9, -16), (16, -9), (18, 0), (16, 9), (9, 16), (0, 18), (-9, 16), (-16, 9), (-18, 0), (-16, -9), (-9, -16)])
SUITS = ["#2b3a4f", "#5a2f3c", "#23303a", "#37506a", "#4a4238", "#3b4f45"]
HAIR = ["#3a2c22", "#77695c", "#c9c3ba", "#5b3a24", "#2a211b", "#8d8378"]
SKIN = ["#dfb08c", "#e6bd9b", "#d3a27c", "#e9c4a4"]


def scene(look, line, pose, seed=0):
    """The whole picture of one speech as SVG; `pose` 0 or 1 moves the speaker a little."""
    seat = SPEAKERS[line.speaker][0]
    dice = random.Random(seed)
    people = []
    for index in range(5):
        x = 400 + index * 120
        sway = (3 if pose else -3) if index == seat else 0
        people.append(person(x, 330, 0.95, dice.choice(HAIR), dice.choice(SKIN), dice.choice(SUITS),
                             long_hair=index in (1, 3), sway=sway))
        lit = "#d8362f" if index == seat else "#5f6468"
        people.append(f'<path d="M{x + 34} 372 q-4 -34 -16 -46" fill="none" stroke="#2b2b2b" stroke-width="3"/>'
                      f'<circle cx="{x + 17}" cy="325" r="6" fill="{lit}"/>')
        people.append(f'<rect x="{x - 44}" y="388" width="88" height="20" rx="2" fill="#f6f1e4"/>'
                      f'<rect x="{x - 34}" y="396" width="{dice.randint(50, 68)}" height="4" fill="#9a927f"/>')
    rows = []
    for row, (y, count, scale) in enumerate([(520, 9, 1.0), (600, 8, 1.25)]):
        for i in range(count):
            x = 640 + (i - (count - 1) / 2) * (128 + row * 26)
            lift = 0.00006 * (x - 640) ** 2 * (1 + row)
            if row and i == 5 and seat == 5:
                lift += 34
            rows.append(person(round(x), round(y - lift), scale, dice.choice(HAIR), dice.choice(SKIN),
                               dice.choice(SUITS), turned=True, long_hair=dice.random() < 0.45))
            rows.append(f'<rect x="{round(x - 54 * scale)}" y="{round(y - lift + 6)}" width="{round(108 * scale)}" '
                        f'height="90" rx="16" fill="{look.wood}" stroke="#5d3b20" stroke-width="2"/>')
    panels = "".join(f'<rect x="{308 + i * 56}" y="56" width="52" height="330" fill="{look.wood}" '
                     f'opacity="{0.82 if i % 2 else 0.9}"/>' for i in range(12))
    return f'''<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">
<defs><linearGradient id="wall" x2="0" y2="1"><stop offset="0" stop-color="{look.wall}"/>
<stop offset="1" stop-color="#cdbfa6"/></linearGradient>
<linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#8cc3e6"/><stop offset="1" stop-color="#dceffa"/></linearGradient>
<linearGradient id="floor" x2="0" y2="1"><stop offset="0" stop-color="#a88f6d"/><stop offset="1" stop-color="#6e5a42"/></linearGradient>
<linearGradient id="desk" x2="0" y2="1"><stop offset="0" stop-color="#a06b3e"/><stop offset="1" stop-color="{look.wood}"/></linearGradient></defs>
<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#wall)"/>{window(40)}{window(1120)}
<rect x="300" y="48" width="680" height="346" fill="#6f4626"/>{panels}
{crest(640, 112, look.accent)}
<text x="640" y="196" text-anchor="middle" font-family="Open Sans, DejaVu Sans" font-weight="700" font-size="34"
 letter-spacing="3" fill="#fbf5e6">ΔΗΜΟΣ ΡΕΘΥΜΝΗΣ</text>
<text x="640" y="232" text-anchor="middle" font-family="Open Sans, DejaVu Sans" font-weight="600" font-size="24" fill="#f3e6c8">{escape(look.body)}</text>
{flag(212, GREEK_STRIPES, "#1d5fa8")}{flag(1010, EU_STARS, "#1c3f94")}
<rect y="410" width="{WIDTH}" height="310" fill="url(#floor)"/>
{"".join(people)}
<path d="M300 376 H980 L1010 470 H270Z" fill="url(#desk)"/><path d="M300 376 H980 V386 H300Z" fill="#bd8656"/>
{"".join(p for p in people if 'fill="#f6f1e4"' in p)}
{"".join(rows)}
{lower_third(look, line)}</svg>'''


def lower_third(look, line):
    """The band with the agenda item and the speaker's part in the meeting."""
    size = 30 if len(line.item) < 58 else 26
    return f'''<rect x="0" y="596" width="{WIDTH}" height="124" fill="#10202c" opacity="0.9"/>
<rect x="0" y="596" width="{WIDTH}" height="4" fill="{look.accent}"/>
<rect x="40" y="618" width="8" height="78" fill="#e2b84c"/>
<text x="66" y="650" font-family="Open Sans, DejaVu Sans" font-weight="700" font-size="{size}" fill="#ffffff">{escape(line.item)}</text>
<text x="66" y="690" font-family="Open Sans, DejaVu Sans" font-weight="600" font-size="24" fill="#c8d8e2">{escape(line.speaker)}</text>'''


def run(*command):
    """Runs a program; its own words are shown only when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stderr[-2000:]}")


def speak(line, path):
    """Writes the speech as WAV and returns its length in seconds, with the pause after it."""
    run("espeak-ng", *SPEAKERS[line.speaker][1], "-w", str(path), line.words)
    with wave.open(str(path)) as speech:
        return speech.getnframes() / SPEECH_HZ + PAUSE_S


# Who speaks, by name: as invented as all the rest.
NAMES = {
    "Πρόεδρος": "Μανώλης Βερνάδος, πρόεδρος",
    "Γραμματέας": "Ελένη Σκουλούδη, γραμματέας",
    "Εισηγήτρια": "Άννα Δασκαλάκη, εισηγήτρια",
    "Εισηγητής": "Νίκος Τζανιδάκης, εισηγητής",
    "Σύμβουλος": "Γιώργος Μαρκουλάκης, σύμβουλος",
    "Πολίτης": "Κάτοικος",
}


def sentences(words):
    """The sentences of a speech."""
    return [part.strip() for part in re.findall(r"[^.;!]+[.;!]*", words) if part.strip()]


def webvtt(said):
    """What is said when as WebVTT: a cue for each sentence, a speech's time shared out by the letters."""

    def clock(seconds):
        return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"

    cues = ["WEBVTT"]
    for start, end, speaker, words in said:
        parts = sentences(words)
        letters = sum(map(len, parts))
        at = start
        for part in parts:
            until = at + (end - start) * len(part) / letters
            cues.append(f"{clock(at)} --> {clock(until)}\n<v {NAMES[speaker]}>{part}")
            at = until
    return "\n\n".join(cues) + "\n"


def join_speech(parts, path):
    """One WAV of all speeches with the pauses between them, lifted to a speaking level."""
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, SPEECH_HZ, 0, "NONE", "not compressed"))
        for part in parts:
            with wave.open(str(part)) as speech:
                out.writeframes(speech.readframes(speech.getnframes()))
            out.writeframes(bytes(2 * round(PAUSE_S * SPEECH_HZ)))


def film(out, look, lines, *, fps, seconds=None, seed=0, video, audio, extra_filter="null", chapters=None, said=None):
    """Makes one file of the speeches: pictures that change with the speaker, and the sound.

    `chapters`, a list, gets (seconds, item) for each item that is begun; `said` gets (from, until, speaker, words) for
    each speech.
    """
    with tempfile.TemporaryDirectory(prefix="bema-chamber-") as folder:
        folder = pathlib.Path(folder)
        parts, cuts, length = [], [], 0.0
        for index, line in enumerate(lines):
            parts.append(folder / f"{index:03}.wav")
            lasts = speak(line, parts[-1])
            if chapters is not None and (not chapters or chapters[-1][1] != line.item):
                chapters.append((round(length, 3), line.item))
            if said is not None:
                said.append((length, length + lasts - PAUSE_S, line.speaker, line.words))
            for pose in (0, 1):
                (folder / f"p{2 * index + pose:03}.svg").write_text(scene(look, line, pose, seed), encoding="utf-8")
            steps = max(2, round(lasts / 0.8))
            cuts += [(2 * index + step % 2, lasts / steps) for step in range(steps)]
            length += lasts
            if seconds and length >= seconds:
                break
        join_speech(parts, folder / "speech.wav")
        run("ffmpeg", "-nostdin", "-v", "error", "-framerate", "1", "-i", str(folder / "p%03d.svg"),
            "-compression_level", "1", "-pix_fmt", "rgb24", "-start_number", "0", str(folder / "p%03d.png"))
        listing = "".join(f"file 'p{picture:03}.png'\nduration {lasts:.4f}\n" for picture, lasts in cuts)
        (folder / "cuts.txt").write_text(listing + f"file 'p{cuts[-1][0]:03}.png'\n")
        part = out.with_name(f"{out.name}.{os.getpid()}.part")
        run("ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "concat", "-i", str(folder / "cuts.txt"),
            "-i", str(folder / "speech.wav"), "-vf", f"fps={fps},{extra_filter},format=yuv420p", *video,
            "-af", "volume=1.4,alimiter=limit=0.8,aresample=48000", *audio, "-t", f"{min(length, seconds or length):.3f}",
            "-f", "matroska" if out.suffix == ".mkv" else "mp4", str(part))
        part.rename(out)
    return min(length, seconds or length)
