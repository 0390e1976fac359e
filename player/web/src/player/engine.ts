/**
 * Plays one HLS address in a video element: hls.js where the browser has Media Source Extensions, else the browser
 * itself. Recovers by itself from whatever can be recovered from, and tells positions and instants apart.
 */
import Hls, { type ErrorData, type LevelDetails } from "hls.js";
import { waitMs } from "../retry";
import { type Span, Timeline } from "../timeline";
import { Captions } from "./captions";
import { settings } from "./hls-settings";
import { beyondHole } from "./holes";
import { fetchSounds, keepLanguage, keptLanguage, type Sound } from "./sounds";

/** Where to begin: at the live edge (or the beginning of a recording), at an instant, or at a position. */
export type Start = { at: "edge" } | { at: "instant"; wallMs: number; guess: number } | { at: "position"; seconds: number };

/** Something that can be chosen: a quality, a sound track, captions. */
export interface Choice {
  id: number;
  label: string;
  /** What the label is written in, where it is not the page's language. */
  lang?: string;
  chosen: boolean;
}

/** What the engine tells: `change` of what there is to choose or show, `trouble` and `well` of the network. */
export type EngineEvent = "change" | "trouble" | "well" | "failed";

/** A recovery that keeps failing is given up after so many within a minute. */
const REBUILDS_A_MINUTE = 5;
/** Playlists come and nothing can be played for so long: the loaders wait for each other, and a new start frees them. */
const STUCK_MS = 4000;
/** The same where no playlist comes. */
const STUCK_FOR_GOOD_MS = 9000;
/** Seconds by which the first position lies within the media. */
const INSIDE = 0.05;
/** The viewers look for new sounds spread over so long, so that they do not all ask at once. */
const SPREAD_MS = 1500;
/** Wall-clock jumps smaller than this are rounding. */
const SAME_SPAN_MS = 40;

export class Engine extends EventTarget {
  readonly video: HTMLVideoElement;
  readonly #captions: Captions;
  #hls: Hls | undefined;
  #source = "";
  #start: Start = { at: "edge" };
  #placed = true;
  #details: LevelDetails | undefined;
  #timeline = new Timeline([]);
  #timelineOf: unknown;
  #recovered = -Infinity;
  #rebuilds: number[] = [];
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #eager: boolean;
  /** Since when a playlist has come and nothing could be played; 0 while all is well. */
  #dry = 0;
  /** The multivariant playlist that lists the sounds, and those. */
  #index = "";
  #sounds: Sound[] = [];
  /** What was chosen, here or in another meeting. */
  #language = keptLanguage();
  /** How many discontinuities there are; with each the source may have come to send other sounds. */
  #cuts: number | undefined;

  /** `eager` buffers far ahead at once; without it only what shows the first picture, until it plays. */
  constructor(video: HTMLVideoElement, eager: boolean) {
    super();
    this.video = video;
    this.#captions = new Captions(video);
    this.#eager = eager;
    video.addEventListener("play", () => this.#hurry());
    video.addEventListener("loadedmetadata", () => this.#place());
    video.addEventListener("error", () => !this.#hls && this.#source && this.#later(() => this.#open()));
  }

  /** Whether anything here can play HLS. */
  static supported(video: HTMLVideoElement): boolean {
    return Hls.isSupported() || video.canPlayType("application/vnd.apple.mpegurl") !== "";
  }

  /** Opens an address. */
  load(source: string, start: Start): void {
    this.#source = source;
    this.#start = start;
    this.#attempt = 0;
    this.#rebuilds = [];
    this.#open();
  }

  /** Lets go of the video element. */
  destroy(): void {
    clearTimeout(this.#timer);
    this.#source = "";
    this.#hls?.destroy();
    this.#hls = undefined;
  }

  /** Whether what plays still grows. */
  get live(): boolean {
    if (this.#hls) return this.#details?.live ?? false;
    return this.video.duration === Infinity;
  }

  /** Whether the length is known, so that the controls can be used. */
  get known(): boolean {
    return this.#hls ? this.#details !== undefined : this.video.readyState > 0;
  }

  /** The first position; a little inside, since hls.js takes what rounding puts before it for the live edge. */
  get start(): number {
    if (this.#hls) return (this.#details?.fragmentStart ?? 0) + INSIDE;
    return this.video.seekable.length > 0 ? this.video.seekable.start(0) : 0;
  }

  /** The last position: of a recording its end, live the newest media. */
  get end(): number {
    if (this.#hls && this.#details) return this.#details.edge;
    const { seekable, duration } = this.video;
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : Number.isFinite(duration) ? duration : 0;
  }

  /** The position that counts as live: as near to the edge as plays without stalling. */
  get edge(): number {
    return this.#hls?.liveSyncPosition ?? Math.max(this.start, this.end - 6);
  }

  /** Seconds behind where live is played; 0 for a recording. */
  get behind(): number {
    return this.live ? Math.max(0, this.edge - this.video.currentTime) : 0;
  }

  /** Between positions and instants. */
  get timeline(): Timeline {
    if (this.#hls) {
      if (this.#details && this.#details !== this.#timelineOf) {
        this.#timeline = new Timeline(spans(this.#details));
        this.#timelineOf = this.#details;
      }
    } else if (this.#timeline.empty) {
      const began = (this.video as { getStartDate?: () => Date }).getStartDate?.().getTime();
      if (began !== undefined && Number.isFinite(began)) {
        this.#timeline = new Timeline([{ start: 0, duration: Infinity, wallMs: began }]);
      }
    }
    return this.#timeline;
  }

  get qualities(): Choice[] {
    const hls = this.#hls;
    if (!hls || hls.levels.length < 2) return [];
    return hls.levels.map((level, id) => ({
      id,
      label: level.height ? `${Math.min(level.height, level.width)}p` : `${Math.round(level.bitrate / 1000)} kb/s`,
      chosen: !hls.autoLevelEnabled && hls.loadLevel === id,
    }));
  }

  /** −1 leaves the choice to the connection. */
  chooseQuality(id: number): void {
    if (this.#hls) this.#hls.nextLevel = id;
  }

  get sounds(): Choice[] {
    if (this.#sounds.length < 2) return [];
    const heard = this.sound ?? new URL(this.#source, location.href).href;
    return this.#sounds.map(({ name, lang, url }, id) => ({ id, label: name, lang, chosen: url === heard }));
  }

  /** The playlist of the sound that is heard beside pictures. */
  get sound(): string | undefined {
    const hls = this.#hls;
    return hls?.audioTracks[hls.audioTrack]?.url;
  }

  /** Plays another sound, and from now on the one in its language in every meeting. */
  chooseSound(id: number): void {
    const sound = this.#sounds[id];
    if (!sound) return;
    this.#language = sound.lang;
    keepLanguage(sound.lang);
    const known = this.#hls?.audioTracks.findIndex((track) => track.url === sound.url) ?? -1;
    if (this.#hls && known >= 0) {
      this.#hls.audioTrack = known;
    } else {
      if (this.#source !== this.#index) this.#source = sound.url;
      this.#reopen();
    }
    this.#tell("change");
  }

  /** Where the source sends another sound than before, it is offered; at once to those who have chosen it. */
  async #lookForSounds(): Promise<void> {
    const sounds = await fetchSounds(this.#index);
    const fresh = sounds.filter(({ url }) => !this.#sounds.some((known) => known.url === url));
    if (fresh.length === 0 || !this.#source) return;
    this.#sounds = sounds;
    const wanted = fresh.find(({ lang }) => lang === this.#language);
    if (wanted) this.chooseSound(sounds.indexOf(wanted));
    this.#tell("change");
  }

  #followSounds(): void {
    const tracks = this.#hls?.audioTracks ?? [];
    if (tracks.length === 0) return;
    this.#index = this.#source;
    this.#sounds = tracks.map(({ name, lang, url }) => ({ name, lang: lang ?? "", url }));
  }

  get captions(): Choice[] {
    return this.#captions.choices;
  }

  /** −1 shows none. */
  chooseCaptions(id: number): void {
    this.#captions.choose(id);
    this.#tell("change");
  }

  /** Tries again now, whatever went before. */
  again(): void {
    this.#rebuilds = [];
    this.#attempt = 0;
    this.#rebuild();
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#dry = 0;
    this.#details = undefined;
    this.#timeline = new Timeline([]);
    this.#timelineOf = undefined;
    this.#placed = this.#start.at === "edge";
    if (Hls.isSupported()) this.#openWithHls();
    else this.video.src = this.#source;
  }

  #openWithHls(): void {
    const at = this.#start;
    const from = at.at === "edge" ? -1 : at.at === "position" ? at.seconds : at.guess;
    const hls = new Hls(settings(from, this.#eager || !this.video.paused, this.#language));
    this.#hls = hls;
    const { Events } = Hls;
    hls.on(Events.LEVEL_UPDATED, (_, { details }) => this.#updated(details));
    hls.on(Events.AUDIO_TRACKS_UPDATED, () => this.#followSounds());
    this.#captions.follow(hls);
    const changes = [Events.SUBTITLE_TRACKS_UPDATED, Events.SUBTITLE_TRACK_SWITCH, Events.MANIFEST_PARSED, Events.AUDIO_TRACKS_UPDATED, Events.AUDIO_TRACK_SWITCHED, Events.LEVEL_SWITCHED] as const;
    for (const event of changes) {
      hls.on(event, () => this.#tell("change"));
    }
    hls.on(Events.FRAG_BUFFERED, () => this.#fine());
    hls.on(Events.ERROR, (_, data) => this.#erred(data));
    hls.attachMedia(this.video);
    hls.loadSource(this.#source);
  }

  #updated(details: LevelDetails): void {
    const changed = this.#details?.live !== details.live;
    this.#details = details;
    if (details.live && this.#index && this.#cuts !== undefined && this.#cuts !== details.endCC) {
      setTimeout(() => void this.#lookForSounds(), Math.random() * SPREAD_MS);
    }
    this.#cuts = details.endCC;
    this.#place();
    this.#unstick();
    if (changed) this.#tell("change");
  }

  /**
   * Playlists of a live meeting come several times a second. Where they do and the video has had nothing to play for
   * some seconds, although it should, hls.js waits for a track that waits for another (seen where a page is opened just
   * as the slate gives way to the source).
   */
  #unstick(after = STUCK_MS): void {
    const { video } = this;
    const dry = this.live && !video.seeking && video.readyState < 3 && !(video.paused && video.readyState > 0);
    if (!dry) this.#dry = 0;
    else if (this.#dry === 0) this.#dry = performance.now();
    else if (performance.now() - this.#dry > after) {
      this.#dry = 0;
      this.#rebuild();
    }
  }

  /** To be called now and then: where playlists come no more either, although the network is there, it begins anew. */
  watch(): void {
    this.#hop();
    if (navigator.onLine) this.#unstick(STUCK_FOR_GOOD_MS);
  }

  /** hls.js steps over a hole while it plays; a seek that ends in one it leaves waiting. */
  #hop(): void {
    const { video } = this;
    const waits = video.seeking && video.readyState < 2 ? video.currentTime : undefined;
    const again = waits !== undefined && waits === this.#waits;
    this.#waits = waits;
    if (waits === undefined || !again) return;
    const { buffered } = video;
    const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)] as const);
    const beyond = beyondHole(ranges, waits);
    if (beyond !== undefined) video.currentTime = beyond;
  }
  #waits: number | undefined;

  /** Goes to the instant that was asked for, once the timeline is known. */
  #place(): void {
    if (this.#placed || !this.known) return;
    this.#placed = true;
    const { video } = this;
    const want =
      this.#start.at === "instant"
        ? (this.timeline.positionAt(this.#start.wallMs) ?? this.#start.guess)
        : this.#start.at === "position"
          ? this.#start.seconds
          : this.edge;
    const far = this.#start.at === "instant" && Math.abs(want - this.#start.guess) > 0.5;
    if (far || !this.#hls) video.currentTime = Math.min(Math.max(want, this.start), Math.max(this.start, this.end - 0.5));
  }

  #hurry(): void {
    this.#eager = true;
    if (this.#hls) this.#hls.config.maxBufferLength = settings(-1, true).maxBufferLength ?? 30;
  }

  #fine(): void {
    this.#attempt = 0;
    this.#tell("well");
  }

  #erred(data: ErrorData): void {
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) this.#tell("trouble");
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) {
      this.#later(() => (this.#details ? this.#hls?.startLoad() : this.#open()));
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && performance.now() - this.#recovered > 10_000) {
      this.#recovered = performance.now();
      this.#hls?.recoverMediaError();
    } else {
      this.#rebuild();
    }
  }

  /** Starts over at the same place; gives up, and says so, when that happens again and again. */
  #rebuild(): void {
    const now = performance.now();
    this.#rebuilds = this.#rebuilds.filter((at) => now - at < 60_000);
    if (this.#rebuilds.length >= REBUILDS_A_MINUTE) {
      this.#tell("failed");
      return;
    }
    this.#rebuilds.push(now);
    const open = this.#atThisPlace();
    this.#later(open);
  }

  #reopen(): void {
    this.#atThisPlace()();
  }

  /** What opens it anew at the place where it now is. */
  #atThisPlace(): () => void {
    const { video } = this;
    const played = !video.paused;
    if (video.currentTime > 0 && this.behind < 10 && this.live) this.#start = { at: "edge" };
    else if (video.currentTime > 0) this.#start = { at: "position", seconds: video.currentTime };
    return () => {
      this.#open();
      if (played) void video.play().catch(() => undefined);
    };
  }

  #later(what: () => void): void {
    clearTimeout(this.#timer);
    this.#tell("trouble");
    this.#timer = setTimeout(what, waitMs(this.#attempt++));
  }

  #tell(event: EngineEvent): void {
    this.dispatchEvent(new Event(event));
  }
}

/** The runs of a playlist within which the wall clock and the media go in step. */
function spans(details: LevelDetails): Span[] {
  const runs: Span[] = [];
  for (const { start, duration, programDateTime } of details.fragments) {
    if (programDateTime === null) continue;
    const last = runs.at(-1);
    if (last && Math.abs(last.wallMs + (start - last.start) * 1000 - programDateTime) < SAME_SPAN_MS) {
      last.duration = start + duration - last.start;
    } else {
      runs.push({ start, duration, wallMs: programDateTime });
    }
  }
  return runs;
}
