/** What is said over the picture in a condition, and what can be done about it there. */
import { pageZone } from "../document";
import { clock, wallClock } from "../time";
import type { Words } from "../words";
import type { Condition } from "./condition";
import type { Offer } from "./overlay";

export interface Situation extends Condition {
  muted: boolean;
  paused: boolean;
  live: boolean;
  /** The media's extent is known. */
  known: boolean;
  /** Something has been played. */
  begun: boolean;
  /** Sound only. */
  listening: boolean;
  /** Since when the chamber is away, milliseconds UTC; 0 where nobody said. */
  sinceMs: number;
  /** The place that was kept, seconds. */
  resumeAt: number | undefined;
}

export interface Acts {
  play: () => void;
  fromStart: () => void;
  retry: () => void;
  unmute: () => void;
}

export const sentence = (words: Words, { say, listening, sinceMs }: Situation): string => {
  if (say === undefined) return listening ? words.say("audio-only") : "";
  const since = { time: wallClock(sinceMs, pageZone(), false) };
  if (say === "away" && sinceMs > 0) return words.say("away-since", since);
  if (say === "in-camera" && sinceMs > 0) return words.say("in-camera-since", since);
  return words.say(say);
};

export const offers = (words: Words, now: Situation, acts: Acts): Offer[] => {
  const fromStart = { label: words.say("from-start"), press: acts.fromStart };
  if (now.say === "error") return [{ label: words.say("retry"), press: acts.retry }];
  if (now.state === "ended") return [fromStart];
  if (now.say === undefined && now.paused && !now.begun && now.known) {
    if (now.resumeAt === undefined) return [{ label: words.say("tap"), press: acts.play, large: true }];
    return [{ label: words.say("resume", { time: clock(now.resumeAt) }), press: acts.play, large: true }, fromStart];
  }
  return now.muted && !now.paused && now.live ? [{ label: words.say("unmute"), press: acts.unmute }] : [];
};
