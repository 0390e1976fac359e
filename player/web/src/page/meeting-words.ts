/**
 * `<meeting-words data-src>`: what was said, under the video. It is fetched when it is opened, a piece of the meeting at a
 * time, follows the video, and a press on a line's time moves the player there.
 */
import { define, make, setAttribute } from "../document";
import { Words } from "../words";
import type { Moment } from "./share-moment";

export class MeetingWords extends HTMLElement {
  #words = new Words();
  #stops = new AbortController();
  #open = false;
  #loading = false;
  #button = make("button", { type: "button", class: "button secondary", "aria-expanded": "false" });
  #follow = make("input", { type: "checkbox" });
  #status = make("p", { role: "status" });
  #place = make("div", { class: "transcript-place", tabindex: "0", hidden: true });

  connectedCallback(): void {
    this.#words = Words.of(this);
    this.#stops = new AbortController();
    const { signal } = this.#stops;
    this.#button.textContent = this.#words.say("show");
    this.#follow.checked = true;
    const follow = make("label", { class: "check transcript-follow" }, this.#follow, make("span", {}, this.#words.say("follow")));
    setAttribute(this.#place, "role", "region");
    setAttribute(this.#place, "aria-label", this.#words.say("show"));
    follow.hidden = true;
    this.#button.addEventListener("click", () => this.#toggle(follow), { signal });
    this.#place.addEventListener("click", (event) => this.#press(event), { signal });
    document.addEventListener("player-moved", () => this.#moved(), { signal });
    this.querySelector("p")?.replaceWith(make("div", { class: "transcript-tools" }, this.#button, follow), this.#status, this.#place);
  }

  disconnectedCallback(): void {
    this.#stops.abort();
  }

  #toggle(follow: HTMLElement): void {
    this.#open = !this.#open;
    this.#button.textContent = this.#words.say(this.#open ? "hide" : "show");
    setAttribute(this.#button, "aria-expanded", String(this.#open));
    this.#place.hidden = !this.#open;
    follow.hidden = !this.#open;
    if (this.#open && !this.#place.firstChild) void this.#load(`?t=${Math.floor(this.#moment ?? 0)}`);
  }

  get #player(): Moment | null { return document.querySelector<Moment>("meeting-player"); }
  get #moment(): number | undefined { return this.#player?.moment; }

  /** Takes a piece of the words from their own page. */
  async #load(query: string): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    this.#status.textContent = this.#words.say("waiting");
    try {
      const response = await fetch(`${this.dataset["src"] ?? ""}${query}`);
      if (!response.ok) throw new Error(String(response.status));
      // Without its head, whose style sheet has a nonce of its own.
      const text = await response.text();
      const page = new DOMParser().parseFromString(text.slice(Math.max(0, text.indexOf("<body"))), "text/html");
      const words = page.querySelector('[data-slot="transcript"]');
      if (!words) throw new Error("no words");
      this.#place.replaceChildren(words);
      this.#place.scrollTop = 0;
      this.#status.textContent = "";
      this.#moved();
    } catch {
      this.#status.textContent = this.#words.say("failed");
    } finally {
      this.#loading = false;
    }
  }

  /** Marks the line that is being said, and brings it into sight where the reader wants that. */
  #moved(): void {
    const moment = this.#moment;
    const began = Number(this.#player?.dataset["beganMs"]);
    if (!this.#open || moment === undefined || !(began > 0)) return;
    const at = began + moment * 1000;
    const lines = [...this.#place.querySelectorAll<HTMLElement>(".said a[data-at-ms]")];
    const now = lines.filter((line) => Number(line.dataset["atMs"]) <= at).at(-1);
    const old = this.#place.querySelector(".said-now");
    const line = now?.closest(".said");
    if (line !== old) {
      old?.classList.remove("said-now");
      line?.classList.add("said-now");
      if (line && this.#follow.checked) this.#show(line as HTMLElement);
    }
    if (!this.#follow.checked) return;
    const pieces = [...this.#place.querySelectorAll<HTMLAnchorElement>(".windows a[data-from-ms]")];
    const piece = pieces.filter((each) => Number(each.dataset["fromMs"]) <= at).at(-1);
    if (piece && piece.getAttribute("aria-current") !== "page") void this.#load(new URL(piece.href).search);
  }

  /** Scrolls within the transcript alone: the page stays where the reader has it. */
  #show(line: HTMLElement): void {
    const place = this.#place.getBoundingClientRect();
    this.#place.scrollTop += line.getBoundingClientRect().top - place.top - place.height / 3;
  }

  /** A plain press on a time moves the player, on a piece shows it; any other opens the link as links open. */
  #press(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.dataset["fromMs"]) {
      event.preventDefault();
      this.#follow.checked = false;
      void this.#load(new URL(link.href).search);
    } else if (link.dataset["atMs"]) {
      const go = new CustomEvent("meeting-go", { detail: Number(link.dataset["atMs"]), cancelable: true });
      if (!document.dispatchEvent(go)) event.preventDefault();
    }
  }
}

define("meeting-words", MeetingWords);
