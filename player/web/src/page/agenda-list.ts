/**
 * `<agenda-list data-meeting>`: keeps the agenda of an open page true: where the meeting is, and since when, as the event
 * `meeting-agenda` tells; the list itself is taken anew from the server when it has changed. A moment's link moves the
 * player of the page.
 */
import { define, make, pageZone, setAttribute, setText } from "../document";
import { wallClock } from "../time";
import { Words } from "../words";

/** What the server says of the agenda. */
export interface AgendaState {
  /** A name for the list as it is. */
  outline: string;
  now: string | null;
  moments: { item: string; at_ms: number }[];
  /** Who has the floor. */
  speaker: string | null;
  /** The speeches of the current item. */
  speeches: { at_ms: number; line: string }[];
}

/** Where an item begins, for the player's bar. */
export interface Chapter {
  atMs: number;
  title: string;
}

/** Pages that are open take a new list spread over so long, so that they do not all ask at once. */
const SPREAD_MS = 1000;

export class AgendaList extends HTMLElement {
  #words = new Words();
  #stops = new AbortController();
  #asked: string | undefined;

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const signal = this.#stops.signal;
    document.addEventListener("meeting-agenda", (event) => this.#changed((event as CustomEvent<AgendaState>).detail), { signal });
    document.addEventListener("meeting-chapters-wanted", () => this.#tellChapters(), { signal });
    this.addEventListener("click", (event) => this.#go(event), { signal });
    this.#tellChapters();
  }

  disconnectedCallback(): void {
    this.#stops.abort();
  }

  #changed(state: AgendaState): void {
    const shown = this.querySelector<HTMLElement>("[data-outline]")?.dataset["outline"];
    if (state.outline !== shown && this.#asked !== state.outline) {
      // Asked for once: a list that differs for ever is not asked for for ever.
      this.#asked = state.outline;
      setTimeout(() => void this.#renew(state), Math.random() * SPREAD_MS);
    }
    this.#mark(state);
  }

  async #renew(state: AgendaState): Promise<void> {
    try {
      const response = await fetch(`/meetings/${encodeURIComponent(this.dataset["meeting"] ?? "")}/agenda`);
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const list = page.querySelector(".agenda-items");
      const old = this.querySelector(".agenda-items, .empty");
      if (list && old) old.replaceWith(list);
      this.#mark(state);
    } catch {
      this.#asked = undefined;
    }
  }

  #mark({ now, moments, speaker, speeches }: AgendaState): void {
    for (const item of this.querySelectorAll<HTMLElement>("[data-item]")) {
      const id = item.dataset["item"] ?? "";
      const is = id === now && this.#inSession;
      if (is && !item.classList.contains("agenda-now")) this.#announce(item);
      item.classList.toggle("agenda-now", is);
      setAttribute(item, "aria-current", is ? "true" : undefined);
      const mark = item.querySelector<HTMLElement>('[data-slot="now"]');
      if (mark) mark.hidden = !is;
      this.#showMoments(item, moments.filter((each) => each.item === id).map((each) => each.at_ms));
      this.#showSpeaker(item, is ? speaker : null);
      if (id === now) this.#showSpeeches(item, speeches);
    }
    this.#tellChapters();
  }

  get #inSession(): boolean {
    return ["live", "paused", "in_camera"].includes(this.closest<HTMLElement>("meeting-watch")?.dataset["stage"] ?? "");
  }

  /** The player's beginning, which `?t=` counts from; none where there is nothing to play. */
  get #began(): number | undefined {
    const began = Number(document.querySelector<HTMLElement>("meeting-player")?.dataset["beganMs"]);
    return began > 0 ? began : undefined;
  }

  #showMoments(item: HTMLElement, times: number[]): void {
    const slot = item.querySelector('[data-slot="moments"]');
    const shown = [...(slot?.querySelectorAll<HTMLElement>("[data-at-ms]") ?? [])].map((each) => Number(each.dataset["atMs"]));
    if (!slot || shown.join() === times.join()) return;
    slot.replaceChildren(...times.flatMap((atMs) => [this.#moment(atMs), " "]));
  }

  #showSpeaker(item: HTMLElement, speaker: string | null): void {
    const line = item.querySelector<HTMLElement>(".agenda-speaker");
    if (!line) return;
    line.hidden = speaker === null;
    setText(line.querySelector('[data-slot="speaker"]'), speaker ?? "");
  }

  #showSpeeches(item: HTMLElement, speeches: AgendaState["speeches"]): void {
    const slot = item.querySelector<HTMLElement>('[data-slot="speeches"]');
    const news = JSON.stringify(speeches);
    if (!slot || slot.dataset["shown"] === news) return;
    slot.dataset["shown"] = news;
    slot.hidden = speeches.length === 0;
    slot.replaceChildren(...speeches.map((speech) => make("li", {}, ...this.#speech(speech.at_ms, speech.line))));
  }

  #speech(atMs: number, line: string): (HTMLElement | string)[] {
    const time = make("time", { datetime: new Date(atMs).toISOString() }, wallClock(atMs, pageZone(), false));
    const began = this.#began;
    if (began === undefined) return [time, ` ${line}`];
    const seconds = Math.max(0, Math.floor((atMs - began) / 1000));
    return [make("a", { href: `?t=${seconds}`, "data-at-ms": atMs }, time, ` ${line}`)];
  }

  #moment(atMs: number): HTMLElement {
    const time = make("time", { datetime: new Date(atMs).toISOString() }, wallClock(atMs, pageZone(), false));
    const began = this.#began;
    if (began === undefined) return make("span", { class: "agenda-moment", "data-at-ms": atMs }, time);
    const seconds = Math.max(0, Math.floor((atMs - began) / 1000));
    return make("a", { class: "agenda-moment", href: `?t=${seconds}`, "data-at-ms": atMs }, make("span", { "aria-hidden": "true" }, "▶"), " ", time);
  }

  #announce(item: HTMLElement): void {
    const line = [".agenda-number", ".agenda-title"].map((part) => item.querySelector(part)?.textContent ?? "").join(" ").trim();
    setText(this.closest("meeting-watch")?.querySelector('[data-slot="status"]'), this.#words.say("now", { value: line }));
  }

  #tellChapters(): void {
    const chapters: Chapter[] = [...this.querySelectorAll<HTMLElement>("[data-item]")].flatMap((item) => {
      const title = item.querySelector(".agenda-title")?.textContent ?? "";
      const number = item.querySelector(".agenda-number")?.textContent ?? "";
      const times = [...item.querySelectorAll<HTMLElement>('[data-slot="moments"] [data-at-ms]')];
      return times.map((time) => ({ atMs: Number(time.dataset["atMs"]), title: number ? `${number}. ${title}` : title }));
    });
    chapters.sort((a, b) => a.atMs - b.atMs);
    document.dispatchEvent(new CustomEvent("meeting-chapters", { detail: chapters }));
  }

  /** A plain press moves the player; any other opens the link as links open. */
  #go(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLElement>("a[data-at-ms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const go = new CustomEvent("meeting-go", { detail: Number(link.dataset["atMs"]), cancelable: true });
    // The player takes it, if there is one that plays.
    if (!document.dispatchEvent(go)) event.preventDefault();
  }
}

define("agenda-list", AgendaList);
