/** The form of an intervention: keeps what was typed until the server has it, and sends it again where there was no connection. */
import { newId } from "../chat/form";
import { setText } from "../document";
import { waitMs } from "../retry";
import { Words } from "../words";

export class AskForm {
  readonly #form: HTMLFormElement;
  readonly #words: Words;
  readonly #refusals: Words;
  readonly #sent: () => void;
  readonly #key: string;
  #sending = false;

  constructor(form: HTMLFormElement, words: Words, meeting: string, sent: () => void) {
    [this.#form, this.#words, this.#sent, this.#key] = [form, words, sent, `bema-asking-${meeting}`];
    this.#refusals = Words.of(form);
    const draft = sessionStorage.getItem(this.#key) ?? "";
    if (this.#text.value === "" && draft !== "") {
      this.#text.value = draft;
      form.closest("details")?.setAttribute("open", "");
    }
    this.#text.addEventListener("input", () => sessionStorage.setItem(this.#key, this.#text.value));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  get #text(): HTMLTextAreaElement {
    return this.#form.querySelector("textarea") as HTMLTextAreaElement;
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.#refuse("");
    const body = new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)]));
    const text = this.#text.value;
    try {
      // Until the server has answered: the id makes it one, however often it is sent.
      for (let attempt = 0; this.#form.isConnected; attempt += 1) {
        const response = await fetch(this.#form.action, { method: "POST", body, headers: { accept: "application/json" } }).catch(() => undefined);
        if (response && response.status < 500) return await this.#answered(response, text);
        this.#refuse(this.#words.say("again"));
        await new Promise((resolve) => setTimeout(resolve, waitMs(attempt)));
      }
    } finally {
      this.#sending = false;
    }
  }

  async #answered(response: Response, text: string): Promise<void> {
    if (!response.ok) return this.#refuse(await refusal(response, this.#words, this.#refusals));
    this.#refuse("");
    if (this.#text.value === text) this.#text.value = "";
    sessionStorage.removeItem(this.#key);
    const id = this.#form.querySelector<HTMLInputElement>('input[name="id"]');
    if (id) id.value = newId();
    this.#sent();
  }

  #refuse(text: string): void {
    const slot = this.#form.querySelector<HTMLElement>('[data-slot="refused"]');
    if (!slot) return;
    slot.hidden = text === "";
    setText(slot, text);
  }
}

/** Why something was refused, in words. */
export async function refusal(response: Response, words: Words, refusals: Words): Promise<string> {
  const wait = Number(response.headers.get("retry-after"));
  if (response.status === 429 && wait > 0) return words.say("wait", { seconds: wait });
  const problem = (await response.json().catch(() => ({}))) as { key?: string };
  const key = (problem.key ?? "").replace(/^error-chat-/, "");
  return refusals.has(key) ? refusals.say(key) : words.say("failed");
}
