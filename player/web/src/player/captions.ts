/** The captions beside a picture: which there are, the language that a viewer chose, and the one track that shows them. */
import Hls from "hls.js";
import { keep, kept } from "../kept";
import type { Choice } from "./engine";

const KEY = "bema-captions";
/** What is kept of a viewer who wants none. */
const NONE = "none";

/** The captions that are shown unasked: those in the language that was chosen before, or whichever there are. */
function wanted(choices: Choice[]): number {
  const lang = kept(KEY);
  if (lang === undefined || lang === NONE || choices.length === 0) return -1;
  return Math.max(0, choices.findIndex((each) => each.lang === lang));
}

export class Captions {
  readonly #video: HTMLVideoElement;
  #hls: Hls | undefined;
  /** Ours, where hls.js plays: its own would be opened at an address that the page's policy refuses. */
  #track: TextTrack | undefined;
  #cues = new Map<string, VTTCue>();

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** The words are what this brings from now on. */
  follow(hls: Hls): void {
    this.#forget();
    this.#hls = hls;
    // hls.js chooses none right after it has told of them.
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => queueMicrotask(() => this.#hls === hls && this.show(wanted(this.choices))));
    hls.on(Hls.Events.CUES_PARSED, (_, { cues }) => (cues as VTTCue[]).forEach((cue) => this.#add(cue)));
  }

  /** What can be read. */
  get choices(): Choice[] {
    const hls = this.#hls;
    if (hls) return hls.subtitleTracks.map(({ name, lang }, id) => ({ id, label: name, ...(lang && { lang }), chosen: hls.subtitleTrack === id }));
    return this.#own.map(({ label, language, mode }, id) => ({ id, label: label || language, lang: language, chosen: mode === "showing" }));
  }

  /** Shows those of this number and no others, and in every meeting from now on; −1 shows none. */
  choose(id: number): void {
    const chosen = this.choices[id];
    keep(KEY, chosen ? (chosen.lang ?? "") : NONE);
    this.show(id);
  }

  show(id: number): void {
    const hls = this.#hls;
    if (!hls) {
      this.#own.forEach((track, index) => (track.mode = index === id ? "showing" : "disabled"));
      return;
    }
    const choice = this.choices[id];
    if (choice) this.#track ??= this.#video.addTextTrack("captions", choice.label, choice.lang);
    if (this.#track) this.#track.mode = choice ? "showing" : "hidden";
    hls.subtitleTrack = choice ? id : -1;
  }

  /** The tracks of words that the browser has found by itself. */
  get #own(): TextTrack[] {
    return [...this.#video.textTracks].filter((track) => ["captions", "subtitles"].includes(track.kind));
  }

  /** A caption that spans segments comes with each of them. */
  #add(cue: VTTCue): void {
    if (!this.#track || this.#cues.has(cue.id)) return;
    this.#cues.set(cue.id, cue);
    this.#track.addCue(cue);
  }

  #forget(): void {
    for (const cue of this.#cues.values()) this.#track?.removeCue(cue);
    this.#cues.clear();
  }
}
