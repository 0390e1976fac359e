import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "../src/timeline";

// Ten seconds, a gap of a minute that takes no place in the media, ten seconds more.
const gap = new Timeline([
  { start: 0, duration: 4, wallMs: 100_000 },
  { start: 4, duration: 6, wallMs: 104_000 },
  { start: 10, duration: 10, wallMs: 170_000 },
]);

test("a position has its instant", () => {
  assert.equal(gap.wallAt(0), 100_000);
  assert.equal(gap.wallAt(9.5), 109_500);
  assert.equal(gap.wallAt(10), 170_000);
  assert.equal(gap.wallAt(25), 185_000);
  assert.equal(gap.wallAt(-1), 99_000);
});

test("an instant has its position, a gap leads to what follows it", () => {
  assert.equal(gap.positionAt(105_000), 5);
  assert.equal(gap.positionAt(140_000), 10);
  assert.equal(gap.positionAt(175_000), 15);
  assert.equal(gap.positionAt(0), 0);
  assert.equal(gap.positionAt(999_000), 20);
});

test("there and back gives the same position everywhere", () => {
  for (let position = 0; position < 20; position += 0.125) {
    assert.equal(gap.positionAt(gap.wallAt(position) ?? NaN), position);
  }
});

test("nothing known, nothing told", () => {
  const none = new Timeline([{ start: 0, duration: 4, wallMs: NaN }]);
  assert.ok(none.empty);
  assert.equal(none.wallAt(3), undefined);
  assert.equal(none.positionAt(3), undefined);
});
