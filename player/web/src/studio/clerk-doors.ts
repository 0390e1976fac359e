/**
 * `<clerk-doors data-meeting data-stand>`: the press that closes the doors of a meeting, and what cannot be missed while
 * they are closed: a running clock, the tab's title, reminders in words and in sound, and whether a picture will be back.
 * A press that the server does not confirm is said loudly, and never kept to be sent later.
 */
import { define, pageZone, setText } from "../document";
import { clock, wallClock } from "../time";
import { Words } from "../words";
import { AlarmSound } from "./alarm-sound";
import { due, Mute, standOf } from "./reminder";

/** A press that is not confirmed by then has failed, as far as anybody can tell. */
const PATIENCE_MS = 5000;
/** So long after the doors were opened a picture should be back. */
const LATE_MS = 20_000;

export class ClerkDoors extends HTMLElement {
  #words = new Words();
  #stops = new AbortController();
  #sound = new AlarmSound();
  #mute!: Mute;
  #title = document.title;
  #told = 0;
  /** By the clerk's clock: when the doors were closed, or this page was loaded. */
  #sinceMs = 0;
  #connected = new Map<string, boolean>();
  #sending = false;

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.#mute = new Mute(sessionStorage, `bema-doors-${this.dataset["meeting"] ?? ""}`);
    this.#sinceMs = Date.now() - Number(this.dataset["elapsedMs"] ?? 0);
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    document.addEventListener("meeting-state", (event) => this.#moved((event as CustomEvent<{ stage: string; state: string | null }>).detail), { signal });
    if (this.#stand === "open") return;
    this.#follow(signal);
    const timer = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    if (this.#stand === "closed") this.#beginReminding(signal);
    this.#tick();
  }

  disconnectedCallback(): void {
    this.#stops.abort();
    this.#sound.end();
    document.title = this.#title;
  }

  get #stand(): string {
    return this.dataset["stand"] ?? "open";
  }

  get #elapsedMs(): number {
    return Date.now() - this.#sinceMs;
  }

  get #everyMs(): number {
    return Number(this.dataset["remindMs"] ?? 0);
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector(`[data-slot="${name}"]`);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    // The desk around keeps its own presses for later; these must not be.
    event.stopPropagation();
    void this.#press(event.target as HTMLFormElement);
  }

  async #press(form: HTMLFormElement): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    form.setAttribute("aria-busy", "true");
    setText(this.#slot("failed"), "");
    try {
      const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
      const headers = { accept: "application/json" };
      const response = await fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      // Another clerk was quicker, or the meeting has ended: the page says so, and how it stands.
      const key = response.status === 409 ? ((await response.json()) as { key: string }).key : undefined;
      if (!response.ok && key === undefined) throw new Error(String(response.status));
      location.assign(location.pathname + (key === undefined ? "" : `?error=${encodeURIComponent(key)}`));
    } catch {
      this.#sending = false;
      form.removeAttribute("aria-busy");
      setText(this.#slot("failed"), this.#words.say(form.dataset["press"] === "close" ? "not-closed" : "not-opened"));
    }
  }

  /** Whatever the page shows, what the server says counts. */
  #moved({ stage, state }: { stage: string; state: string | null }): void {
    if (this.#sending || !["live", "paused", "in_camera"].includes(stage)) return;
    if (standOf(stage, state) !== this.#stand) location.assign(location.pathname);
  }

  /** How the sources are: by the monitors on this page, or by itself where there are none. */
  #follow(signal: AbortSignal): void {
    const known = (source: string, connected: boolean) => {
      this.#connected.set(source, connected);
      this.#tellSource();
    };
    document.addEventListener("source-connected", (event) => {
      const { source, connected } = (event as CustomEvent<{ source: string; connected: boolean }>).detail;
      known(source, connected);
    }, { signal });
    if (document.querySelector("source-monitor")) return;
    for (const source of (this.dataset["sources"] ?? "").split(" ").filter((id) => id !== "")) {
      const events = new EventSource(`/studio/sources/${encodeURIComponent(source)}/events`);
      events.addEventListener("status", (event) => known(source, (JSON.parse((event as MessageEvent<string>).data) as { connection: unknown }).connection !== null));
      signal.addEventListener("abort", () => events.close());
    }
  }

  #tellSource(): void {
    const comes = [...this.#connected.values()].includes(true);
    const late = this.#stand === "opening" && comes && this.#elapsedMs > LATE_MS;
    const key = this.#stand === "closed" ? (comes ? "picture" : "no-picture") : late ? "late" : comes ? "coming" : "not-coming";
    setText(this.#slot("source"), this.#words.say(key));
    this.#slot("source")?.classList.toggle("doors-trouble", !comes || late);
  }

  #beginReminding(signal: AbortSignal): void {
    this.#told = Math.max(0, due(this.#elapsedMs, this.#everyMs) - 1);
    const sound = this.#slot("sound");
    if (sound) sound.hidden = false;
    this.#slot("mute")?.addEventListener("click", () => {
      this.#mute.until(Date.now() + this.#everyMs);
      this.#tellSound();
    }, { signal });
    const ask = () => void this.#sound.ask().then(() => this.#tellSound());
    for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, ask, { signal });
    ask();
  }

  #tick(): void {
    if (this.#stand === "opening") {
      if (this.#connected.size > 0) this.#tellSource();
      return;
    }
    const time = clock(this.#elapsedMs / 1000);
    setText(this.#slot("clock"), time);
    document.title = `${this.#words.say("tab", { time })} · ${this.#title}`;
    this.#tellSound();
    const now = due(this.#elapsedMs, this.#everyMs);
    if (now <= this.#told) return;
    this.#told = now;
    setText(this.#slot("reminder"), this.#words.say("remind", { minutes: Math.floor(this.#elapsedMs / 60_000) }));
    if (this.#mute.untilMs(Date.now()) === 0) this.#sound.play();
  }

  #tellSound(): void {
    const until = this.#mute.untilMs(Date.now());
    const muted = until > 0 ? this.#words.say("muted", { time: wallClock(until, pageZone(), false) }) : "";
    setText(this.#slot("muted"), muted !== "" || this.#sound.ready ? muted : this.#words.say("silent"));
  }
}

define("clerk-doors", ClerkDoors);
