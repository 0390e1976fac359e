import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, type Facts } from "../src/player/condition";
import { beyondHole } from "../src/player/holes";
import { action } from "../src/player/keys";
import { soundsOf } from "../src/player/sounds";
import { nearest } from "../src/player/storyboard";

const well: Facts = {
  unsupported: false, failed: false, stage: "live", source: "running", live: true, atEdge: true, known: true,
  pictured: true, idle: false, dryMs: 0, trouble: false, online: true, over: false,
};
const say = (facts: Partial<Facts>) => {
  const { state, say } = condition({ ...well, ...facts });
  return say === undefined ? state : `${state}: ${say}`;
};

test("all well says nothing", () => {
  assert.equal(say({}), "playing");
  assert.equal(say({ idle: true }), "paused");
  assert.equal(say({ dryMs: 300 }), "waiting");
});

test("what happens in the chamber is said to those who watch it now", () => {
  assert.equal(say({ source: "away" }), "away: away");
  assert.equal(say({ stage: "paused" }), "paused: paused");
  assert.equal(say({ stage: "in_camera" }), "paused: in-camera");
  assert.equal(say({ stage: "live", source: "in_camera" }), "paused: in-camera");
  assert.equal(say({ source: "opening" }), "paused: opening");
  assert.equal(say({ stage: "in_camera", atEdge: false }), "playing");
  assert.equal(say({ source: "waiting", pictured: false }), "loading: waiting");
  assert.equal(say({ source: "away", atEdge: false }), "playing");
  assert.equal(say({ stage: "paused", atEdge: false }), "playing");
});

test("the end is said once the last frame has been shown", () => {
  assert.equal(say({ stage: "ended", source: "ended" }), "playing");
  assert.equal(say({ stage: "ended", source: "ended", live: false, over: true, idle: true }), "ended: ended");
  assert.equal(say({ stage: "live", live: true, over: true }), "playing");
});

test("waits say what is awaited", () => {
  assert.equal(say({ known: false, pictured: false }), "loading: loading");
  assert.equal(say({ dryMs: 3000 }), "waiting: stalled");
  assert.equal(say({ dryMs: 3000, online: false }), "waiting: offline");
  assert.equal(say({ dryMs: 3000, trouble: true }), "waiting: unreachable");
  assert.equal(say({ trouble: true }), "playing");
  assert.equal(say({ failed: true, source: "away" }), "error: error");
  assert.equal(say({ unsupported: true }), "error: unsupported");
});

test("keys count by their place, on a Greek keyboard too", () => {
  const key = (key: string, code: string, shiftKey = false) => action({ key, code, shiftKey })?.do;
  assert.equal(key("κ", "KeyK"), "play");
  assert.equal(key("k", "KeyK"), "play");
  assert.equal(key("ξ", "KeyJ"), "seek");
  assert.equal(key("7", "Digit7"), "tenth");
  assert.equal(key("?", "Slash", true), "help");
  assert.equal(key(">", "Period", true), "faster");
  assert.equal(key("<", "Comma", true), "slower");
  assert.equal(key("K", "KeyK", true), undefined);
  assert.equal(key("x", "KeyX"), undefined);
});

test("the nearest picture", () => {
  assert.equal(nearest([], 5), undefined);
  for (const [wanted, found] of [[0, 10], [14, 10], [16, 20], [99, 30], [20, 20]] as const) {
    assert.equal(nearest([10, 20, 30], wanted), found);
  }
});

test("the sounds of an index", () => {
  const index = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,URI="audio.m3u8",GROUP-ID="sound",LANGUAGE="el",NAME="Ελληνικά",DEFAULT=YES,AUTOSELECT=YES
#EXT-X-MEDIA:TYPE=AUDIO,URI="audio-en.m3u8",GROUP-ID="sound",LANGUAGE="en",NAME="English",AUTOSELECT=YES
#EXT-X-MEDIA:TYPE=SUBTITLES,URI="captions.m3u8",GROUP-ID="captions",LANGUAGE="el",NAME="Ελληνικά"
#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="sound"
video.m3u8
`;
  assert.deepEqual(soundsOf(index, "https://x.gr/media/1/index.m3u8"), [
    { name: "Ελληνικά", lang: "el", url: "https://x.gr/media/1/audio.m3u8" },
    { name: "English", lang: "en", url: "https://x.gr/media/1/audio-en.m3u8" },
  ]);
  assert.deepEqual(soundsOf("#EXTM3U\n", "https://x.gr/"), []);
});

test("a seek that ends in a hole goes on behind it, and one that waits for media waits", () => {
  const ranges = [[11.98, 13.54], [13.76, 15.88], [16.25, 16.47]] as const;
  assert.equal(beyondHole(ranges, 15.98), 16.3);
  assert.equal(beyondHole(ranges, 13.6), 13.76 + 0.05);
  assert.equal(beyondHole(ranges, 14), undefined, "there is media");
  assert.equal(beyondHole(ranges, 17), undefined, "nothing behind it yet");
  assert.equal(beyondHole(ranges, 5), undefined, "far from all");
  assert.equal(beyondHole([[20, 22]], 19.9), undefined, "the beginning of what is loaded");
  assert.equal(beyondHole([], 3), undefined);
});
