/**
 * `<film-sender>`: sends the film of an old meeting in pieces (tus 1.0) and goes on where it stopped, after a broken
 * connection, a restart of the server, or another day; keeps the list of films fresh.
 */
import { Upload } from "tus-js-client";
import { define, setText } from "../document";
import { Words } from "../words";
import { bytes } from "./measures";
import { Pace } from "./pace";

/** What is sent in one request: the server waits for its disk once for each. */
const PIECE_BYTES = 8 << 20;
/** Waits between tries; whenever a piece arrives they begin anew. In all an hour. */
const RETRIES_MS = [300, 1000, 3000, 5000, ...Array<number>(360).fill(10_000)];
const REFRESH_MS = 2_000;

export class FilmSender extends HTMLElement {
  #words = new Words();
  #upload: Upload | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #said = -1;

  connectedCallback(): void {
    this.#words = Words.of(this);
    const form = this.#part<HTMLFormElement>("form");
    if (form) {
      form.hidden = false;
      form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit(form)));
    }
    this.#part("halt")?.addEventListener("click", () => void this.#halt());
    this.#revive(this);
    this.addEventListener("change", (event) => this.#resume(event.target as HTMLElement));
    window.addEventListener("beforeunload", this.#leaving);
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
    window.removeEventListener("beforeunload", this.#leaving);
    void this.#upload?.abort();
  }

  #leaving = (event: BeforeUnloadEvent): void => {
    if (this.#upload) event.preventDefault();
  };

  #part<E extends HTMLElement>(name: string): E | null {
    return this.querySelector<E>(`[data-slot="${name}"]`);
  }

  #submit(form: HTMLFormElement): void {
    const data = new FormData(form);
    const film = data.get("film");
    if (this.#upload || !(film instanceof File)) return;
    const text = (name: string) => String(data.get(name) ?? "");
    this.#refuse("");
    this.#send(film, {
      endpoint: "/studio/films",
      metadata: {
        filename: film.name,
        body: text("body"),
        title: text("title"),
        place: text("place"),
        date: text("date"),
        time: text("time"),
      },
    });
  }

  /** The same file was chosen again, at a film of which not all has come. */
  #resume(chosen: HTMLElement): void {
    const row = chosen.closest<HTMLElement>("[data-row]");
    const film = chosen instanceof HTMLInputElement ? chosen.files?.[0] : undefined;
    if (!row || !film || this.#upload) return;
    const { row: id = "", name = "", size = "" } = row.dataset;
    if (film.name !== name || film.size !== Number(size)) {
      this.#refuse(this.#words.say("another", { what: name }), row);
      return;
    }
    this.#send(film, { uploadUrl: `/studio/films/${id}` });
  }

  #send(film: File, where: { endpoint: string; metadata: Record<string, string> } | { uploadUrl: string }): void {
    const pace = new Pace();
    this.#said = -1;
    this.#upload = new Upload(film, {
      ...where,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRIES_MS,
      storeFingerprintForResuming: false,
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const passing = status === 0 || status === 409 || status === 423 || status >= 500;
        if (passing) this.#tell(this.#words.say("broken"), true);
        return passing;
      },
      onProgress: (sent, all) => this.#progress(film.name, sent, all, pace.left(sent, all, performance.now())),
      onSuccess: () => this.#over(this.#words.say("sent", { what: film.name })),
      onError: (error) => {
        const answer = "originalResponse" in error ? error.originalResponse : null;
        this.#failed(answer?.getStatus() ?? 0, answer?.getBody() ?? "");
      },
    });
    this.#show(true);
    this.#part("sending")?.scrollIntoView({ block: "nearest" });
    this.#upload.start();
  }

  async #halt(): Promise<void> {
    await this.#upload?.abort();
    this.#over(this.#words.say("halted"));
  }

  #progress(what: string, sent: number, all: number, leftMs: number | undefined): void {
    const language = document.documentElement.lang;
    const share = all > 0 ? sent / all : 0;
    const bar = this.querySelector<HTMLProgressElement>('[data-slot="sending"] progress');
    if (bar) bar.value = Math.round(share * 1000);
    const percent = Math.floor(share * 100);
    const value = `${percent} % (${bytes(sent, language)} / ${bytes(all, language)})`;
    const left = leftMs === undefined ? "" : `, ${this.#words.say("left", { minutes: Math.max(1, Math.round(leftMs / 60_000)) })}`;
    const quarter = Math.floor(percent / 25);
    const aloud = quarter !== this.#said;
    this.#said = quarter;
    this.#tell(this.#words.say("progress", { what, value }) + left, aloud);
  }

  /** Shows a sentence; `aloud`: a screen reader is told as well, which it is not of every percent. */
  #tell(text: string, aloud: boolean): void {
    setText(this.#part("told"), text);
    if (aloud) setText(this.#part("status"), text);
  }

  #failed(status: number, body: string): void {
    const known = ["past", "too-large", "no-room", "too-many"];
    let key = "";
    try {
      key = (JSON.parse(body) as { key?: string }).key?.replace(/^error-(film|invalid)-/, "") ?? "";
    } catch {
      // No answer of ours: a proxy's, or none at all.
    }
    if (known.includes(key)) this.#refuse(this.#words.say(`refused-${key}`));
    else if (status === 401) this.#refuse(this.#words.say("refused-log-in"));
    else if (status === 400) this.#refuse(this.#words.say("refused-fields"));
    else return this.#over(this.#words.say("gave-up"));
    this.#upload = undefined;
    this.#show(false);
  }

  #over(text: string): void {
    this.#upload = undefined;
    this.#show(false);
    setText(this.#part("status"), text);
    this.#part("status")?.classList.remove("hidden");
    this.#part<HTMLFormElement>("form")?.reset();
    void this.#refresh();
  }

  #show(sending: boolean): void {
    const [form, section] = [this.#part("form"), this.#part("sending")];
    if (form) form.hidden = sending;
    if (section) section.hidden = !sending;
    this.#part("status")?.classList.add("hidden");
  }

  #refuse(text: string, row?: HTMLElement): void {
    const place = this.#part("refused");
    if (row) {
      setText(this.#part("status"), text);
      this.#part("status")?.classList.remove("hidden");
    } else if (place) {
      setText(place, text);
      place.hidden = text === "";
    }
  }

  /** What works only with scripts appears with them. */
  #revive(within: ParentNode): void {
    for (const resume of within.querySelectorAll<HTMLElement>('[data-slot="resume"]')) resume.hidden = false;
  }

  /** Takes the list anew from the server; a line in which somebody is at work is let be. */
  async #refresh(): Promise<void> {
    const list = this.querySelector<HTMLElement>("section.films");
    if (!list || document.hidden) return;
    try {
      const response = await fetch(location.pathname, { headers: { accept: "text/html" } });
      if (!response.ok || response.redirected) return;
      const fresh = part(await response.text());
      if (!fresh) return;
      this.#revive(fresh);
      const busy = list.contains(document.activeElement) || list.querySelector("details[open]") !== null;
      if (!busy && fresh.innerHTML !== list.innerHTML) list.replaceChildren(...document.importNode(fresh, true).childNodes);
    } catch {
      // The server is away; the next time it may be there.
    }
  }
}

/** The list out of the whole page, of which nothing else is made alive. */
function part(page: string): Element | null {
  const from = page.indexOf('<section class="films"');
  const template = document.createElement("template");
  template.innerHTML = from < 0 ? "" : page.slice(from, page.indexOf("</section>", from));
  return template.content.firstElementChild;
}

define("film-sender", FilmSender);
