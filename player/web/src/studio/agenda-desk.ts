/**
 * `<agenda-desk data-meeting>`: the clerk's desk without waiting for pages. A press goes to the server and the desk is
 * replaced by its answer, in place. Without a connection a press is kept, with its time, and sent when there is one.
 * N takes up the next item, U takes the last press back, V opens a vote.
 */
import { define, setText } from "../document";
import type { AgendaState } from "../page/agenda-list";
import { Words } from "../words";
import { PressQueue } from "./press-queue";

/** How often a press that waits is tried again. */
const AGAIN_MS = 2000;

/** What each key presses, on a Greek layout too. */
const KEYS: Readonly<Record<string, string>> = {
  n: "next",
  ν: "next",
  u: "undo",
  θ: "undo",
  v: "vote",
  ω: "vote",
  r: "rest",
  ρ: "rest",
  c: "close",
  ψ: "close",
  p: "presence-all",
  π: "presence-all",
};

export class AgendaDesk extends HTMLElement {
  #words = new Words();
  #stops = new AbortController();
  #queue!: PressQueue;
  #sending = false;
  #seen: string | undefined;
  #stale = false;

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.#queue = new PressQueue(localStorage, `bema-presses-${this.dataset["meeting"] ?? ""}`);
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.addEventListener("desk-stale", () => void this.#renew(true), { signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("meeting-agenda", (event) => this.#told((event as CustomEvent<AgendaState>).detail), { signal });
    window.addEventListener("online", () => void this.#flush(), { signal });
    this.addEventListener("focusout", () => setTimeout(() => this.#stale && void this.#renew()), { signal });
    const timer = setInterval(() => void this.#flush(), AGAIN_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    void this.#flush();
  }

  disconnectedCallback(): void {
    this.#stops.abort();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if ((event.target as Element).closest("input, textarea, select")) return;
    const press = KEYS[event.key.toLowerCase()];
    const form = press && this.querySelector<HTMLFormElement>(`form[data-press="${press}"]:has([aria-keyshortcuts])`);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  }

  #submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    void this.#press(form, new FormData(form, event.submitter));
  }

  async #press(form: HTMLFormElement, data: FormData): Promise<void> {
    if (this.#sending) return;
    const body = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
    // Whatever is pressed behind what waits must wait too, or it would overtake it.
    const holds = form.dataset["press"] === "next" || form.dataset["press"] === "jump";
    if (holds && this.#queue.length > 0) return this.#hold(form, body);
    this.#sending = true;
    try {
      this.#show(await this.#post(form.action, body), form);
    } catch {
      if (holds) this.#hold(form, body);
      else this.#say("failed");
    } finally {
      this.#sending = false;
    }
  }

  async #post(action: string, body: URLSearchParams): Promise<string> {
    const response = await fetch(action, { method: "POST", body, headers: { accept: "text/html" } });
    // The server is there, and cannot: that is as being away.
    if (response.status >= 500) throw new Error(String(response.status));
    if (response.redirected) history.replaceState(null, "", new URL(response.url).pathname);
    return response.text();
  }

  /** Keeps the press, and shows where the meeting is then. */
  #hold(form: HTMLFormElement, body: URLSearchParams): void {
    const item = body.get("item") ?? "";
    // What was the current moment is not known before the presses ahead of it have arrived.
    body.delete("after");
    this.#queue.push({ action: form.action, body: body.toString(), atMs: Date.now() });
    const rows = [...this.querySelectorAll<HTMLElement>(".desk-items [data-item]")];
    const at = rows.findIndex((row) => row.dataset["item"] === item);
    const line = (row: HTMLElement) => [".agenda-number", ".agenda-title"].map((part) => row.querySelector(part)?.textContent ?? "").join(" ").trim();
    rows.forEach((row, index) => row.classList.toggle("agenda-now", index === at));
    const here = rows[at];
    if (here) setText(this.querySelector('[data-slot="current"]'), line(here));
    const next = rows.slice(at + 1).find((row) => !row.classList.contains("agenda-withdrawn"));
    const press = this.querySelector<HTMLFormElement>('form[data-press="next"]');
    const field = press?.querySelector<HTMLInputElement>('input[name="item"]');
    if (press) press.hidden = next === undefined;
    if (next && field) field.value = next.dataset["item"] ?? "";
    if (next) setText(this.querySelector('[data-slot="next"]'), line(next));
    this.#say("waiting");
  }

  async #flush(): Promise<void> {
    if (this.#sending || this.#queue.length === 0) return;
    this.#sending = true;
    try {
      for (let press = this.#queue.first; press; press = this.#queue.first) {
        const body = new URLSearchParams(press.body);
        body.set("ago_ms", String(Math.max(0, Date.now() - press.atMs)));
        const page = await this.#post(press.action, body);
        this.#queue.shift();
        this.#show(page);
      }
      this.#say("sent");
    } catch {
      this.#say("waiting");
    } finally {
      this.#sending = false;
    }
  }

  /** Another clerk's press: the desk is taken anew, but not from under what somebody is typing. */
  #told(state: AgendaState): void {
    // What comes in of a roll call, and how many are there, the presses by member show themselves.
    const news = JSON.stringify({ ...state, vote: state.vote?.id, presence: undefined });
    const known = this.#seen === undefined || this.#seen === news;
    this.#seen = news;
    if (known || this.#sending || this.#queue.length > 0) return;
    if (this.#typing) {
      this.#stale = true;
      this.#say("changed");
    } else if (this.querySelector("member-presses:focus-within")) {
      this.#stale = true;
    } else {
      void this.#renew();
    }
  }

  get #typing(): boolean {
    const forms = ".desk-edit[open], .desk-moment[open], .desk-mend-vote[open], .desk-decision[open]";
    return this.querySelector(`${forms}, textarea:focus, :is(.desk-speak, .vote-count) :is(input, select):focus`) !== null;
  }

  /** Takes the desk anew; `now` also from under whoever presses for members. */
  async #renew(now = false): Promise<void> {
    if (this.#typing || (!now && this.querySelector("member-presses:focus-within"))) return;
    this.#stale = false;
    try {
      const response = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (response.ok) this.#show(await response.text());
    } catch {
      this.#stale = true;
    }
  }

  /** Puts the answer's desk in the place of this one; the focus stays where it was, or goes to what was refused. */
  #show(answer: string, pressed?: HTMLFormElement): void {
    // Without its head, whose style sheet has a nonce of its own.
    const body = answer.slice(Math.max(0, answer.indexOf("<body")));
    const page = new DOMParser().parseFromString(body, "text/html");
    const desk = page.querySelector('agenda-desk [data-slot="desk"]');
    // Logged out meanwhile, or the meeting is gone: the server says so on a page of its own.
    if (!desk) return location.reload();
    const focused = pressed?.dataset["press"];
    const open = [...this.querySelectorAll<HTMLElement>(".desk-presence details[open][data-key]")].map((each) => each.dataset["key"]);
    for (const each of desk.querySelectorAll<HTMLDetailsElement>(".desk-presence details[data-key]")) each.open ||= open.includes(each.dataset["key"]);
    this.querySelector('[data-slot="desk"]')?.replaceWith(desk);
    const refused = desk.querySelector<HTMLElement>(".error-summary");
    const again = focused && desk.querySelector<HTMLElement>(`form[data-press="${focused}"] button`);
    if (refused) refused.focus();
    else if (again && focused !== "jump") again.focus({ preventScroll: true });
  }

  #say(key: string): void {
    const value = this.#queue.length;
    setText(this.querySelector('[data-slot="status"]'), this.#words.say(key, { value }));
  }
}

define("agenda-desk", AgendaDesk);
