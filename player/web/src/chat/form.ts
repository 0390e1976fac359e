/** The form of a message: keeps what was typed until the server has it, and sends it again where there was no connection. */
import { make, setText } from "../document";
import { waitMs } from "../retry";
import { Words } from "../words";
import type { Fate, Message } from "./protocol";

/** What a sent message has become. */
export interface Sent {
  id: string;
  text: string;
  fate: Fate;
}

export class MessageForm {
  readonly #form: HTMLFormElement;
  readonly #words: Words;
  readonly #refusals: Words;
  readonly #sent: (sent: Sent) => void;
  readonly #key: string;
  #sending = false;

  constructor(form: HTMLFormElement, words: Words, meeting: string, sent: (sent: Sent) => void) {
    [this.#form, this.#words, this.#sent, this.#key] = [form, words, sent, `bema-draft-${meeting}`];
    this.#refusals = Words.of(form);
    const name = this.#field("name");
    if (name && name.value === "") name.value = localStorage.getItem("bema-name") ?? "";
    if (this.#text.value === "") this.#text.value = sessionStorage.getItem(this.#key) ?? "";
    this.#text.addEventListener("input", () => sessionStorage.setItem(this.#key, this.#text.value));
    // Enter sends, as everywhere that people write to each other; Shift and Enter begins a line.
    this.#text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  /** The next message answers this one. */
  reply(message: Message | undefined): void {
    const field = this.#field("reply");
    const slot = this.#form.querySelector<HTMLElement>('[data-slot="replying"]');
    if (!field || !slot) return;
    field.value = message?.id ?? "";
    slot.hidden = message === undefined;
    slot.replaceChildren();
    if (!message) return;
    const cancel = make("button", { type: "button", class: "quiet", click: () => this.reply(undefined) }, this.#words.say("reply-cancel"));
    slot.append(this.#words.say("replying", { value: `${message.name}: ${message.text}` }), " ", cancel);
    this.#text.focus();
  }

  get #text(): HTMLTextAreaElement {
    return this.#form.querySelector("textarea") as HTMLTextAreaElement;
  }

  #field(name: string): HTMLInputElement | null {
    return this.#form.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.#refuse("");
    const body = new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)]));
    const text = this.#text.value;
    try {
      await this.#deliver(body, text);
    } finally {
      this.#sending = false;
    }
  }

  /** Until the server has answered: the id makes it one message, however often it is sent. */
  async #deliver(body: URLSearchParams, text: string): Promise<void> {
    for (let attempt = 0; this.#form.isConnected; attempt += 1) {
      const response = await fetch(this.#form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
      if (response && response.status < 500) return this.#answered(response, body, text);
      this.#refuse(this.#words.say("again"));
      await new Promise((resolve) => setTimeout(resolve, waitMs(attempt)));
    }
  }

  async #answered(response: Response, body: URLSearchParams, text: string): Promise<void> {
    if (!response.ok) {
      const wait = Number(response.headers.get("retry-after"));
      const problem = (await response.json().catch(() => ({}))) as { key?: string };
      const key = (problem.key ?? "").replace(/^error-chat-/, "");
      if (response.status === 429 && wait > 0) this.#refuse(this.#words.say("wait", { seconds: wait }));
      else this.#refuse(this.#refusals.say(this.#refusals.has(key) ? key : "unknown"));
      return;
    }
    const fate = (await response.json()) as Fate & { id: string };
    if (body.has("name")) localStorage.setItem("bema-name", body.get("name") ?? "");
    this.#refuse("");
    // Nobody types on while it is on its way, but a reader's script may.
    if (this.#text.value === text) this.#text.value = "";
    sessionStorage.removeItem(this.#key);
    const id = this.#field("id");
    if (id) id.value = newId();
    this.reply(undefined);
    this.#sent({ id: fate.id, text, fate });
  }

  #refuse(text: string): void {
    const slot = this.#form.querySelector<HTMLElement>('[data-slot="refused"]');
    if (!slot) return;
    slot.hidden = text === "";
    setText(slot, text);
  }
}

/** A UUIDv7 (RFC 9562): sorts by time. */
export function newId(nowMs: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): string {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(nowMs / 2 ** (8 * (5 - at))) & 0xff;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
