/** Where a viewer left a recording, kept on the viewer's own device. */

const KEY = "bema-places";
/** The oldest are forgotten beyond so many. */
const KEPT = 50;
/** Nobody wants to be led back to the first or the last half minute. */
const MARGIN = 30;

type Places = [meeting: string, seconds: number][];

function read(): Places {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(parsed) ? (parsed as Places).filter((place) => Array.isArray(place)) : [];
  } catch {
    return [];
  }
}

/** The position in seconds at which the meeting was left. */
export function placeOf(meeting: string): number | undefined {
  const seconds = read().find(([id]) => id === meeting)?.[1];
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : undefined;
}

/** Remembers a position; at the beginning or the end of the recording it forgets the meeting instead. */
export function keepPlace(meeting: string, seconds: number, duration: number): void {
  const others = read().filter(([id]) => id !== meeting);
  const worth = seconds > MARGIN && seconds < duration - MARGIN;
  const places = worth ? [[meeting, Math.floor(seconds)] as Places[number], ...others] : others;
  try {
    localStorage.setItem(KEY, JSON.stringify(places.slice(0, KEPT)));
  } catch {
    // A browser that keeps nothing for us starts at the beginning.
  }
}
