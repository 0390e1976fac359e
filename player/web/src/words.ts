/**
 * The words that a page gives to an element: a `<script type="application/json" class="words">` inside it.
 * No sentence is written in TypeScript, so that the catalogues are the only place where one is.
 */

/** Replaces `{name}` by the value of that name; a name without a value stays as it is. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** An element's words. */
export class Words {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: Record<string, unknown> = {}) {
    this.#texts = new Map(
      Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  }

  /** Reads the words out of an element; none where the script is missing or is no JSON object. */
  static of(element: Element): Words {
    const script = element.querySelector(":scope > script.words");
    try {
      const parsed: unknown = JSON.parse(script?.textContent ?? "{}");
      return new Words(parsed !== null && typeof parsed === "object" ? (parsed as Record<string, unknown>) : {});
    } catch {
      return new Words();
    }
  }

  /** Whether there is a text for the key. */
  has(key: string): boolean {
    return this.#texts.has(key);
  }

  /** The text for the key, filled; the key itself where the page gave none, so that the lack shows. */
  say(key: string, values?: Record<string, string | number>): string {
    return fill(this.#texts.get(key) ?? key, values);
  }
}
