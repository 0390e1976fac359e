/** What the server says of a source, and its sentences. Pure but for the words, which the page gives. */
import { wallClock } from "../time";
import type { Words } from "../words";
import { number } from "./measures";

export interface SourceStatus {
  connection: { protocol: string; remote: string; encoder: string; since_ms: number } | null;
  tracks: { name: string; kind: "video" | "audio"; codec: string; width?: number; height?: number }[];
  health: {
    at_ms: number;
    bit_rate: number;
    frame_rate: number;
    keyframe_interval_ms: number;
    audio_peak_db: number | null;
    audio_rms_db: number | null;
    drift_ms: number;
    languages: { language: string; peak_db: number | null }[];
  } | null;
  faults: Fault[];
  refused: { at_ms: number; remote: string; reason: { why: string; got?: string; set?: string; what?: string } } | null;
}

export interface Fault {
  fault: string;
  since_ms?: number;
  interval_ms?: number;
  frame_rate?: number;
  drift_ms?: number;
  language?: string;
}

/** What is wrong with the picture: no concern of a source of which only the sound is taken. */
export const IN_PICTURE = new Set(["no_picture", "black", "frozen", "keyframes", "frames_lost", "no_rendition"]);

/** How times and numbers are told. */
export interface Notation {
  language: string;
  zone: string | undefined;
}

const time = (ms: number, { zone }: Notation): string => wallClock(ms, zone, false);

/** What a language's speakers call it: "Ελληνικά", "English"; the code where the browser does not know. */
export function ownName(code: string): string {
  try {
    const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
    return name === code ? code : name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
  } catch {
    return code;
  }
}

/** A fault as a sentence that says what to do. */
export function faultText(words: Words, notation: Notation, fault: Fault): string {
  return words.say(`fault-${fault.fault.replaceAll("_", "-")}`, {
    since: time(fault.since_ms ?? NaN, notation),
    interval: number((fault.interval_ms ?? 0) / 1000, 1, notation.language),
    rate: number(fault.frame_rate ?? 0, 1, notation.language),
    drift: fault.drift_ms ?? 0,
    language: ownName(fault.language ?? ""),
  });
}

/** The last refusal as a sentence; empty without one. */
export function refusedText(words: Words, notation: Notation, refused: SourceStatus["refused"]): string {
  if (!refused) return "";
  const { reason, remote, at_ms } = refused;
  const { got = "", set = "", what = "" } = reason;
  return words.say(`refused-${reason.why}`, { time: time(at_ms, notation), remote, got, set, what });
}

/** The texts of the slots. */
export function facts(words: Words, notation: Notation, status: SourceStatus): Record<string, string> {
  const { connection, health, tracks } = status;
  const unknown = words.say("unknown");
  const measured = (key: string, value: number | null | undefined, decimals: number): string =>
    value === null || value === undefined ? unknown : words.say(key, { value: number(value, decimals, notation.language) });
  const level = ({ language, peak_db }: { language: string; peak_db: number | null }): string =>
    words.say("language", { language: ownName(language), value: measured("level", peak_db, 0) });
  const video = tracks.find((track) => track.kind === "video");
  return {
    connection: connection ? words.say("connected", { time: time(connection.since_ms, notation) }) : words.say("disconnected"),
    resolution: video?.width && video.height ? `${video.width} × ${video.height}` : unknown,
    "frame-rate": measured("frame-rate", health?.frame_rate, 1),
    "bit-rate": measured("bit-rate", health && health.bit_rate / 1e6, 1),
    keyframes: measured("keyframes", health && health.keyframe_interval_ms / 1000, 1),
    level: measured("level", health?.audio_peak_db, 0),
    languages: (health?.languages ?? []).map(level).join(", ") || unknown,
    drift: measured("drift", health?.drift_ms, 0),
    // What the encoder sends; the smaller pictures are ours.
    codec: tracks.filter((track) => !track.name.startsWith("video-")).map((track) => track.codec).join(", ") || unknown,
    encoder: connection?.encoder || unknown,
    // Before it is connected, the page says which it may use.
    ...(connection && { protocol: connection.protocol.toUpperCase() }),
  };
}
