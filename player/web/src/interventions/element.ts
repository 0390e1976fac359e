/**
 * `<meeting-interventions data-meeting data-live data-supported>`: what citizens ask beside the meeting, as it happens.
 * The lists are not live for screen readers; one line tells what became of one's own.
 */
import { FloorSocket } from "../chat/socket";
import { define, make, pageZone, setText } from "../document";
import { wallClock } from "../time";
import { Words } from "../words";
import { AskForm, refusal } from "./form";
import { GROUPS, Interventions, steady, type Group } from "./list";
import type { Intake, Intervention, InterventionLine } from "./protocol";

/** Rows of a group beside the meeting; all of them stand on their own page. */
const BESIDE = 20;
/** How soon one's own are fetched after something became of one, milliseconds. */
const SETTLE_MS = 150;

export class MeetingInterventions extends HTMLElement {
  #words = new Words();
  #refusals = new Words();
  #stops = new AbortController();
  #socket: FloorSocket<InterventionLine> | undefined;
  #all = new Interventions();
  #supported = new Set<string>();
  #own = new Set<string>();
  /** Rows as they were written, so that only those that changed are written anew. */
  #written = new Map<string, string>();
  #known = false;
  #drawing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.#supported = new Set((this.dataset["supported"] ?? "").split(" ").filter((id) => id !== ""));
    this.#readOwn();
    const form = this.querySelector<HTMLFormElement>("form.intervention-form");
    if (form) {
      this.#refusals = Words.of(form);
      new AskForm(form, this.#words, this.#meeting, () => this.#sent());
    }
    this.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.addEventListener("click", (event) => this.#go(event), { signal });
    if (this.dataset["live"] === undefined) return;
    this.#socket = new FloorSocket<InterventionLine>({ line: (line) => this.#heard(line), connected: (is) => this.#connected(is) });
    this.#socket.follow(`meeting/${this.#meeting}/interventions`);
    this.#socket.follow(`meeting/${this.#meeting}/me`);
    const stage = (event: Event) => this.#stage((event as CustomEvent<{ stage: string }>).detail.stage);
    document.addEventListener("meeting-state", stage, { signal });
  }

  disconnectedCallback(): void {
    this.#stops.abort();
    this.#socket?.end();
  }

  get #meeting(): string {
    return this.dataset["meeting"] ?? "";
  }

  #heard(line: InterventionLine): void {
    if (line.type === "subscribed" && line.channel.endsWith("/me")) this.#known = true;
    if (line.type === "became") return this.#became(line.state, line.supported === true);
    if (!this.#all.take(line)) return;
    if (line.type === "snapshot" || line.type === "intake") this.#showRules(this.#all.intake);
    if (this.#drawing) return;
    this.#drawing = true;
    // Once a frame, however many come.
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
    });
  }

  #became(state: string, supported: boolean): void {
    const key = supported ? `supported-${state}` : `became-${state.replace("_", "-")}`;
    if (this.#words.has(key)) this.#say(this.#words.say(key));
    if (!supported) this.#renewOwn();
  }

  #sent(): void {
    this.#say(this.#words.say("sent"));
    this.querySelector("details.intervention-ask")?.removeAttribute("open");
    this.querySelector<HTMLElement>("details.intervention-ask summary")?.focus();
    // Whoever has asked once is known by a cookie, and can be told what becomes of it.
    if (!this.#known) this.#socket?.renew();
    this.#renewOwn();
  }

  #renewOwn(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fetchOwn(), SETTLE_MS);
  }

  async #fetchOwn(): Promise<void> {
    const slot = this.#slot("own");
    // What somebody is typing there is not taken away from under their fingers.
    if (!slot || slot.querySelector("input[type=text]:focus")) return this.#renewOwn();
    const response = await fetch(`/meetings/${encodeURIComponent(this.#meeting)}/interventions/own`, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    slot.replaceChildren(...fresh.body.childNodes);
    this.#readOwn();
    this.#written.clear();
    if (this.#all.size > 0) this.#draw();
  }

  #readOwn(): void {
    this.#own = new Set([...this.querySelectorAll<HTMLElement>("[data-own]")].map((row) => row.dataset["own"] ?? ""));
  }

  #submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (form.classList.contains("intervention-form")) return;
    event.preventDefault();
    void this.#press(form);
  }

  /** The picture goes on while it is sent. */
  async #press(form: HTMLFormElement): Promise<void> {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const response = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
    if (!response) return this.#say(this.#words.say("failed"));
    const id = form.closest<HTMLElement>("[data-intervention]")?.dataset["intervention"];
    if (!response.ok) return this.#say(await refusal(response, this.#words, this.#refusals));
    // What somebody else supports is told by the socket; without one the page is looked at anew.
    if (id !== undefined) {
      if (form.action.endsWith("/unsupport")) this.#supported.delete(id);
      else this.#supported.add(id);
      if (!this.#known) this.#socket?.renew();
      this.#draw();
    } else {
      await this.#fetchOwn();
    }
  }

  #draw(): void {
    if (!this.#all.intake) return;
    const active = document.activeElement?.closest<HTMLElement>("[data-intervention]")?.dataset["intervention"];
    for (const group of GROUPS) this.#drawGroup(group);
    const empty = this.#slot("empty");
    if (empty) empty.hidden = this.#all.size > 0;
    if (active && !document.activeElement?.closest("[data-intervention]")) {
      this.querySelector<HTMLElement>(`[data-intervention="${CSS.escape(active)}"] button`)?.focus({ preventScroll: true });
    }
  }

  #drawGroup(group: Group): void {
    const box = this.querySelector<HTMLElement>(`[data-group="${group}"]`);
    const list = box?.querySelector("ol");
    if (!box || !list) return;
    const all = this.#all.group(group);
    box.hidden = all.length === 0;
    const there = ([...list.children] as HTMLElement[]).map((row) => row.dataset["intervention"] ?? "");
    const most = this.dataset["back"] === "all" ? all.length : BESIDE;
    const held = list.matches(":hover, :focus-within");
    const order = steady(there, all.slice(0, most).map((one) => one.id), held);
    const rows = order.map((id) => this.#row(list, all.find((one) => one.id === id) as Intervention));
    for (const row of [...list.children]) if (!rows.includes(row as HTMLLIElement)) row.remove();
    rows.forEach((row, at) => {
      if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
    });
    const left = all.length - rows.length;
    let more = box.querySelector<HTMLElement>(".intervention-more");
    if (left > 0 && !more) box.append((more = make("p", { class: "intervention-more" })));
    if (left > 0) setText(more, this.#words.say("more", { value: left }));
    else more?.remove();
  }

  #row(list: Element, one: Intervention): HTMLElement {
    const signature = JSON.stringify([one, this.#supported.has(one.id), this.#own.has(one.id)]);
    const there = list.querySelector<HTMLElement>(`:scope > [data-intervention="${CSS.escape(one.id)}"]`);
    if (there && this.#written.get(one.id) === signature) return there;
    this.#written.set(one.id, signature);
    const row = make("li", { class: "intervention", "data-intervention": one.id }, ...this.#parts(one));
    if (!there) return row;
    const focused = there.contains(document.activeElement);
    there.replaceChildren(...row.childNodes);
    if (focused) there.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    return there;
  }

  #parts(one: Intervention): HTMLElement[] {
    const item = one.item && this.querySelector(`[data-slot="items"] [data-item="${CSS.escape(one.item)}"]`)?.textContent;
    const about = make("p", { class: "intervention-about" }, this.#words.say(`kind-${one.kind}`));
    if (item) about.append(` · ${item}`);
    const by = make("p", { class: "intervention-by" }, one.name ?? this.#words.say("anonymous"), " · ");
    by.append(make("span", { class: "intervention-supports" }, this.#words.say("supports", { value: one.supports })));
    const parts: HTMLElement[] = [about, make("p", { class: "intervention-text" }, one.text), by];
    if (one.state === "deferred") {
      const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: pageZone() });
      by.append(` · ${this.#words.say("deferred", { time: day.format(one.due_at_ms) })}`);
    }
    if (one.state === "answered" && one.answer === "written") {
      parts.push(make("blockquote", { class: "intervention-answer" }, make("p", {}, one.words)));
    }
    const began = Number(document.querySelector<HTMLElement>("meeting-player")?.dataset["beganMs"] || NaN);
    if (one.state === "answered" && one.answer === "spoken" && one.answered_at_ms >= began) {
      const href = `/meetings/${encodeURIComponent(this.#meeting)}?t=${Math.floor((one.answered_at_ms - began) / 1000)}`;
      const told = this.#words.say("moment", { time: wallClock(one.answered_at_ms, pageZone(), false) });
      parts.push(make("p", {}, make("a", { class: "intervention-moment", href, "data-at-ms": one.answered_at_ms }, told)));
    }
    const open = ["approved", "queued", "on_screen", "deferred"].includes(one.state);
    if (open && !this.#own.has(one.id)) parts.push(this.#supportForm(one));
    return parts;
  }

  #supportForm(one: Intervention): HTMLElement {
    const act = this.#supported.has(one.id) ? "unsupport" : "support";
    const action = `/meetings/${encodeURIComponent(this.#meeting)}/interventions/${one.id}/${act}`;
    const named = make("span", { class: "hidden" }, `: ${one.text}`);
    const button = make("button", { type: "submit", class: "button secondary small" }, this.#words.say(act), named);
    return make("form", { class: "intervention-support", method: "post", action }, button);
  }

  #showRules(intake: Intake | undefined): void {
    const slot = this.#slot("rules");
    if (!slot || !intake) return;
    const policy = this.#words.say(`policy-${intake.policy}`);
    const rules = [this.#words.say(`who-${intake.who}`), intake.reason === "" ? policy : `${policy} ${intake.reason}`];
    const shown = [...slot.children].map((each) => each.textContent ?? "");
    if (shown.join("\n") === rules.join("\n")) return;
    slot.replaceChildren(...rules.map((rule) => make("li", {}, rule)));
    this.#say(rules.join(" "));
  }

  #connected(is: boolean): void {
    if (!is) this.#say(this.#words.say("lost"));
    else if (this.#slot("news")?.textContent === this.#words.say("lost")) this.#say("");
  }

  #stage(stage: string): void {
    if (stage !== "ended") return;
    this.querySelector<HTMLElement>("details.intervention-ask")?.setAttribute("hidden", "");
    this.#say(this.#words.say("over"));
  }

  /** A plain press on a moment moves the player; any other opens the link as links open. */
  #go(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLElement>("a[data-at-ms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const go = new CustomEvent("meeting-go", { detail: Number(link.dataset["atMs"]), cancelable: true });
    if (!document.dispatchEvent(go)) event.preventDefault();
  }

  #say(text: string): void {
    setText(this.#slot("news"), text);
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  }
}

define("meeting-interventions", MeetingInterventions);
