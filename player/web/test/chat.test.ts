import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../src/chat/form";
import { KEPT, Messages } from "../src/chat/messages";
import type { Line, Message } from "../src/chat/protocol";

const message = (id: string, at_ms: number): Message => ({ id, name: "Μαρία", text: id, at_ms });
const mode = { who: "everyone", hold: "links", slow_ms: 0 } as const;
const ids = (messages: Messages) => messages.all.map((each) => each.id);

test("messages come in their order, once, and go", () => {
  const messages = new Messages();
  messages.take({ type: "snapshot", epoch: "e", offset: 2, mode, pinned: message("a", 1), messages: [message("a", 1), message("b", 2)] });
  assert.equal(messages.take({ type: "said", message: message("c", 3) })?.id, "c");
  assert.equal(messages.take({ type: "said", message: message("c", 3) }), undefined, "told twice, it is one");
  assert.deepEqual(ids(messages), ["a", "b", "c"]);
  messages.take({ type: "removed", message: "a" });
  assert.deepEqual([ids(messages), messages.pinned], [["b", "c"], undefined]);
  messages.take({ type: "restored", message: message("a", 1) });
  assert.deepEqual(ids(messages), ["a", "b", "c"], "at its old place");
  messages.take({ type: "pinned", message: "b" });
  assert.equal(messages.pinned?.id, "b");
  messages.take({ type: "mode", mode: { ...mode, hold: "all" } });
  assert.equal(messages.mode?.hold, "all");
  for (const odd of [{ type: "gone" }, { type: "of-another-time" }] as Line[]) assert.equal(messages.take(odd), undefined);
});

test("only so many are kept", () => {
  const messages = new Messages();
  for (let at = 0; at < KEPT + 50; at += 1) messages.take({ type: "said", message: message(String(at), at) });
  assert.equal(messages.all.length, KEPT);
  assert.equal(messages.all[0]?.id, "50");
});

test("an id is a UUID of version 7 that sorts by time", () => {
  const id = newId(1_795_449_600_000, new Uint8Array(10).fill(255));
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16), 1_795_449_600_000);
  assert.ok(newId(1_795_449_600_001) > id);
});
