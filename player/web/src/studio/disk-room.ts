/** `<disk-room>`: how much room the disk has left, in bytes and in hours of meeting. */
import { define, setText } from "../document";
import { Words } from "../words";
import { bytes } from "./measures";

const EVERY_MS = 30_000;
/** Less than this is said loudly: a long meeting might not fit. */
const LOW_HOURS = 8;

export class DiskRoom extends HTMLElement {
  #timer: ReturnType<typeof setInterval> | undefined;

  connectedCallback(): void {
    void this.#measure();
    this.#timer = setInterval(() => void this.#measure(), EVERY_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    const words = Words.of(this);
    const room = this.querySelector('[data-slot="room"]');
    const hours = this.querySelector('[data-slot="hours"]');
    try {
      const response = await fetch("/studio/disk.json", { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      const disk = (await response.json()) as { room_left_bytes: number | null; meeting_hours_left: number | null };
      if (disk.room_left_bytes === null) throw new Error("not measured");
      setText(room, words.say("room", { value: bytes(disk.room_left_bytes, document.documentElement.lang) }));
      const left = disk.meeting_hours_left;
      const low = left !== null && left < LOW_HOURS;
      this.classList.toggle("low", low);
      const text = left === null ? "" : words.say("hours", { hours: Math.floor(left) });
      setText(hours, low ? `${text}. ${words.say("low")}` : text);
    } catch {
      setText(room, words.say("unknown"));
      setText(hours, "");
    }
  }
}

define("disk-room", DiskRoom);
