/**
 * `<member-presses data-meeting [data-vote]>`: a press for each member, who is there or how they vote in a roll call, as fast
 * as a clerk can press: it shows at once, and is sent behind those before it. Without a connection presses are kept with their
 * times. In a roll call 1, 2, 3 and 0 are for, against, blank and absent, and go on to the next member; the arrows walk.
 */
import { define, setText } from "../document";
import { CHOICES, type AgendaState } from "../page/agenda-list";
import { Words } from "../words";
import { PressQueue } from "./press-queue";

/** How often a press that waits is tried again. */
const AGAIN_MS = 2000;
/** The keys of a roll call. */
const KEYS: Readonly<Record<string, string>> = { 1: "yes", 2: "no", 3: "abstain", 0: "absent" };

export class MemberPresses extends HTMLElement {
  #words = new Words();
  #stops = new AbortController();
  #queue!: PressQueue;
  #sending = false;
  #waited = false;

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.#queue = new PressQueue(localStorage, `bema-${this.#vote ? "ballots" : "presence"}-${this.dataset["meeting"] ?? ""}`);
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("meeting-agenda", (event) => this.#told((event as CustomEvent<AgendaState>).detail), { signal });
    window.addEventListener("online", () => void this.#flush(), { signal });
    const timer = setInterval(() => void this.#flush(), AGAIN_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.#settleStops();
    void this.#flush();
  }

  disconnectedCallback(): void {
    this.#stops.abort();
  }

  get #vote(): string | undefined {
    return this.dataset["vote"];
  }

  get #rows(): HTMLFormElement[] {
    return [...this.querySelectorAll<HTMLFormElement>('form[data-press="ballot"]')];
  }

  #submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    // The desk around waits for each answer; these do not.
    event.stopPropagation();
    const data = new FormData(form, event.submitter);
    const body = new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
    this.#show(form, body);
    this.#queue.push({ action: form.action, body: body.toString(), atMs: Date.now() });
    void this.#flush();
  }

  /** What a press makes of the page, before the server has answered. */
  #show(form: HTMLFormElement, body: URLSearchParams): void {
    const press = form.dataset["press"];
    if (press === "ballot") this.#mark(form, body.get("choice") ?? "");
    if (press === "rest") for (const row of this.#rows) if (row.dataset["choice"] === "waiting") this.#mark(row, body.get("choice") ?? "");
    if (press === "presence") this.#seat(form, body.get("presence") === "present");
    if (press === "presence-all") for (const each of this.querySelectorAll<HTMLFormElement>('form[data-press="presence"]')) this.#seat(each, true);
    this.#count();
  }

  #seat(form: HTMLFormElement, there: boolean): void {
    form.querySelector("button")?.setAttribute("aria-pressed", String(there));
    const field = form.querySelector<HTMLInputElement>('input[name="presence"]');
    if (field) field.value = there ? "absent" : "present";
  }

  #mark(form: HTMLFormElement, choice: string): void {
    form.dataset["choice"] = choice;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === choice));
    this.#settleStops();
  }

  /** One stop of the Tab key for each member. */
  #settleStops(): void {
    for (const row of this.#rows) {
      const buttons = [...row.querySelectorAll("button")];
      const here = buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0];
      for (const button of buttons) button.tabIndex = button === here ? 0 : -1;
    }
  }

  #count(): void {
    if (!this.#vote) return;
    const rows = this.#rows;
    for (const [name] of Object.values(CHOICES)) {
      setText(this.querySelector(`[data-slot="${name}"]`), String(rows.filter((row) => row.dataset["choice"] === name).length));
    }
  }

  #key(event: KeyboardEvent): void {
    if (!this.#vote || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).closest("input, textarea, select")) return;
    const rows = this.#rows;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const choice = KEYS[event.key];
    if (choice !== undefined && !event.repeat) {
      // Without the focus on a member it is the first who has not voted.
      const here = at >= 0 ? at : rows.findIndex((row) => row.dataset["choice"] === "waiting");
      const row = rows[here];
      const button = row?.querySelector<HTMLButtonElement>(`button[value="${choice}"]`);
      if (!row || !button) return;
      event.preventDefault();
      row.requestSubmit(button);
      this.#focus(rows.slice(here + 1).find((next) => next.dataset["choice"] === "waiting") ?? rows[here + 1] ?? row);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && at >= 0) {
      event.preventDefault();
      this.#focus(rows[at + step]);
    }
    const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const row = rows[at];
    if (along !== undefined && row) {
      const buttons = [...row.querySelectorAll("button")];
      event.preventDefault();
      buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + along]?.focus();
    }
  }

  #focus(row: HTMLFormElement | undefined): void {
    row?.querySelector<HTMLButtonElement>('button[tabindex="0"]')?.focus();
  }

  async #flush(): Promise<void> {
    if (this.#sending || this.#queue.length === 0) return;
    this.#sending = true;
    try {
      for (let press = this.#queue.first; press && this.isConnected; press = this.#queue.first) {
        const body = new URLSearchParams(press.body);
        body.set("ago_ms", String(Math.max(0, Date.now() - press.atMs)));
        const response = await fetch(press.action, { method: "POST", body, headers: { accept: "application/json" } });
        // The server is there, and cannot: that is as being away.
        if (response.status >= 500) throw new Error(String(response.status));
        this.#queue.shift();
        if (!response.ok) return await this.#refused(response);
        if (press.action.endsWith("/close")) this.dispatchEvent(new Event("desk-stale", { bubbles: true }));
      }
      this.#say(this.#waited ? "press-sent" : "");
      this.#waited = false;
    } catch {
      this.#waited = true;
      this.#say("press-kept");
    } finally {
      this.#sending = false;
    }
  }

  /** The desk says what is wrong, and how it stands. */
  async #refused(response: Response): Promise<void> {
    const { key } = (await response.json().catch(() => ({}))) as { key?: string };
    location.assign(location.pathname + (key ? `?error=${encodeURIComponent(key)}` : ""));
  }

  /** What another clerk has pressed; one's own presses count until they have arrived. */
  #told({ vote, presence }: AgendaState): void {
    const idle = this.#queue.length === 0 && !this.#sending;
    if (idle && vote && vote.id === this.#vote) {
      this.#rows.forEach((row, index) => this.#mark(row, CHOICES[vote.ballots[index] ?? "."]?.[0] ?? "waiting"));
      this.#count();
    }
    if (presence && !this.#vote) {
      const there = presence.present >= presence.needed;
      const line = this.closest("section")?.querySelector('[data-slot="presence"]');
      line?.classList.toggle("presence-short", !there);
      setText(line, this.#words.say(there ? "quorum" : "no-quorum", presence));
    }
  }

  #say(key: string): void {
    setText(this.querySelector('[data-slot="said"]'), key === "" ? "" : this.#words.say(key, { value: this.#queue.length }));
  }
}

define("member-presses", MemberPresses);
