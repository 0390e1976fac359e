/**
 * `<source-monitor data-source data-heard-only>`: what a source sends, as it comes: numbers, a level meter, a picture every two
 * seconds, and what is wrong in words.
 */
import { define, make, pageZone, setText } from "../document";
import { wallClock } from "../time";
import { Words } from "../words";
import { barOf } from "./measures";
import { facts, faultText, IN_PICTURE, type Notation, refusedText, type SourceStatus } from "./status";

const PICTURE_EVERY_MS = 2000;
/** The server tells about five times a second; silence this long is a lost connection. */
const LOST_AFTER_MS = 8000;

export class SourceMonitor extends HTMLElement {
  #words = new Words();
  #events: EventSource | undefined;
  #pictures: ReturnType<typeof setInterval> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #connected = false;
  #meter: HTMLElement | undefined;
  #faults = "";

  connectedCallback(): void {
    this.#words = Words.of(this);
    const source = encodeURIComponent(this.dataset["source"] ?? "");
    this.#connected = this.dataset["connected"] === "true";
    this.#makeMeter();
    const events = new EventSource(`/studio/sources/${source}/events`);
    this.#events = events;
    events.addEventListener("status", (event) => this.#told(JSON.parse((event as MessageEvent<string>).data) as SourceStatus));
    events.addEventListener("error", () => this.#away());
    this.#pictures = setInterval(() => void this.#picture(source), PICTURE_EVERY_MS);
    void this.#picture(source);
  }

  disconnectedCallback(): void {
    clearInterval(this.#pictures);
    clearTimeout(this.#lost);
    this.#events?.close();
  }

  get #notation(): Notation {
    return { language: document.documentElement.lang, zone: pageZone() };
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector(`[data-slot="${name}"]`);
  }

  /** The number stays the sign; the bar beside it is for a glance. */
  #makeMeter(): void {
    const slot = this.#slot("level");
    if (!slot || this.#meter) return;
    const meter = make("span", { class: "meter", "aria-hidden": "true" }, make("span", { class: "meter-rms" }), make("span", { class: "meter-peak" }));
    const text = make("span", { "data-slot": "level" }, slot.textContent ?? "");
    slot.removeAttribute("data-slot");
    slot.classList.add("level");
    slot.replaceChildren(meter, text);
    this.#meter = meter;
  }

  #told(status: SourceStatus): void {
    clearTimeout(this.#lost);
    this.#lost = undefined;
    this.#connected = status.connection !== null;
    this.dataset["connected"] = String(this.#connected);
    document.dispatchEvent(new CustomEvent("source-connected", { detail: { source: this.dataset["source"], connected: this.#connected } }));
    const texts = facts(this.#words, this.#notation, status);
    for (const [name, text] of Object.entries(texts)) setText(this.#slot(name), text);
    setText(this.#slot("refused"), refusedText(this.#words, this.#notation, status.refused));
    const heardOnly = this.dataset["heardOnly"] !== undefined;
    const faults = status.faults.filter((fault) => !(heardOnly && IN_PICTURE.has(fault.fault)));
    this.#showFaults(faults.map((fault) => faultText(this.#words, this.#notation, fault)));
    this.#meter?.style.setProperty("--peak", String(barOf(status.health?.audio_peak_db)));
    this.#meter?.style.setProperty("--rms", String(barOf(status.health?.audio_rms_db)));
  }

  /** The list is a status region: it changes only where a fault comes or goes, not with every measurement. */
  #showFaults(texts: string[]): void {
    const list = this.#slot("faults");
    const all = texts.length > 0 ? texts : this.#connected ? [this.#words.say("healthy")] : [];
    const key = all.join("\n");
    if (!list || key === this.#faults) return;
    this.#faults = key;
    const name = texts.length > 0 ? "fault" : "healthy";
    list.replaceChildren(...all.map((text) => make("li", { class: name }, text)));
  }

  #away(): void {
    this.#lost ??= setTimeout(() => this.#showFaults([this.#words.say("lost")]), LOST_AFTER_MS);
    if (this.#events?.readyState === EventSource.CLOSED) {
      setTimeout(() => this.isConnected && (this.disconnectedCallback(), this.connectedCallback()), 4000);
    }
  }

  /** A picture replaces the one before only once it is there, so that nothing flickers. */
  async #picture(source: string): Promise<void> {
    const slot = this.#slot("thumbnail");
    if (!slot || document.hidden || !this.#connected) return;
    try {
      const response = await fetch(`/studio/sources/${source}/thumbnail.jpg`, { cache: "no-store" });
      if (!response.ok) return;
      const url = URL.createObjectURL(await response.blob());
      const picture = make("img", { src: url, width: 320, height: 180 });
      picture.alt = this.#words.say("thumbnail", { time: wallClock(Date.now(), pageZone()) });
      await picture.decode();
      const before = slot.querySelector("img")?.src ?? "";
      slot.replaceChildren(picture);
      if (before.startsWith("blob:")) URL.revokeObjectURL(before);
    } catch {
      // The last picture stands; the words beside it say how the source is.
    }
  }
}

define("source-monitor", SourceMonitor);
