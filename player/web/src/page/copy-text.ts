/** `<copy-text data-value>`: a button that copies a text, and says whether it did. */
import { define, make, setText } from "../document";
import { Words } from "../words";
import { copyText } from "./share-moment";

export class CopyText extends HTMLElement {
  #made = false;

  connectedCallback(): void {
    if (this.#made) return;
    this.#made = true;
    const words = Words.of(this);
    const status = make("span", { class: "copy-status", role: "status" });
    const button = make("button", { type: "button", class: "button secondary small" }, words.say("copy"));
    button.addEventListener("click", () => {
      void copyText(this.dataset["value"] ?? "").then((done) => {
        setText(status, words.say(done ? "copied" : "failed"));
        if (!done) this.#select();
      });
    });
    this.append(button, status);
  }

  /** Marks the text beside the button, for a browser that does not let a page copy. */
  #select(): void {
    const text = this.parentElement?.querySelector("code");
    if (text) getSelection()?.selectAllChildren(text);
  }
}

define("copy-text", CopyText);
