/** `<count-down data-at-ms>`: what is left until an instant, in the words of the page. */
import { define, setText } from "../document";
import { remaining } from "../time";
import { Words } from "../words";

export class CountDown extends HTMLElement {
  #timer: ReturnType<typeof setInterval> | undefined;

  connectedCallback(): void {
    const words = Words.of(this);
    const at = Number(this.dataset["atMs"]);
    if (!Number.isFinite(at) || !words.has("soon")) return;
    // A text that changes each second is not read out; it is there to be looked at.
    const slot = this.querySelector('[data-slot="count"]') ?? this;
    const tick = () => {
      const left = remaining(at - Date.now());
      const key = left.days > 0 ? "days" : left.hours > 0 ? "hours" : left.minutes + left.seconds > 0 ? "minutes" : "soon";
      setText(slot, words.say(key, { ...left }));
    };
    tick();
    this.#timer = setInterval(tick, 1000);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }
}

define("count-down", CountDown);
