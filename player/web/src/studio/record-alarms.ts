/** `<record-alarms>`: what is wrong with the disks under the meeting's recording, said at once and as long as it stands. */
import { define, make } from "../document";
import { Words } from "../words";

const EVERY_MS = 3_000;

/** As the server tells it (`vod_store::Alarm`). */
interface Alarm {
  alarm: keyof typeof KEYS;
  folder?: string;
  what?: string;
  parts?: number;
  minutes?: number;
}

/** The words for each. */
const KEYS = {
  slow: "slow",
  disk_refused: "refused",
  failover: "failover",
  lost: "lost",
  little_room: "little-room",
} as const;

export class RecordAlarms extends HTMLElement {
  #timer: ReturnType<typeof setInterval> | undefined;
  #told = "";

  connectedCallback(): void {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const address = `/studio/meetings/${this.dataset["meeting"]}/alarms.json`;
      const response = await fetch(address, { headers: { accept: "application/json" } });
      if (response.ok) this.#tell((await response.json()) as Alarm[]);
    } catch {
      // While the server is away the page says so in another place; what was told stands.
    }
  }

  #tell(alarms: Alarm[]): void {
    // A screen reader is told what is new, not every three seconds the same.
    const text = JSON.stringify(alarms.map(({ alarm, folder, parts, minutes }) => [alarm, folder, parts, minutes]));
    if (text === this.#told) return;
    this.#told = text;
    const words = Words.of(this);
    const lines = alarms.map(({ alarm, folder = "", what = "", parts = 0, minutes = 0 }) => {
      const line = make("li");
      line.textContent = words.say(KEYS[alarm], { folder, what, parts, minutes });
      return line;
    });
    this.querySelector('[data-slot="alarms"]')?.replaceChildren(...lines);
    this.classList.toggle("standing", lines.length > 0);
  }
}

define("record-alarms", RecordAlarms);
