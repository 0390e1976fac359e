/** `<floor-screen data-meeting>`: what is before the council, as it changes. Nothing here is pressed. */
import { FloorSocket } from "../chat/socket";
import { define, setText } from "../document";
import { Interventions } from "../interventions/list";
import type { InterventionLine } from "../interventions/protocol";
import { Words } from "../words";

export class FloorScreen extends HTMLElement {
  #words = new Words();
  #all = new Interventions();
  #socket: FloorSocket<InterventionLine> | undefined;

  connectedCallback(): void {
    this.#words = Words.of(this);
    // A screen that has lost its connection goes on showing what was last before the council, and comes back by itself.
    this.#socket = new FloorSocket<InterventionLine>({ line: (line) => this.#all.take(line) && this.#draw(), connected: () => undefined });
    this.#socket.follow(`meeting/${this.dataset["meeting"] ?? ""}/interventions`);
  }

  disconnectedCallback(): void {
    this.#socket?.end();
  }

  #draw(): void {
    const [card, one] = [this.#slot("card"), this.#all.onScreen];
    if (card) card.hidden = one === undefined;
    if (!one || !card) return;
    card.dataset["intervention"] = one.id;
    const item = one.item && this.querySelector(`[data-item="${CSS.escape(one.item)}"]`)?.textContent;
    setText(this.#slot("kind"), this.#words.say(`kind-${one.kind}`));
    setText(this.#slot("item"), item || "");
    setText(this.#slot("text"), one.text);
    setText(this.#slot("name"), one.name ?? this.#words.say("anonymous"));
    setText(this.#slot("supports"), this.#words.say("supports", { value: one.supports }));
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  }
}

define("floor-screen", FloorScreen);
