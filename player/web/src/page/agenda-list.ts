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
  /** The vote that goes on. */
  vote: VoteState | null;
  /** How many members are there, once that was noted. */
  presence: { present: number; members: number; needed: number } | null;
}

/** A vote as it comes in. */
export interface VoteState {
  id: string;
  item: string;
  /** A letter for each ballot of a roll call, in the order of the list: y, n, b, a, or a dot for who is still to vote. */
  ballots: string;
  yes: number;
  no: number;
  abstain: number;
  absent: number;
  waiting: number;
}

/** What each letter of a roll call stands for: the choice's word, and its sign. */
export const CHOICES: Readonly<Record<string, readonly [string, string]>> = {
  y: ["yes", "✓"],
  n: ["no", "✕"],
  b: ["abstain", "○"],
  a: ["absent", "–"],
  ".": ["waiting", "…"],
};

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
  #due = false;
  #state: AgendaState | undefined;
  #voting: string | undefined;

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
      if (!this.#due) setTimeout(() => void this.#renew(), Math.random() * SPREAD_MS);
      this.#due = true;
    }
    this.#state = state;
    this.#mark(state);
  }

  async #renew(): Promise<void> {
    this.#due = false;
    try {
      const response = await fetch(`/meetings/${encodeURIComponent(this.dataset["meeting"] ?? "")}/agenda`);
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const [part, old] = [page.querySelector(".agenda-part"), this.querySelector(".agenda-part")];
      if (part && old) {
        // What a reader has opened stays open.
        const open = [...old.querySelectorAll<HTMLElement>("details[open][data-key]")].map((each) => each.dataset["key"]);
        for (const each of part.querySelectorAll<HTMLDetailsElement>("details[data-key]")) each.open ||= open.includes(each.dataset["key"]);
        old.replaceWith(part);
      }
      if (this.#state) this.#mark(this.#state);
    } catch {
      this.#asked = undefined;
    }
  }

  #mark({ now, moments, speaker, speeches, vote, presence }: AgendaState): void {
    for (const item of this.querySelectorAll<HTMLElement>("[data-item]")) {
      const id = item.dataset["item"] ?? "";
      const is = id === now && this.#inSession;
      if (is && !item.classList.contains("agenda-now")) this.#announce(item, "now");
      item.classList.toggle("agenda-now", is);
      setAttribute(item, "aria-current", is ? "true" : undefined);
      const mark = item.querySelector<HTMLElement>('[data-slot="now"]');
      if (mark) mark.hidden = !is;
      this.#showMoments(item, moments.filter((each) => each.item === id).map((each) => each.at_ms));
      this.#showSpeaker(item, is ? speaker : null);
      if (id === now) this.#showSpeeches(item, speeches);
    }
    if (vote && this.#inSession) this.#showVote(vote);
    this.#voting = vote?.id;
    if (presence) this.#showPresence(presence);
    this.#tellChapters();
  }

  #showVote(vote: VoteState): void {
    const item = this.querySelector<HTMLElement>(`[data-item="${vote.item}"]`);
    if (item && this.#voting !== vote.id) this.#announce(item, "voting");
    const box = this.querySelector<HTMLElement>(`[data-vote="${vote.id}"]`);
    if (!box) return;
    for (const name of ["yes", "no", "abstain", "absent", "waiting"] as const) setText(box.querySelector(`[data-slot="${name}"]`), String(vote[name]));
    [...box.querySelectorAll<HTMLElement>("[data-ballot]")].forEach((ballot, index) => {
      const [name, sign] = CHOICES[vote.ballots[index] ?? "."] ?? ["waiting", "…"];
      ballot.className = `ballot ballot-${name}`;
      setText(ballot.querySelector('[data-slot="sign"]'), sign);
      setText(ballot.querySelector('[data-slot="word"]'), this.#words.say(name));
    });
  }

  #showPresence(presence: NonNullable<AgendaState["presence"]>): void {
    const there = presence.present >= presence.needed;
    const line = this.querySelector('[data-slot="presence"]');
    line?.classList.toggle("presence-short", !there);
    setText(line, this.#words.say(there ? "quorum" : "no-quorum", presence));
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

  #announce(item: HTMLElement, key: "now" | "voting"): void {
    const line = [".agenda-number", ".agenda-title"].map((part) => item.querySelector(part)?.textContent ?? "").join(" ").trim();
    setText(this.closest("meeting-watch")?.querySelector('[data-slot="status"]'), this.#words.say(key, { value: line }));
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
