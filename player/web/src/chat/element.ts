/**
 * `<meeting-chat data-meeting data-open data-replay>`: the chat beside the stream as it happens, and beside a recording
 * in time with it. The list itself is not live for screen readers; one line tells of what is new.
 */
import { define, make, pageZone, setText } from "../document";
import type { Moment } from "../page/share-moment";
import { wallClock } from "../time";
import { Words } from "../words";
import { MessageForm, type Sent } from "./form";
import { Messages } from "./messages";
import type { Fate, Line, Message, Mode, Reason } from "./protocol";
import { Replay } from "./replay";
import { FloorSocket } from "./socket";
import { Announcer, View } from "./view";

export class MeetingChat extends HTMLElement {
  #words = new Words();
  #messages = new Messages();
  #stops = new AbortController();
  #socket: FloorSocket | undefined;
  #view!: View;
  #announcer!: Announcer;
  #form: MessageForm | undefined;
  /** Whether the server knows whose messages are one's own. */
  #known = false;
  /** One's own messages by id: what became of them, and what they say. */
  #own = new Map<string, string>();

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const [window, list, news] = [this.#slot("window"), this.#slot("messages"), this.#slot("news")];
    if (!window || !list || !news) return;
    this.#messages.reset([...list.children].map((row) => written(row as HTMLElement)));
    const form = this.querySelector<HTMLFormElement>("form.chat-form");
    if (form) this.#form = new MessageForm(form, this.#words, this.dataset["meeting"] ?? "", (sent) => this.#sent(sent));
    const reply = this.#form && ((message: Message) => this.#form?.reply(message));
    this.#view = new View(this.#words, window, list, (id) => this.#messages.get(id), reply);
    const announced = localStorage.getItem("bema-chat-announce");
    this.#announcer = new Announcer(this.#words, news, announced === "off" || announced === "mentions" ? announced : "all");
    this.addEventListener("click", (event) => this.#go(event), { signal: this.#stops.signal });
    this.#slot("own")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#appeal(event.target as HTMLFormElement);
    });
    if (this.dataset["replay"] !== undefined) {
      this.#follow();
      return;
    }
    this.#offerAnnouncing(news);
    this.#view.show(this.#messages.all);
    this.#socket = new FloorSocket({ line: (line) => this.#heard(line), connected: (is) => this.#connected(is) });
    this.#socket.follow(`meeting/${this.dataset["meeting"] ?? ""}`);
    this.#socket.follow(`meeting/${this.dataset["meeting"] ?? ""}/me`);
    document.addEventListener("meeting-state", (event) => this.#stage((event as CustomEvent<{ stage: string }>).detail.stage), { signal: this.#stops.signal });
  }

  disconnectedCallback(): void {
    this.#stops.abort();
    this.#socket?.end();
  }

  /** The past chat follows the player. */
  #follow(): void {
    const replay = new Replay(this.dataset["meeting"] ?? "", (messages) => this.#view.show(messages));
    const player = () => document.querySelector<Moment>("meeting-player");
    const move = () => {
      const began = Number(player()?.dataset["beganMs"]);
      const moment = player()?.moment;
      if (began > 0 && moment !== undefined) replay.at(began + moment * 1000);
    };
    document.addEventListener("player-moved", move, { signal: this.#stops.signal });
  }

  #heard(line: Line): void {
    if (line.type === "subscribed" && line.channel.endsWith("/me")) this.#known = true;
    if (line.type === "decided") return this.#decided(line.message, line);
    if (line.type === "upheld") return this.#upheld(line.message);
    if (line.type === "excluded") return this.#excluded(line.until_ms, line.reason);
    const before = this.#messages.pinned;
    const fresh = this.#messages.take(line);
    if (line.type === "snapshot") this.#view.renew();
    if (line.type === "snapshot" || line.type === "mode") this.#showRules(this.#messages.mode);
    if (line.type === "snapshot" || before !== this.#messages.pinned) this.#showPinned();
    if (["snapshot", "said", "restored", "removed"].includes(line.type)) this.#view.show(this.#messages.all);
    const empty = this.#slot("empty");
    if (empty) empty.hidden = this.#messages.all.length > 0;
    if (fresh && !this.#own.has(fresh.id)) this.#announcer.came(fresh, fresh.reply !== undefined && this.#own.has(fresh.reply));
  }

  #sent({ id, text, fate }: Sent): void {
    this.#own.set(id, text);
    // Whoever has written once is known by a cookie, and can be told what becomes of it.
    if (!this.#known) this.#socket?.renew();
    this.#announcer.say(this.#words.say(fate.state === "held" ? "own-held" : "sent"));
    if (fate.state === "held") this.#decided(id, fate);
    else this.#view.toNewest();
  }

  #decided(id: string, fate: Fate): void {
    const list = this.#slot("own");
    const written = list?.querySelector(`[data-own="${CSS.escape(id)}"] q`)?.textContent ?? undefined;
    const text = this.#own.get(id) ?? this.#messages.get(id)?.text ?? written;
    if (!list || text === undefined) return;
    list.querySelector(`[data-own="${CSS.escape(id)}"]`)?.remove();
    const told = this.#fate(fate);
    const row = make("li", { "data-own": id }, make("q", {}, text), ` ${told}`);
    if ("reason" in fate) row.append(this.#appealForm(id));
    if (fate.state !== "shown") list.append(row);
    if (fate.state !== "held") this.#announcer.say(told);
  }

  /** What is said against a decision goes to the moderators, once. */
  #appealForm(id: string): HTMLElement {
    const field = make("input", { type: "text", name: "text", maxlength: 300, required: true, autocomplete: "off", id: `appeal-${id}` });
    const button = make("button", { type: "submit", class: "button secondary small" }, this.#words.say("appeal"));
    const label = make("label", { for: `appeal-${id}` }, this.#words.say("appeal-field"));
    const action = `/meetings/${encodeURIComponent(this.dataset["meeting"] ?? "")}/chat/appeal`;
    return make("form", { method: "post", action }, make("input", { type: "hidden", name: "message", value: id }), label, field, button);
  }

  /** The picture goes on while it is sent. */
  async #appeal(form: HTMLFormElement): Promise<void> {
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const response = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
    // Somebody may have decided anew meanwhile; what is refused otherwise can be sent again.
    if (response?.ok || response?.status === 409) form.replaceWith(` ${this.#words.say("appealed")}`);
    else this.#announcer.say(this.#words.say("appeal-failed"));
  }

  #upheld(id: string): void {
    const row = this.#slot("own")?.querySelector(`[data-own="${CSS.escape(id)}"]`);
    row?.append(` ${this.#words.say("appeal-upheld")}`);
    this.#announcer.say(this.#words.say("appeal-upheld"));
  }

  #fate(fate: Fate): string {
    const state = this.#words.say(`own-${fate.state}`);
    return "reason" in fate ? `${state} ${this.#reason(fate.reason)}` : state;
  }

  #reason({ code, words }: Reason): string {
    const kind = this.#words.say(`code-${code.replaceAll("_", "-")}`);
    return words === "" ? kind : `${kind} – ${words}`;
  }

  #excluded(untilMs: number | null, reason: Reason | null): void {
    const text =
      untilMs === null || reason === null
        ? this.#words.say("admitted")
        : this.#words.say("excluded", { time: wallClock(untilMs, pageZone(), false), value: this.#reason(reason) });
    this.#announcer.say(text);
  }

  #showRules(mode: Mode | undefined): void {
    const slot = this.#slot("rules");
    if (!slot || !mode) return;
    const rules = [this.#words.say(`who-${mode.who}`)];
    if (mode.who !== "nobody" && mode.hold !== "nothing") rules.push(this.#words.say(`hold-${mode.hold}`));
    if (mode.who !== "nobody" && mode.slow_ms > 0) rules.push(this.#words.say("slow", { seconds: Math.round(mode.slow_ms / 1000) }));
    const shown = [...slot.children].map((each) => each.textContent ?? "");
    if (shown.join("\n") === rules.join("\n")) return;
    slot.replaceChildren(...rules.map((rule) => make("li", {}, rule)));
    this.#announcer.say(rules.join(" "));
  }

  #showPinned(): void {
    const [box, slot, pinned] = [this.#slot("pinned"), this.#slot("pinned-text"), this.#messages.pinned];
    if (!box || !slot) return;
    box.hidden = pinned === undefined;
    if (pinned) slot.replaceChildren(make("b", {}, pinned.name), ` ${pinned.text}`);
  }

  #connected(is: boolean): void {
    this.toggleAttribute("data-away", !is);
    if (!is) this.#announcer.say(this.#words.say("lost"));
    else if (this.#slot("news")?.textContent === this.#words.say("lost")) this.#announcer.say("");
  }

  #stage(stage: string): void {
    if (stage !== "ended") return;
    this.querySelector<HTMLElement>("form.chat-form")?.setAttribute("hidden", "");
    setText(this.#slot("news"), this.#words.say("over"));
  }

  #offerAnnouncing(news: Element): void {
    const options = ["off", "mentions", "all"].map((value) =>
      make("option", { value, selected: value === this.#announcer.what }, this.#words.say(`announce-${value}`)),
    );
    const choice = make("select", {}, ...options);
    choice.addEventListener("change", () => {
      this.#announcer.what = choice.value as "off" | "mentions" | "all";
      localStorage.setItem("bema-chat-announce", choice.value);
    });
    news.after(make("details", { class: "chat-announce" }, make("summary", {}, this.#words.say("announce")), make("label", {}, this.#words.say("announce"), " ", choice)));
  }

  /** A plain press on a message's time moves the player; any other opens the link as links open. */
  #go(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLElement>("a[data-at-ms]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const go = new CustomEvent("meeting-go", { detail: Number(link.dataset["atMs"]), cancelable: true });
    if (!document.dispatchEvent(go)) event.preventDefault();
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  }
}

/** A message as the server has written it into the page. */
function written(row: HTMLElement): Message {
  const text = (part: string) => row.querySelector(part)?.textContent ?? "";
  return { id: row.dataset["message"] ?? "", name: text(".chat-name"), text: text(".chat-text"), at_ms: Number(row.dataset["atMs"]) };
}

define("meeting-chat", MeetingChat);
