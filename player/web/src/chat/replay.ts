/** The chat of a past meeting in time with its recording: fetched by stretches, shown up to the moment that plays. */
import type { Message } from "./protocol";

/** The length of a stretch, milliseconds. */
const STRETCH_MS = 300_000;
/** How far back messages stay in view, milliseconds. */
const BACK_MS = 900_000;

export class Replay {
  readonly #meeting: string;
  readonly #show: (messages: readonly Message[]) => void;
  readonly #stretches = new Map<number, Message[] | "asked">();
  #wallMs = 0;
  #shown = "";

  constructor(meeting: string, show: (messages: readonly Message[]) => void) {
    [this.#meeting, this.#show] = [meeting, show];
  }

  /** The player is at this instant of the wall clock. */
  at(wallMs: number): void {
    this.#wallMs = wallMs;
    const first = Math.floor((wallMs - BACK_MS) / STRETCH_MS);
    for (let stretch = first; stretch <= Math.floor(wallMs / STRETCH_MS) + 1; stretch += 1) void this.#fetch(stretch);
    this.#draw();
  }

  async #fetch(stretch: number): Promise<void> {
    if (this.#stretches.has(stretch)) return;
    this.#stretches.set(stretch, "asked");
    try {
      const [from, until] = [stretch * STRETCH_MS, (stretch + 1) * STRETCH_MS];
      const response = await fetch(`/meetings/${encodeURIComponent(this.#meeting)}/chat.json?from_ms=${from}&until_ms=${until}`);
      if (!response.ok) throw new Error(String(response.status));
      this.#stretches.set(stretch, (await response.json()) as Message[]);
      this.#draw();
    } catch {
      // Asked again when the player comes by.
      setTimeout(() => this.#stretches.delete(stretch), 5000);
    }
  }

  #draw(): void {
    const from = this.#wallMs - BACK_MS;
    const known = [...this.#stretches].sort(([a], [b]) => a - b).flatMap(([, messages]) => (messages === "asked" ? [] : messages));
    const said = known.filter((each) => each.at_ms <= this.#wallMs && each.at_ms >= from);
    const shown = said.map((each) => each.id).join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#show(said);
  }
}
