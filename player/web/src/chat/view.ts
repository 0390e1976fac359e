/**
 * The list of messages: only so many stand in the document, the last ones, however fast they come. Whoever scrolls up
 * keeps what they read under their eyes, and is told what is new.
 */
import { make, pageZone, setText } from "../document";
import { wallClock } from "../time";
import type { Words } from "../words";
import type { Message } from "./protocol";

/** Messages in the document: of four or five elements each. */
export const SHOWN = 24;
/** How many more "earlier" brings. */
const MORE = 50;
/** Nearer to the end than this is at the end, CSS pixels. */
const NEAR_PX = 40;

export class View {
  readonly #words: Words;
  readonly #window: HTMLElement;
  readonly #list: HTMLElement;
  readonly #earlier: HTMLButtonElement;
  readonly #newest: HTMLButtonElement;
  readonly #reply: ((message: Message) => void) | undefined;
  readonly #answered: (id: string) => Message | undefined;
  #all: readonly Message[] = [];
  #room = SHOWN;
  #following = true;
  #drawing = false;

  constructor(words: Words, window: HTMLElement, list: HTMLElement, answered: (id: string) => Message | undefined, reply?: (message: Message) => void) {
    [this.#words, this.#window, this.#list, this.#answered, this.#reply] = [words, window, list, answered, reply];
    this.#earlier = make("button", { type: "button", class: "quiet chat-earlier", hidden: true, click: () => this.#showEarlier() }, words.say("earlier"));
    this.#newest = make("button", { type: "button", class: "button small chat-newest", hidden: true, click: () => this.toNewest() }, words.say("newest"));
    list.before(this.#earlier);
    window.after(this.#newest);
    window.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Whether the last message is in view. */
  get following(): boolean {
    return this.#following;
  }

  show(all: readonly Message[]): void {
    this.#all = all;
    if (this.#drawing) return;
    this.#drawing = true;
    // Once a frame, however many come.
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  /** Writes every row anew: those of the server's page do less. */
  renew(): void {
    this.#list.replaceChildren();
  }

  toNewest(): void {
    this.#following = true;
    this.#room = SHOWN;
    this.#draw();
  }

  #draw(): void {
    const first = this.#list.firstElementChild as HTMLElement | null;
    let shown = this.#all.slice(-this.#room);
    if (!this.#following && first) {
      // What is being read stays: the list grows at its end alone.
      const from = this.#all.findIndex((each) => each.id === first.dataset["message"]);
      if (from >= 0) shown = this.#all.slice(from);
    }
    this.#reconcile(shown);
    this.#earlier.hidden = shown.length >= this.#all.length;
    this.#newest.hidden = this.#following;
    if (this.#following) this.#window.scrollTop = this.#window.scrollHeight;
  }

  #reconcile(shown: readonly Message[]): void {
    const wanted = new Set(shown.map((each) => each.id));
    for (const row of [...this.#list.children] as HTMLElement[]) {
      if (!wanted.has(row.dataset["message"] ?? "")) row.remove();
    }
    let row = this.#list.firstElementChild as HTMLElement | null;
    for (const message of shown) {
      if (row?.dataset["message"] === message.id) {
        row = row.nextElementSibling as HTMLElement | null;
      } else {
        this.#list.insertBefore(this.#row(message), row);
      }
    }
  }

  #row(message: Message): HTMLElement {
    const answered = message.reply === undefined ? undefined : this.#answered(message.reply);
    const row = make("li", { class: "chat-message", "data-message": message.id, "data-at-ms": message.at_ms });
    if (answered) row.append(make("p", { class: "chat-answered" }, `↪ ${answered.name}: ${answered.text}`));
    row.append(make("b", { class: "chat-name" }, message.name), " ");
    if (message.badge) row.append(make("span", { class: "chat-badge" }, this.#words.say(`badge-${message.badge}`)), " ");
    row.append(this.#time(message.at_ms), " ");
    row.append(make("span", { class: "chat-text" }, message.text));
    if (this.#reply) {
      const label = this.#words.say("reply-to", { value: `${message.name}, ${message.text.slice(0, 60)}` });
      row.append(" ", make("button", { type: "button", class: "quiet chat-reply", "aria-label": label, click: () => this.#reply?.(message) }, this.#words.say("reply")));
    }
    return row;
  }

  /** A link to the moment at which it was sent, where there is something to play. */
  #time(atMs: number): HTMLElement {
    const given = { class: "chat-time", datetime: new Date(atMs).toISOString() };
    const began = Number(document.querySelector<HTMLElement>("meeting-player")?.dataset["beganMs"]);
    const time = wallClock(atMs, pageZone(), false);
    if (!(began > 0)) return make("time", given, time);
    const seconds = Math.max(0, Math.floor((atMs - began) / 1000));
    return make("a", { class: "chat-time", href: `?t=${seconds}`, "data-at-ms": atMs }, time);
  }

  #showEarlier(): void {
    const before = this.#window.scrollHeight - this.#window.scrollTop;
    this.#following = false;
    this.#room = this.#list.childElementCount + MORE;
    this.#reconcile(this.#all.slice(-this.#room));
    this.#earlier.hidden = this.#room >= this.#all.length;
    this.#newest.hidden = false;
    this.#window.scrollTop = this.#window.scrollHeight - before;
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#window;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (atEnd === this.#following) return;
    this.#following = atEnd;
    if (atEnd) this.#room = SHOWN;
    this.#newest.hidden = atEnd;
    if (atEnd) this.show(this.#all);
  }
}

/** Tells a screen reader of new messages in batches, as its user wants. */
export class Announcer {
  readonly #words: Words;
  readonly #slot: Element;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  what: "off" | "mentions" | "all";

  constructor(words: Words, slot: Element, what: "off" | "mentions" | "all") {
    [this.#words, this.#slot, this.what] = [words, slot, what];
  }

  /** A message has come; `mine`: it answers one of this person's. */
  came(message: Message, mine: boolean): void {
    if (mine && this.what !== "off") return setText(this.#slot, this.#words.say("mentioned", { value: `${message.name}. ${message.text}` }));
    if (this.what !== "all") return;
    this.#count += 1;
    this.#timer ??= setTimeout(() => {
      setText(this.#slot, this.#count === 1 ? this.#words.say("new-one") : this.#words.say("new", { value: this.#count }));
      this.#count = 0;
      this.#timer = undefined;
    }, 8000);
  }

  say(text: string): void {
    setText(this.#slot, text);
  }
}
