/** Presses that could not be sent yet, in their order; kept over a reload of the page. */

export interface Press {
  /** Where it is sent to. */
  action: string;
  /** What is sent, as a form's body. */
  body: string;
  /** When it was made, by this device's clock: milliseconds. */
  atMs: number;
}

/** What a desk keeps at most: more than anybody presses in an evening. */
const PRESSES_MAX = 500;

export class PressQueue {
  #presses: Press[];
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #key: string;

  constructor(storage: Pick<Storage, "getItem" | "setItem">, key: string) {
    this.#storage = storage;
    this.#key = key;
    this.#presses = this.#read();
  }

  get length(): number {
    return this.#presses.length;
  }

  get first(): Press | undefined {
    return this.#presses[0];
  }

  push(press: Press): void {
    if (this.#presses.length < PRESSES_MAX) this.#presses.push(press);
    this.#write();
  }

  shift(): void {
    this.#presses.shift();
    this.#write();
  }

  #read(): Press[] {
    try {
      const kept: unknown = JSON.parse(this.#storage.getItem(this.#key) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isPress) : [];
    } catch {
      return [];
    }
  }

  /** Where the device keeps nothing, the page still does. */
  #write(): void {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(this.#presses));
    } catch {
      return;
    }
  }
}

function isPress(value: unknown): value is Press {
  const press = value as Partial<Press> | null;
  return typeof press?.action === "string" && typeof press.body === "string" && typeof press.atMs === "number";
}
