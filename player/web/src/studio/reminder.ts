/** When the clerk is reminded that the doors are closed, and until when that makes no sound. Pure. */

/** How many reminders have become due after so long: one each `everyMs`. */
export function due(elapsedMs: number, everyMs: number): number {
  return everyMs > 0 && elapsedMs > 0 ? Math.floor(elapsedMs / everyMs) : 0;
}

/** How the doors stand, by what the server says of the meeting: its stage, and its recording's state. */
export function standOf(stage: string, state: string | null): "open" | "opening" | "closed" {
  if (stage === "in_camera" || state === "in_camera") return "closed";
  return state === "opening" ? "opening" : "open";
}

/** A mute that ends by itself; kept over a reload of the page. */
export class Mute {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #key: string;
  #untilMs = 0;

  constructor(storage: Pick<Storage, "getItem" | "setItem">, key: string) {
    this.#storage = storage;
    this.#key = key;
    try {
      this.#untilMs = Number(storage.getItem(key)) || 0;
    } catch {
      // Where the device keeps nothing, the page still does.
    }
  }

  /** Until when, milliseconds UTC; 0 where it makes a sound. */
  untilMs(nowMs: number): number {
    return this.#untilMs > nowMs ? this.#untilMs : 0;
  }

  until(atMs: number): void {
    this.#untilMs = atMs;
    try {
      this.#storage.setItem(this.#key, String(atMs));
    } catch {
      // As above.
    }
  }
}
