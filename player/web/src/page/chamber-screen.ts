/**
 * `<chamber-screen data-meeting>`: the hall's screen, kept true: whatever the clerk presses, what it shows is taken anew from
 * the server. It is one screen, so it need not spare the server.
 */
import { define } from "../document";

/** Presses that come together are shown together. */
const GATHER_MS = 100;
/** After a failure it is tried again later. */
const AGAIN_MS = 2000;

export class ChamberScreen extends HTMLElement {
  #stops = new AbortController();
  #due: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.#stops = new AbortController();
    document.addEventListener("meeting-agenda", () => this.#later(GATHER_MS), { signal: this.#stops.signal });
  }

  disconnectedCallback(): void {
    this.#stops.abort();
    clearTimeout(this.#due);
  }

  #later(ms: number): void {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => void this.#renew(), ms);
  }

  async #renew(): Promise<void> {
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!response.ok) return this.#later(AGAIN_MS);
      const answer = await response.text();
      // Without its head, whose style sheet has a nonce of its own.
      const page = new DOMParser().parseFromString(answer.slice(Math.max(0, answer.indexOf("<body"))), "text/html");
      const shown = page.querySelector('[data-slot="chamber"]');
      if (shown) this.querySelector('[data-slot="chamber"]')?.replaceWith(shown);
    } catch {
      this.#later(AGAIN_MS);
    }
  }
}

define("chamber-screen", ChamberScreen);
