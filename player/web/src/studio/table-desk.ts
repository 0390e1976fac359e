/**
 * A moderators' table without waiting for pages. It is renewed when something is new, but not from under what somebody is
 * deciding; the focus stays in its row, or goes to the next. J and K move; other keys press the row's buttons by their
 * `data-key`, and U takes the last decision back.
 */
import { FloorSocket } from "../chat/socket";
import { setText } from "../document";
import { Words } from "../words";

/** A decision's answer is waited for this long before the table is renewed again. */
const SETTLE_MS = 250;
/** Keys as a Greek layout has them. */
const GREEK: Readonly<Record<string, string>> = { ξ: "j", κ: "k", α: "a", ρ: "r", θ: "u", μ: "m", ";": "q", σ: "s", δ: "d" };
/** How often a table that could not be renewed is looked at again. */
const LATER_MS = 700;

/** A line of the floor's socket, of whichever channel. */
export type Heard = { type: string } & Record<string, unknown>;

export abstract class TableDesk extends HTMLElement {
  protected words = new Words();
  #stops = new AbortController();
  protected socket: FloorSocket<Heard> | undefined;
  /** Which letter presses which button of a row. */
  protected abstract readonly keys: Readonly<Record<string, string>>;
  /** Whether rows that come push others away, so that a pointer over them holds the table. */
  protected abstract readonly pushes: boolean;
  #stale = false;
  #sending = 0;
  #pressing = false;
  #last: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.addEventListener("pointerdown", () => (this.#pressing = true), { signal });
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => setTimeout(() => (this.#pressing = false)), { signal });
    const later = setInterval(() => this.#stale && void this.#renew(), LATER_MS);
    signal.addEventListener("abort", () => clearInterval(later));
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.socket = new FloorSocket<Heard>({
      line: (line) => this.heard(line),
      connected: (is) => {
        if (!is) this.say(this.words.say("lost"));
        else void this.#renew();
      },
    });
    const channel = `meeting/${this.dataset["meeting"] ?? ""}`;
    for (const each of this.channels(channel)) this.socket.follow(each);
  }

  disconnectedCallback(): void {
    this.#stops.abort();
    this.socket?.end();
  }

  /** The channels that the table depends on. */
  protected abstract channels(meeting: string): string[];

  /** What such a channel says. */
  protected abstract heard(line: Heard): void;

  /** The table is not as it was. */
  protected changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#busy) this.#stale = true;
      else void this.#renew();
    }, SETTLE_MS);
  }

  /** Whether somebody decides just now: chooses, types, presses, or points at rows that newer ones would push away. */
  get #busy(): boolean {
    const chooses = "input[type=text]:focus, select:focus, textarea:focus, details[open].chat-exclude";
    const points = this.pushes && this.querySelector("tbody:hover") !== null;
    return this.#sending > 0 || this.#pressing || points || this.querySelector(chooses) !== null;
  }

  #submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (form.dataset["plain"] !== undefined) return;
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    const action = button?.hasAttribute("formaction") ? button.formAction : form.action;
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    // One after the other: a quick hand loses no decision.
    this.#sending += 1;
    this.#last = this.#last.then(() => this.#send(action, body, form.closest("tr")));
  }

  async #send(action: string, body: URLSearchParams, row: Element | null): Promise<void> {
    try {
      const response = await fetch(action, { method: "POST", body, headers: { accept: "text/html" } });
      if (response.status >= 500) throw new Error(String(response.status));
      this.#show(await response.text(), row);
    } catch {
      this.say(this.words.say("failed"));
    } finally {
      this.#sending -= 1;
    }
  }

  async #renew(): Promise<void> {
    if (this.#busy) return;
    this.#stale = false;
    try {
      const address = new URL(location.href);
      for (const said of ["undo", "done", "error"]) address.searchParams.delete(said);
      const response = await fetch(address, { headers: { accept: "text/html" } });
      // What has just been done, and can be taken back, stays in view.
      if (response.ok) this.#show(await response.text(), undefined, true);
    } catch {
      this.#stale = true;
    }
  }

  /** Puts the answer's table in the place of this one. The focus stays in its row, or where that was. */
  #show(answer: string, row?: Element | null, renewed = false): void {
    const body = answer.slice(Math.max(0, answer.indexOf("<body")));
    const desk = new DOMParser().parseFromString(body, "text/html").querySelector(`${this.localName} [data-slot="desk"]`);
    // Logged out meanwhile: the server says so on a page of its own.
    if (!desk) return location.reload();
    const old = this.querySelector('[data-slot="desk"]');
    const focused = document.activeElement?.closest("tr") ?? row ?? null;
    const place = focused ? [...this.querySelectorAll("tbody tr")].findIndex((each) => (each as HTMLElement).dataset["message"] === (focused as HTMLElement).dataset["message"]) : -1;
    const id = (focused as HTMLElement | null)?.dataset["message"];
    const key = (document.activeElement as HTMLElement | null)?.dataset["key"];
    const note = renewed ? old?.querySelector(".desk-undone") : null;
    keepChoices(old, desk);
    old?.replaceWith(desk);
    if (note && !desk.querySelector(".desk-undone")) desk.prepend(note);
    if (place < 0) return;
    const rows = [...desk.querySelectorAll<HTMLElement>("tbody tr")];
    const at = rows.find((each) => each.dataset["message"] === id) ?? rows[Math.min(place, rows.length - 1)];
    const again = at?.querySelector<HTMLElement>(`[data-key="${key ?? "approve"}"]`) ?? at?.querySelector<HTMLElement>("button");
    (again ?? desk.querySelector<HTMLElement>(".chat-tabs a[aria-current]"))?.focus({ preventScroll: false });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if ((event.target as Element).closest("input, textarea, select")) return;
    // The same keys under a Greek layout.
    const key = GREEK[event.key.toLowerCase()] ?? event.key.toLowerCase();
    if (key === "j" || key === "k") return this.#move(key === "j" ? 1 : -1, event);
    const row = document.activeElement?.closest("tbody tr");
    const name = this.keys[key];
    const button =
      key === "u" ? this.querySelector<HTMLButtonElement>('[data-key="undo"]')
      : name === undefined ? undefined
      : row?.querySelector<HTMLButtonElement>(`[data-key="${name}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  #move(by: number, event: KeyboardEvent): void {
    const rows = [...this.querySelectorAll<HTMLElement>("tbody tr")];
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
    event.preventDefault();
    next?.querySelector<HTMLElement>("button")?.focus();
  }

  protected say(text: string): void {
    setText(this.querySelector('[data-slot="status"]'), text);
  }
}

/** What has been chosen or typed and not sent yet stands in the new table too. */
function keepChoices(from: Element | null, to: Element): void {
  for (const field of from?.querySelectorAll<HTMLSelectElement | HTMLInputElement | HTMLTextAreaElement>("select[id], textarea[id], input[type=text][id]") ?? []) {
    const changed =
      field instanceof HTMLSelectElement
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.value !== field.defaultValue;
    const same = to.querySelector<HTMLSelectElement | HTMLInputElement | HTMLTextAreaElement>(`#${CSS.escape(field.id)}`);
    if (changed && same) same.value = field.value;
  }
}
