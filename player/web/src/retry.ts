/** How long to wait before trying again. Pure. */

/** The longest wait, so that a server that comes back is noticed within seconds. */
export const LONGEST_WAIT_MS = 4000;

/**
 * The wait before try number `attempt` (from 0): doubles from half a second, at most {@link LONGEST_WAIT_MS},
 * of which a random half is taken away, so that thousands of viewers do not come back in step.
 */
export function waitMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(Math.max(0, attempt), 10));
  return Math.round(full / 2 + (full / 2) * random());
}
