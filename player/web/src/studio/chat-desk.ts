/**
 * `<chat-desk data-meeting data-show>`: the moderators' table of the chat. A publishes or puts back, R refuses or removes,
 * U takes the last decision back.
 */
import { define } from "../document";
import { TableDesk, type Heard } from "./table-desk";

export class ChatDesk extends TableDesk {
  protected readonly keys = { a: "approve", r: "refuse" };

  protected get pushes(): boolean {
    return this.dataset["show"] !== "held";
  }

  protected channels(meeting: string): string[] {
    return [meeting, `${meeting}/moderation`];
  }

  protected heard(line: Heard): void {
    if (line.type === "changed") {
      this.say(this.words.say("held", { value: Number(line["held"]) }));
      this.changed();
    }
    if (["said", "removed", "restored", "mode"].includes(line.type) && this.dataset["show"] !== "held") this.changed();
  }
}

define("chat-desk", ChatDesk);
