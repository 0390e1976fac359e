import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_WAIT_MS, waitMs } from "../src/retry";
import { fill, Words } from "../src/words";

test("waits grow, stay under the longest, and are spread", () => {
  for (let attempt = 0; attempt < 200; attempt++) {
    assert.ok(waitMs(attempt, () => 0.999_999) <= LONGEST_WAIT_MS);
    assert.ok(waitMs(attempt, () => 0) >= 250);
  }
  assert.ok(waitMs(3, () => 0) > waitMs(0, () => 1) - 1);
  assert.notEqual(waitMs(5, () => 0), waitMs(5, () => 1));
});

test("words are filled; what is missing shows", () => {
  assert.equal(fill("{a} of {b} {c}", { a: 1, b: "x" }), "1 of x {c}");
  const words = new Words({ play: "Play", bad: 3 });
  assert.equal(words.say("play"), "Play");
  assert.equal(words.say("bad"), "bad");
  assert.ok(!words.has("absent"));
});
