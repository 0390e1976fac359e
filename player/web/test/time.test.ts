import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, momentLink, parseMoment, remaining, wallClock } from "../src/time";

test("seconds read as a clock", () => {
  for (const [seconds, text] of [[0, "0:00"], [9.9, "0:09"], [75, "1:15"], [3600, "1:00:00"], [45296, "12:34:56"]] as const) {
    assert.equal(clock(seconds), text);
  }
  for (const nothing of [NaN, -3, Infinity]) assert.equal(clock(nothing), "0:00");
});

test("the wall clock is told in the municipality's zone, over its change to summer time too", () => {
  assert.equal(wallClock(Date.UTC(2026, 0, 15, 17, 4, 9), "Europe/Athens"), "19:04:09");
  assert.equal(wallClock(Date.UTC(2026, 6, 15, 17, 4, 9), "Europe/Athens", false), "20:04");
  assert.equal(wallClock(Date.UTC(2026, 0, 15, 22, 0, 0), "Europe/Athens"), "00:00:00");
  assert.equal(wallClock(NaN), "");
  assert.match(wallClock(0, "No/Such"), /^\d\d:\d\d:\d\d$/);
});

test("a moment is read out of a link", () => {
  for (const [text, seconds] of [
    ["95", 95], ["95.5", 95.5], ["95s", 95], ["1m35s", 95], ["1h2m3s", 3723], ["2h", 7200], ["1:35", 95], ["1:02:03", 3723], ["0", 0],
  ] as const) assert.equal(parseMoment(text), seconds, text);
  for (const bad of ["", "x", "-5", "1:2", "1e9", "9".repeat(20), null, undefined]) assert.equal(parseMoment(bad), undefined);
});

test("a link carries the moment and loses the fragment", () => {
  assert.equal(momentLink("https://x.gr/meetings/1?lang=en&t=4#a", 95.9), "https://x.gr/meetings/1?lang=en&t=95");
  assert.equal(momentLink("https://x.gr/", -4), "https://x.gr/?t=0");
});

test("what is left is split, and never negative", () => {
  assert.deepEqual(remaining(90_061_000), { days: 1, hours: 1, minutes: 1, seconds: 1 });
  assert.deepEqual(remaining(400), { days: 0, hours: 0, minutes: 0, seconds: 1 });
  assert.deepEqual(remaining(-5), { days: 0, hours: 0, minutes: 0, seconds: 0 });
});
