/** Holes between stretches: sound and pictures do not always begin together. Pure. */

/** A longer one is no hole but media that has not come yet, seconds. */
const LONGEST = 0.6;
/** So far behind the hole's end both are there, seconds. */
const BEYOND = 0.05;

/** Where a seek that waits at `at`, between what is buffered, should go on; nowhere where it only waits for media. */
export function beyondHole(ranges: readonly (readonly [start: number, end: number])[], at: number): number | undefined {
  if (ranges.some(([start, end]) => start <= at && at < end)) return undefined;
  const next = ranges.find(([start]) => start > at);
  const after = ranges.some(([, end]) => end <= at && at - end < LONGEST);
  return next && after && next[0] - at < LONGEST ? next[0] + BEYOND : undefined;
}
