import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../src/studio/pace";

test("the time that is left follows the pace of late, and is not told at once", () => {
  const pace = new Pace();
  assert.equal(pace.left(0, 1000, 0), undefined);
  assert.equal(pace.left(10, 1000, 1000), undefined);
  assert.equal(pace.left(100, 1000, 10_000), 90_000);
  for (let at = 11; at <= 40; at++) pace.left(100 + (at - 10) * 30, 1000 * 10, at * 1000);
  assert.equal(Math.round(pace.left(1000, 4000, 40_000) ?? 0), 100_000);
});

test("what does not move has no end that could be told", () => {
  const pace = new Pace();
  pace.left(100, 1000, 0);
  assert.equal(pace.left(100, 1000, 60_000), undefined);
});
