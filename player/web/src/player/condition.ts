/** What state the player is in, and what it says about it. Pure. */

/** What tests and styles see in `data-state`. */
export type State = "loading" | "playing" | "waiting" | "away" | "paused" | "ended" | "error";

/** All that counts. */
export interface Facts {
  /** Nothing here can play it. */
  unsupported: boolean;
  /** Every recovery failed. */
  failed: boolean;
  /** The meeting's stage: `live`, `paused`, `in_camera`, `ended`. */
  stage: string;
  /** What the recording says of its source: `waiting`, `running`, `away`, `paused`, `in_camera`, `opening`, `ended`; empty if not known. */
  source: string;
  /** What plays still grows. */
  live: boolean;
  /** The viewer is at the newest media (or there is none yet), so that what holds in the chamber holds here. */
  atEdge: boolean;
  /** The media is known to the player. */
  known: boolean;
  /** There is a picture. */
  pictured: boolean;
  /** The viewer has paused, or has not begun. */
  idle: boolean;
  /** The media has run out, for how many milliseconds; 0 while it runs. */
  dryMs: number;
  /** The last request of the network failed. */
  trouble: boolean;
  /** The browser has a network. */
  online: boolean;
  /** The last frame has been shown. */
  over: boolean;
}

/** A state, and the key of what to say: none while all is well. */
export interface Condition {
  state: State;
  say?: "loading" | "waiting" | "stalled" | "unreachable" | "away" | "paused" | "in-camera" | "opening" | "ended" | "offline" | "error" | "unsupported";
}

/** So long may the media run dry before a word is said. */
const PATIENCE_MS = 1500;

export function condition(facts: Facts): Condition {
  if (facts.unsupported) return { state: "error", say: "unsupported" };
  if (facts.failed) return { state: "error", say: "error" };
  if (facts.over && !facts.live) return { state: "ended", say: "ended" };
  if (facts.atEdge && facts.stage !== "ended") {
    if (facts.stage === "in_camera" || facts.source === "in_camera") return { state: "paused", say: "in-camera" };
    if (facts.source === "opening") return { state: "paused", say: "opening" };
    if (facts.stage === "paused" || facts.source === "paused") return { state: "paused", say: "paused" };
    if (facts.source === "away") return { state: "away", say: "away" };
    if (facts.source === "waiting" && !facts.pictured) return { state: "loading", say: "waiting" };
  }
  const dry = facts.dryMs > PATIENCE_MS;
  if (!facts.online && (dry || !facts.known)) return { state: "waiting", say: "offline" };
  if (facts.trouble && (dry || !facts.known)) return { state: "waiting", say: "unreachable" };
  if (facts.known && facts.idle) return { state: "paused" };
  if (!facts.pictured) return dry || !facts.known || !facts.idle ? { state: "loading", say: "loading" } : { state: "paused" };
  if (facts.dryMs > 0) return dry ? { state: "waiting", say: "stalled" } : { state: "waiting" };
  return { state: "playing" };
}
