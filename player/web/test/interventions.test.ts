import assert from "node:assert/strict";
import { test } from "node:test";
import { Interventions, steady } from "../src/interventions/list";
import type { Intervention, InterventionLine } from "../src/interventions/protocol";

const one = (id: string, at_ms: number, supports: number, standing: object = { state: "approved" }): Intervention =>
  ({ id, kind: "question", text: id, at_ms, supports, ...standing }) as Intervention;
const intake = { who: "everyone", policy: "supported", reason: "" } as const;
const ids = (all: Intervention[]) => all.map((each) => each.id);

test("each stands in its group, the queue as the server says, the others by support", () => {
  const all = new Interventions();
  const interventions = [one("a", 1, 2), one("b", 2, 5), one("c", 3, 5), one("q", 4, 9, { state: "queued" }), one("p", 5, 1, { state: "queued" })];
  all.take({ type: "snapshot", epoch: "e", offset: 1, intake, queue: ["p", "q"], interventions, more: 3 });
  assert.deepEqual([ids(all.group("asked")), ids(all.group("queue")), all.size], [["b", "c", "a"], ["p", "q"], 8]);
  all.take({ type: "supported", intervention: "a", supports: 6 });
  assert.deepEqual(ids(all.group("asked")), ["a", "b", "c"]);
  all.take({ type: "queue", queue: ["q", "p"] });
  assert.deepEqual(ids(all.group("queue")), ["q", "p"]);
  all.take({ type: "intervention", intervention: one("q", 4, 9, { state: "on_screen" }) });
  assert.deepEqual([all.onScreen?.id, ids(all.group("queue"))], ["q", ["p"]]);
  all.take({ type: "intervention", intervention: one("q", 4, 9, { state: "answered", answer: "spoken", answered_at_ms: 9 }) });
  assert.deepEqual([all.onScreen, ids(all.group("answered"))], [undefined, ["q"]]);
  all.take({ type: "dropped", intervention: "b" });
  assert.deepEqual(ids(all.group("asked")), ["a", "c"]);
  for (const odd of [{ type: "gone" }, { type: "of-another-time" }, { type: "supported", intervention: "x", supports: 1 }] as InterventionLine[]) assert.equal(all.take(odd), false);
});

test("rows do not move from under a hand", () => {
  assert.deepEqual(steady(["a", "b"], ["c", "b", "a"], false), ["c", "b", "a"]);
  assert.deepEqual(steady(["a", "b", "gone"], ["c", "b", "a"], true), ["a", "b", "c"]);
});
