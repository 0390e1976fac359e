import assert from "node:assert/strict";
import { test } from "node:test";
import { due, Mute, standOf } from "../src/studio/reminder";

test("a reminder comes after each ten minutes", () => {
  const every = 600_000;
  for (const [elapsed, reminders] of [[0, 0], [599_999, 0], [600_000, 1], [1_199_999, 1], [1_200_000, 2], [-5, 0]] as const) {
    assert.equal(due(elapsed, every), reminders, String(elapsed));
  }
  assert.equal(due(600_000, 0), 0, "without an interval there is none");
});

test("where stage and recording disagree the doors are closed", () => {
  assert.equal(standOf("in_camera", "in_camera"), "closed");
  assert.equal(standOf("live", "in_camera"), "closed");
  assert.equal(standOf("in_camera", "opening"), "closed");
  assert.equal(standOf("live", "opening"), "opening");
  assert.equal(standOf("live", "running"), "open");
  assert.equal(standOf("live", null), "open");
});

test("a mute ends by itself and outlives a reload", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  new Mute(storage, "m").until(5000);
  assert.equal(new Mute(storage, "m").untilMs(4999), 5000);
  assert.equal(new Mute(storage, "m").untilMs(5000), 0);
  assert.equal(new Mute(storage, "another").untilMs(0), 0);
  const broken = { getItem: () => { throw new Error("none"); }, setItem: () => { throw new Error("none"); } };
  const mute = new Mute(broken, "m");
  mute.until(10);
  assert.equal(mute.untilMs(5), 10);
});
