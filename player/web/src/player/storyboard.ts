/** The small pictures of a meeting, by instant. */

/** How long the list of a meeting that still grows is good for. */
const FRESH_MS = 20_000;
/** A picture further away than this shows something else. */
const NEAR_MS = 60_000;

export class Storyboard {
  readonly #meeting: string;
  #instants: number[] = [];
  #readAt = -Infinity;
  #final = false;

  constructor(meeting: string) {
    this.#meeting = meeting;
  }

  /** Reads the list where it may have grown. */
  async refresh(live: boolean): Promise<void> {
    if (this.#final || performance.now() - this.#readAt < FRESH_MS) return;
    this.#readAt = performance.now();
    try {
      const response = await fetch(`/media/${encodeURIComponent(this.#meeting)}/thumbnails.json`);
      if (!response.ok) return;
      const list = (await response.json()) as { instants?: unknown };
      if (!Array.isArray(list.instants)) return;
      this.#instants = list.instants.filter((each): each is number => typeof each === "number");
      this.#final = !live;
    } catch {
      // Without pictures the preview shows times.
    }
  }

  /** The address of the picture nearest to an instant. */
  at(wallMs: number): string | undefined {
    const found = nearest(this.#instants, wallMs);
    if (found === undefined || Math.abs(found - wallMs) > NEAR_MS) return undefined;
    return `/media/${encodeURIComponent(this.#meeting)}/thumbnail/${found}.jpg`;
  }
}

/** The nearest of ascending numbers. */
export function nearest(ascending: readonly number[], wanted: number): number | undefined {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) < wanted) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [ascending[low - 1], ascending[low]];
  if (before === undefined || after === undefined) return before ?? after;
  return wanted - before <= after - wanted ? before : after;
}
