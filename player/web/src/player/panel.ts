/** A button that opens a small panel above the bar: closed by Escape, by a press elsewhere, and by its button. */
import { make } from "../document";

let made = 0;

export class Panel {
  readonly button: HTMLButtonElement;
  readonly body: HTMLDivElement;

  /** `fill` makes the contents each time it opens. */
  constructor(button: HTMLButtonElement, label: string, fill: (body: HTMLDivElement) => void) {
    this.button = button;
    this.body = make("div", { class: "player-panel", id: `player-panel-${++made}`, role: "group", "aria-label": label });
    this.body.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", this.body.id);
    button.addEventListener("click", () => {
      if (this.open) this.close();
      else this.#open(fill);
    });
    this.body.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
      button.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      const inside = event.composedPath();
      if (this.open && !inside.includes(this.body) && !inside.includes(button)) this.close();
    });
  }

  get open(): boolean {
    return !this.body.hidden;
  }

  close(): void {
    this.body.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  #open(fill: (body: HTMLDivElement) => void): void {
    this.body.replaceChildren();
    fill(this.body);
    this.body.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.body.querySelector<HTMLElement>("select, input, button")?.focus();
  }
}
