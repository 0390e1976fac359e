import assert from "node:assert/strict";
import { test } from "node:test";
import { barOf, bytes, number } from "../src/studio/measures";
import { facts, faultText, refusedText, type SourceStatus } from "../src/studio/status";
import { PressQueue } from "../src/studio/press-queue";
import { Words } from "../src/words";

const notation = { language: "el", zone: "Europe/Athens" };
const words = new Words({
  "fault-frames-lost": "{rate} fps", "fault-silence": "since {since}", "refused-codec": "{time} {remote} {got} {set}",
  "fault-no-language": "{language} since {since}", language: "{language}: {value}",
  unknown: "–", level: "{value} dB", "bit-rate": "{value} Mb/s", disconnected: "off", connected: "on {time}",
});

test("numbers follow the language, as the server writes them", () => {
  assert.equal(number(2.14, 1, "el"), "2,1");
  assert.equal(number(-18.4, 0, "en"), "−18");
  assert.equal(bytes(1500, "el"), "1,5 kB");
  assert.equal(bytes(123_456_789_000, "en"), "123 GB");
  assert.equal(bytes(2e15, "el"), "2000 TB");
});

test("the level's bar stays within its frame", () => {
  for (const [db, share] of [[-60, 0], [-90, 0], [0, 1], [6, 1], [-30, 0.5], [null, 0], [NaN, 0]] as const) {
    assert.equal(barOf(db), share);
  }
});

test("faults and refusals become sentences", () => {
  assert.equal(faultText(words, notation, { fault: "frames_lost", frame_rate: 11.26 }), "11,3 fps");
  assert.equal(faultText(words, notation, { fault: "silence", since_ms: Date.UTC(2026, 0, 1, 17, 4) }), "since 19:04");
  const refused = { at_ms: Date.UTC(2026, 0, 1, 17, 4), remote: "10.0.0.1", reason: { why: "codec", got: "HEVC", set: "H.264" } };
  assert.equal(refusedText(words, notation, refused), "19:04 10.0.0.1 HEVC H.264");
  assert.equal(refusedText(words, notation, null), "");
});

test("further languages are told by their own names", () => {
  const fault = { fault: "no_language", language: "el", since_ms: Date.UTC(2026, 0, 1, 17, 4) };
  assert.equal(faultText(words, notation, fault), "Ελληνικά since 19:04");
  const languages = [{ language: "en", peak_db: -18.4 }, { language: "fr", peak_db: null }];
  const health = {
    at_ms: 0, bit_rate: 0, frame_rate: 0, keyframe_interval_ms: 0, audio_peak_db: null, audio_rms_db: null, drift_ms: 0, languages,
  };
  const status: SourceStatus = { connection: null, tracks: [], health, faults: [], refused: null };
  assert.equal(facts(words, notation, status)["languages"], "English: −18 dB, Français: –");
});

test("what is not measured is said to be unknown", () => {
  const nothing: SourceStatus = { connection: null, tracks: [], health: null, faults: [], refused: null };
  const texts = facts(words, notation, nothing);
  assert.equal(texts["connection"], "off");
  assert.deepEqual([texts["level"], texts["bit-rate"], texts["codec"]], ["–", "–", "–"]);
});

test("presses wait in their order, over a reload too", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  const queue = new PressQueue(storage, "a");
  queue.push({ action: "/take-up", body: "item=1", atMs: 5 });
  queue.push({ action: "/take-up", body: "item=2", atMs: 6 });
  const again = new PressQueue(storage, "a");
  assert.equal(again.first?.body, "item=1");
  again.shift();
  assert.deepEqual([again.length, again.first?.atMs], [1, 6]);
  assert.equal(new PressQueue(storage, "b").length, 0);
  for (const spoilt of ["{", "7", '[{"action":1},null,{"action":"/a","body":"","atMs":1}]']) {
    kept.set("c", spoilt);
    assert.equal(new PressQueue(storage, "c").length, spoilt.startsWith("[") ? 1 : 0);
  }
  const full = { getItem: () => null, setItem: () => { throw new Error("no room"); } };
  const forgetful = new PressQueue(full, "a");
  forgetful.push({ action: "/take-up", body: "", atMs: 1 });
  assert.equal(forgetful.length, 1);
});
