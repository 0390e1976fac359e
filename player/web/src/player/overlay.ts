/** What stands over the picture: words about the state, and the one thing to press. */
import { make, setText } from "../document";
import { icon } from "./icons";

/** A button over the picture. */
export interface Offer {
  label: string;
  press: () => void;
  /** The large one in the middle, with the drawing of play. */
  large?: boolean;
}

export class Overlay {
  readonly element = make("div", { class: "player-overlay" });
  readonly #text = make("p", { class: "player-status", role: "status" });
  readonly #offers = make("div", { class: "player-offers" });
  #shown = "";

  constructor() {
    this.element.append(this.#text, this.#offers);
  }

  show(text: string, offers: Offer[]): void {
    setText(this.#text, text);
    const key = offers.map((offer) => offer.label).join("\n");
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#offers.contains(document.activeElement);
    this.#offers.replaceChildren(
      ...offers.map(({ label, press, large }) =>
        large
          ? make("button", { type: "button", class: "player-large", click: press }, icon("play"), make("span", {}, label))
          : make("button", { type: "button", class: "player-offer", click: press }, label),
      ),
    );
    if (focused) this.element.closest("meeting-player")?.querySelector<HTMLElement>(".tool-play")?.focus();
  }
}
