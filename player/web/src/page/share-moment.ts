/**
 * `<share-moment data-href data-title>`: the link of a page, of its beginning or of the moment that is playing, to
 * copy or to hand to the device.
 */
import { define, make, setText } from "../document";
import { clock, momentLink } from "../time";
import { Words } from "../words";

/** What a player tells about where it is. */
export interface Moment extends HTMLElement {
  /** Seconds since the recording's start on the wall clock; none while it is not known. */
  readonly moment: number | undefined;
}

export class ShareMoment extends HTMLElement {
  #made = false;

  connectedCallback(): void {
    if (this.#made) return;
    this.#made = true;
    const words = Words.of(this);
    const page = this.dataset["href"] || location.href;
    const link = make("input", { type: "text", readonly: true, "aria-label": words.say("label") });
    const at = make("input", { type: "checkbox" });
    const atText = make("span");
    const status = make("p", { class: "share-status", role: "status" });
    const update = () => {
      const moment = this.#moment();
      atText.textContent = words.say("at", { time: clock(moment ?? 0) });
      link.value = at.checked && moment !== undefined ? momentLink(page, moment) : plain(page);
    };
    const choice = make("label", { class: "check" }, at, atText);
    at.checked = this.#moment() !== undefined;
    choice.hidden = document.querySelector("meeting-player") === null;
    at.addEventListener("change", update);
    link.addEventListener("focus", () => (update(), link.select()));
    this.addEventListener("pointerenter", update);
    const copy = make("button", { type: "button", class: "button secondary" }, words.say("copy"));
    copy.addEventListener("click", () => {
      update();
      void copyText(link.value).then((done) => {
        setText(status, words.say(done ? "copied" : "failed"));
        if (!done) link.select();
      });
    });
    const row = make("div", { class: "share-row" }, link, copy);
    if (typeof navigator.share === "function") {
      const share = make("button", { type: "button", class: "button secondary" }, words.say("system"));
      share.addEventListener("click", () => {
        update();
        void navigator.share({ title: this.dataset["title"] ?? document.title, url: link.value }).catch(() => undefined);
      });
      row.append(share);
    }
    this.append(choice, row, status);
    update();
    // A link that is being looked at stays what it was.
    document.addEventListener("player-moved", () => at.checked || update());
  }

  #moment(): number | undefined {
    return (document.querySelector("meeting-player") as Moment | null)?.moment;
  }
}

/** The address without a moment. */
function plain(page: string): string {
  const url = new URL(page, location.href);
  url.searchParams.delete("t");
  url.hash = "";
  return url.href;
}

/** Copies; false where the browser refuses, so that the caller can offer the text. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

define("share-moment", ShareMoment);
