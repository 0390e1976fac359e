/** Between a position in the media (seconds) and the wall clock (milliseconds UTC). Pure. */

/** A run of media that starts at a known instant. */
export interface Span {
  /** Where it starts in the media, seconds. */
  start: number;
  /** How long it is, seconds. */
  duration: number;
  /** When its first frame was taken, milliseconds UTC. */
  wallMs: number;
}

/** Spans in order of the media; between two of them the wall clock may jump. */
export class Timeline {
  readonly #spans: readonly Span[];

  constructor(spans: readonly Span[]) {
    this.#spans = spans.filter((span) => Number.isFinite(span.wallMs) && Number.isFinite(span.start));
  }

  /** Whether nothing is known. */
  get empty(): boolean {
    return this.#spans.length === 0;
  }

  /** The instant of the first frame. */
  get beganMs(): number | undefined {
    return this.#spans[0]?.wallMs;
  }

  /** The wall clock at a position; before the first and after the last span it is carried on. */
  wallAt(position: number): number | undefined {
    const span = this.#spans[Math.max(0, this.#lastWhere((each) => each.start <= position))];
    return span && span.wallMs + (position - span.start) * 1000;
  }

  /** The position at an instant; in a gap the start of what follows it, before the beginning the beginning. */
  positionAt(wallMs: number): number | undefined {
    const index = this.#lastWhere((each) => each.wallMs <= wallMs);
    const span = this.#spans[index];
    if (!span) return this.#spans[0]?.start;
    const within = span.start + (wallMs - span.wallMs) / 1000;
    if (within < span.start + span.duration) return within;
    const next = this.#spans[index + 1];
    return next ? next.start : span.start + span.duration;
  }

  /** Binary search: the last span for which `holds` is true, given that it is true for a run from the first. */
  #lastWhere(holds: (span: Span) => boolean): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const span = this.#spans[middle];
      if (span && holds(span)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
