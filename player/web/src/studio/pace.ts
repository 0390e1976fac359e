/** How long the rest of something takes, from how fast it went lately. Pure. */

/** The pace is that of the last so many milliseconds. */
const WINDOW_MS = 20_000;
/** Before so long nothing is said of it. */
const LEAST_MS = 3_000;

export class Pace {
  #points: { at: number; sent: number }[] = [];

  /** Milliseconds that are left at instant `now`, when `sent` of `all` are done; none while that cannot be told. */
  left(sent: number, all: number, now: number): number | undefined {
    this.#points.push({ at: now, sent });
    this.#points = this.#points.filter(({ at }) => now - at <= WINDOW_MS);
    const first = this.#points[0];
    if (!first || now - first.at < LEAST_MS || sent <= first.sent) return undefined;
    return ((all - sent) * (now - first.at)) / (sent - first.sent);
  }
}
