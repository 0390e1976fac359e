"""Tests of the fixtures themselves: `python3 -m unittest discover -s media-fixtures`."""

import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import chamber  # noqa: E402
import clock_code  # noqa: E402
import read_clock  # noqa: E402


class Code(unittest.TestCase):
    def test_every_time_reads_back(self):
        dice = random.Random(1)
        for time_ms in [0, 1, 2**48 - 1, *(dice.randrange(2**48) for _ in range(200))]:
            row = clock_code.row(time_ms)
            self.assertEqual(clock_code.read(row * clock_code.STRIP_HEIGHT, 1280, 720), time_ms)

    def test_a_flipped_block_is_refused(self):
        for bit in range(clock_code.BITS):
            row = bytearray(clock_code.row(1_789_000_000_123))
            for x in range(bit * 20, bit * 20 + 20):
                row[x] = clock_code.BLACK + clock_code.WHITE - row[x]
            self.assertIsNone(clock_code.read(bytes(row) * clock_code.STRIP_HEIGHT, 1280, 720), f"block {bit}")

    def test_plain_pictures_hold_no_code(self):
        for shade in (0, 16, 128, 235, 255):
            self.assertIsNone(clock_code.read(bytes([shade]) * (1280 * 32), 1280, 720))

    def test_javascript_reads_the_same(self):
        script = (f"import {{ readClock }} from '{HERE / 'read_clock.mjs'}';"
                  "let text = ''; for await (const piece of process.stdin) text += piece;"
                  "const row = text.trim().split(',').map(Number); const rgba = new Uint8Array(row.length * 4 * 32);"
                  "for (let y = 0; y < 32; y += 1) row.forEach((v, x) => rgba.fill(v, (y * row.length + x) * 4, "
                  "(y * row.length + x) * 4 + 4)); console.log(String(readClock(rgba, row.length, 720)));")
        for flip, expected in ((False, "1789000000123"), (True, "null")):
            row = bytearray(clock_code.row(1_789_000_000_123))
            if flip:
                row[0:20] = bytes([clock_code.WHITE]) * 20
            done = subprocess.run(["node", "--input-type=module", "-e", script], input=",".join(map(str, row)),
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stdout.strip(), expected)


class Encoded(unittest.TestCase):
    def test_every_frame_of_the_encoder_reads_back_also_at_360_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            out, other = pathlib.Path(folder) / "a.flv", pathlib.Path(folder) / "b.flv"
            before = time.time() * 1000
            subprocess.run([str(HERE / "clock-encoder"), str(out), str(other), "--seconds", "3"], check=True)
            after = time.time() * 1000
            self.assertEqual(out.stat().st_size, other.stat().st_size)
            small = pathlib.Path(folder) / "small.mp4"
            subprocess.run(["ffmpeg", "-v", "error", "-i", str(out), "-vf", "scale=640:360", "-c:v", "libx264",
                            "-b:v", "500k", "-fps_mode", "passthrough", "-an", str(small)], check=True, stdin=subprocess.DEVNULL)
            for film in (out, small):
                times = [capture for _, capture in read_clock.captures(str(film))]
                self.assertGreaterEqual(len(times), 74, "-shortest may drop the last frame, no other")
                self.assertNotIn(None, times)
                self.assertEqual(times, sorted(set(times)))
                self.assertTrue(before <= times[0] and times[-1] <= after)


class Chamber(unittest.TestCase):
    def test_the_agenda_has_its_items_and_speakers(self):
        lines = chamber.read_agenda()
        items = [item for item in dict.fromkeys(line.item for line in lines) if item[0].isdigit()]
        self.assertGreaterEqual(len(items), 12)
        self.assertEqual([int(item.split(".")[0]) for item in items], list(range(1, len(items) + 1)))

    def test_an_unknown_speaker_is_refused(self):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as agenda:
            agenda.write("ΘΕΜΑ Κάτι\nΚανένας: Λόγια.\n")
            agenda.flush()
            with self.assertRaises(ValueError):
                chamber.read_agenda(pathlib.Path(agenda.name))

    def test_a_past_meeting_is_as_long_as_asked_and_speaks(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "past.mp4"
            subprocess.run([str(HERE / "past-meeting"), str(out), "--seconds", "12", "--seed", "2"], check=True,
                           stdout=subprocess.DEVNULL)
            probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name",
                                    "-of", "csv=p=0", str(out)], capture_output=True, text=True, check=True).stdout.split()
            self.assertEqual(probe[:2], ["h264", "aac"])
            self.assertAlmostEqual(float(probe[2]), 12, delta=0.2)
            level = subprocess.run(["ffmpeg", "-nostdin", "-hide_banner", "-i", str(out), "-af", "volumedetect", "-vn",
                                    "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
            mean = float(level.split("mean_volume:")[1].split("dB")[0])
            self.assertGreater(mean, -35, "the meeting is silent")


if __name__ == "__main__":
    unittest.main()
