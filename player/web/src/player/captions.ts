/** The captions of a meeting: which there are, and the language in which a viewer chose to read. */
import type Hls from "hls.js";
import { keep, kept } from "../kept";
import type { Choice } from "./engine";

const KEY = "bema-captions";
/** What is kept of a viewer who wants none. */
const NONE = "none";

/** The tracks of words that the video itself has, where hls.js does not play it. */
function own(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter((track) => ["captions", "subtitles"].includes(track.kind));
}

/** What can be read beside the picture. */
export function captionsOf(video: HTMLVideoElement, hls: Hls | undefined): Choice[] {
  if (hls) return hls.subtitleTracks.map(({ name, lang }, id) => ({ id, label: name, ...(lang && { lang }), chosen: hls.subtitleTrack === id }));
  return own(video).map(({ label, language, mode }, id) => ({ id, label: label || language, lang: language, chosen: mode === "showing" }));
}

/** Shows the captions of this number and no others; −1 shows none. */
export function showCaptions(video: HTMLVideoElement, hls: Hls | undefined, id: number): void {
  if (hls) {
    hls.subtitleDisplay = true;
    hls.subtitleTrack = id;
  } else {
    own(video).forEach((track, index) => (track.mode = index === id ? "showing" : "disabled"));
  }
}

/** Keeps what was chosen, for every meeting. */
export function keepCaptions(chosen: Choice | undefined): void {
  keep(KEY, chosen ? (chosen.lang ?? "") : NONE);
}

/** The captions that are shown unasked: those in the language that was chosen before, or whichever there are. */
export function wantedCaptions(choices: Choice[]): number {
  const wanted = kept(KEY);
  if (wanted === undefined || wanted === NONE || choices.length === 0) return -1;
  return Math.max(0, choices.findIndex(({ lang }) => lang === wanted));
}
