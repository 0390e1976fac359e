/** The interventions of a meeting in their groups and order, as events change them. Pure. */
import type { Intake, Intervention, InterventionLine } from "./protocol";

/** The groups in which they are shown while the meeting is in session. */
export const GROUPS = ["screen", "queue", "asked", "answered", "left"] as const;
export type Group = (typeof GROUPS)[number];

const GROUP_OF: Record<Intervention["state"], Group> = {
  on_screen: "screen",
  queued: "queue",
  approved: "asked",
  deferred: "asked",
  answered: "answered",
  expired: "left",
};

/** The state of a meeting's interventions. */
export class Interventions {
  readonly #all = new Map<string, Intervention>();
  #queue: string[] = [];
  intake: Intake | undefined;
  /** How many the snapshot left out. */
  more = 0;

  get(id: string): Intervention | undefined {
    return this.#all.get(id);
  }

  get size(): number {
    return this.#all.size + this.more;
  }

  /** Takes a line of the server in; answers whether something is to be shown otherwise. */
  take(line: InterventionLine): boolean {
    switch (line.type) {
      case "snapshot":
        this.#all.clear();
        for (const one of line.interventions) this.#all.set(one.id, one);
        [this.#queue, this.intake, this.more] = [line.queue, line.intake, line.more];
        return true;
      case "intervention":
        this.#all.set(line.intervention.id, line.intervention);
        return true;
      case "supported": {
        const one = this.#all.get(line.intervention);
        if (one) one.supports = line.supports;
        return one !== undefined;
      }
      case "dropped":
        return this.#all.delete(line.intervention);
      case "queue":
        this.#queue = line.queue;
        return true;
      case "intake":
        this.intake = line.intake;
        return true;
      default:
        return false;
    }
  }

  /** Those of a group in their order: the queue as the server says, the others by support, what is first sent first. */
  group(group: Group): Intervention[] {
    const here = [...this.#all.values()].filter((one) => GROUP_OF[one.state] === group);
    const place = (one: Intervention) => {
      const at = this.#queue.indexOf(one.id);
      return at < 0 ? this.#queue.length : at;
    };
    const order = (one: Intervention, two: Intervention) =>
      (group === "queue" ? place(one) - place(two) : two.supports - one.supports) || one.at_ms - two.at_ms || (one.id < two.id ? -1 : 1);
    return here.sort(order);
  }

  /** What is before the council. */
  get onScreen(): Intervention | undefined {
    return this.group("screen")[0];
  }
}

/**
 * The order in which rows are to stand: as wanted, or, where somebody points at them or types among them, with those that
 * are there at their places and new ones after them.
 */
export function steady(there: readonly string[], wanted: readonly string[], held: boolean): string[] {
  if (!held) return [...wanted];
  const kept = there.filter((id) => wanted.includes(id));
  return [...kept, ...wanted.filter((id) => !kept.includes(id))];
}
