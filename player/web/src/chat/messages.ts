/** The messages of a chat in their order, as events change them. Pure. */
import type { Line, Message, Mode } from "./protocol";

/** Messages that are kept; older ones are fetched with the page. */
export const KEPT = 500;

/** The state of a chat. */
export class Messages {
  #list: Message[] = [];
  mode: Mode | undefined;
  pinned: Message | undefined;

  /** What is there, oldest first. */
  get all(): readonly Message[] {
    return this.#list;
  }

  get(id: string): Message | undefined {
    return this.#list.find((each) => each.id === id);
  }

  /** Begins with these. */
  reset(messages: readonly Message[]): void {
    this.#list = [...messages].slice(-KEPT);
  }

  /** Takes a line of the server in; answers the message that is new, if one is. */
  take(line: Line): Message | undefined {
    switch (line.type) {
      case "snapshot":
        this.reset(line.messages);
        this.mode = line.mode;
        this.pinned = line.pinned ?? undefined;
        return undefined;
      case "said":
        return this.#add(line.message) ? line.message : undefined;
      case "restored":
        this.#add(line.message);
        return undefined;
      case "removed":
        this.#list = this.#list.filter((each) => each.id !== line.message);
        if (this.pinned?.id === line.message) this.pinned = undefined;
        return undefined;
      case "pinned":
        this.pinned = line.message === null ? undefined : this.get(line.message) ?? this.pinned;
        return undefined;
      case "mode":
        this.mode = line.mode;
        return undefined;
      default:
        return undefined;
    }
  }

  /** At its place by time; false where it is there already. */
  #add(message: Message): boolean {
    if (this.get(message.id)) return false;
    let at = this.#list.length;
    while (at > 0 && (this.#list[at - 1] as Message).at_ms > message.at_ms) at -= 1;
    this.#list.splice(at, 0, message);
    if (this.#list.length > KEPT) this.#list.shift();
    return true;
  }
}
