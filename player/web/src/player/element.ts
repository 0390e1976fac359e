/**
 * `<meeting-player>`: wraps the page's `<video controls>` and replaces the browser's controls by ours. Says how it is
 * in `data-state`, and how far behind the chamber in `data-latency` (seconds).
 */
import { define, make, pageZone, setAttribute } from "../document";
import { clock, parseMoment, wallClock } from "../time";
import { Words } from "../words";
import { Bar } from "./bar";
import { Chapters } from "./chapters";
import { type Condition, condition } from "./condition";
import { Engine, type Start } from "./engine";
import { helpDialog } from "./help";
import { action, type Action } from "./keys";
import { fillOptions, SPEEDS } from "./options";
import { Overlay } from "./overlay";
import { Panel } from "./panel";
import { keepPlace, placeOf } from "./places";
import { bufferedEnd, type Extent, type Preview, TimeRange } from "./range";
import { announceSession, tellSession } from "./session";
import { fillShare } from "./share";
import { Storyboard } from "./storyboard";
import { offers, sentence, type Situation } from "./telling";
import { viewOf } from "./view";

/** Closer to the live position than this is live. */
const LIVE_WITHIN = 3;
/** A viewer who follows live and has fallen back so far is brought to the edge. */
const LEFT_BEHIND = 8;

/** What the page's server tells of the meeting. */
interface MeetingState {
  stage: string;
  state: string | null;
  since_ms: number;
}

export class MeetingPlayer extends HTMLElement {
  #engine!: Engine;
  #words = new Words();
  #bar!: Bar;
  #range!: TimeRange;
  #overlay = new Overlay();
  #help!: HTMLDialogElement;
  #storyboard!: Storyboard;
  #chapters!: Chapters;
  #panels: Panel[] = [];
  #facts = { unsupported: false, failed: false, trouble: false, stage: "", source: "", sinceMs: 0 };
  #dryAt = 0;
  #following = true;
  #begun = false;
  #listening = false;
  #resumeAt: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #leftBehind = 0;
  #stops = new AbortController();

  connectedCallback(): void {
    const video = this.querySelector("video");
    if (!video) return;
    this.#stops = new AbortController();
    this.#words = Words.of(this);
    this.#facts.stage = this.dataset["stage"] ?? "ended";
    this.#storyboard = new Storyboard(this.dataset["meeting"] ?? "");
    const live = this.#facts.stage !== "ended";
    video.controls = false;
    video.removeAttribute("src");
    // The stream brings the same words.
    for (const track of video.querySelectorAll("track")) track.remove();
    video.load();
    this.#engine = new Engine(video, live);
    this.#build(video);
    this.#listen(video);
    if (Engine.supported(video)) {
      this.#engine.load(this.dataset["src"] ?? "", this.#opening(live));
      if (live) void this.#begin();
    } else {
      this.#facts.unsupported = true;
    }
    announceSession(video, this, { seek: (by) => this.#seek(video.currentTime + by), to: (at) => this.#seek(at) });
    this.#timer = setInterval(() => this.#tick(), 500);
    this.#show();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
    this.#stops.abort();
    this.#engine?.destroy();
  }

  /** Seconds since the recording's start on the wall clock: what `?t=` counts. */
  get moment(): number | undefined {
    const { timeline, video } = this.#engine;
    const wall = timeline.wallAt(video.currentTime);
    const began = this.#began;
    if (wall !== undefined && began !== undefined) return Math.max(0, (wall - began) / 1000);
    return this.#engine.known ? video.currentTime : undefined;
  }

  get #began(): number | undefined {
    const given = Number(this.dataset["beganMs"]);
    return given > 0 ? given : this.#engine.timeline.beganMs;
  }

  get #atLive(): boolean { return this.#engine.live && this.#engine.behind < LIVE_WITHIN; }
  /** Where to begin: the link's moment, else the place that was kept, else the edge or the beginning. */
  #opening(live: boolean): Start {
    const asked = parseMoment(new URLSearchParams(location.search).get("t"));
    if (asked !== undefined) {
      this.#following = false;
      const began = Number(this.dataset["beganMs"]);
      return began > 0 ? { at: "instant", wallMs: began + asked * 1000, guess: asked } : { at: "position", seconds: asked };
    }
    const kept = live ? undefined : placeOf(this.dataset["meeting"] ?? "");
    if (kept !== undefined) {
      this.#resumeAt = kept;
      return { at: "position", seconds: kept };
    }
    return live ? { at: "edge" } : { at: "position", seconds: 0 };
  }

  #build(video: HTMLVideoElement): void {
    const words = this.#words;
    this.#range = new TimeRange(
      words.say("seek"),
      (position) => this.#seek(position),
      (position) => this.#preview(position),
      () => this.#storyboard.refresh(this.#engine.live),
    );
    this.#chapters = new Chapters(this.#stops.signal);
    this.#range.element.append(this.#chapters.element);
    const commands = {
      play: () => this.#toggle(),
      jump: (by: number) => this.#seek(video.currentTime + by),
      toLive: () => this.#toLive(),
      mute: () => (video.muted = !video.muted),
      volume: (value: number) => this.#volume(value),
      captions: () => this.#captions(),
      listen: () => this.#listenOnly(),
      pip: () => void this.#pip(),
      fullscreen: () => void this.#fullscreen(),
    };
    this.#bar = new Bar(words, commands, this.#range.element);
    this.#help = helpDialog(words);
    const options = new Panel(this.#bar.settings, words.say("settings"), (body) =>
      fillOptions(body, words, this.#engine, {
        listening: this.dataset["audioSrc"] ? this.#listening : undefined,
        listen: commands.listen,
        help: () => (options.close(), this.#help.showModal()),
      }),
    );
    const share = new Panel(this.#bar.share, words.say("share"), (body) => fillShare(body, this.moment ?? 0));
    this.#panels = [options, share];
    const stage = make("div", { class: "player-stage" });
    video.before(stage);
    stage.append(video, this.#overlay.element);
    this.#bar.element.append(options.body, share.body);
    stage.after(this.#bar.element, this.#help);
    this.#bar.element.setAttribute("role", "group");
    this.#bar.element.setAttribute("aria-label", words.say("label"));
    video.setAttribute("aria-label", words.say("label"));
    this.tabIndex = -1;
    this.classList.add("ready");
  }

  #listen(video: HTMLVideoElement): void {
    const { signal } = this.#stops;
    const engine = this.#engine;
    const on = (target: EventTarget, names: string, what: (event: Event) => void) => {
      for (const name of names.split(" ")) target.addEventListener(name, what, { signal });
    };
    on(video, "play pause volumechange ratechange seeked ended durationchange enterpictureinpicture leavepictureinpicture", () => this.#show());
    on(video, "timeupdate", () => this.#show());
    on(video, "playing", () => ((this.#begun = true), (this.#dryAt = 0), this.#show()));
    on(video, "waiting", () => (this.#dryAt ||= performance.now()));
    on(video, "canplay timeupdate", () => video.readyState > 2 && (this.#dryAt = 0));
    on(video, "click", () => (this.focus({ preventScroll: true }), this.#toggle()));
    on(video, "dblclick", () => void this.#fullscreen());
    on(engine, "trouble", () => (this.#facts.trouble = true));
    on(engine, "well", () => ((this.#facts.trouble = false), (this.#facts.failed = false)));
    on(engine, "failed", () => (this.#facts.failed = true));
    on(engine, "change failed", () => this.#show());
    on(this, "keydown", (event) => this.#key(event as KeyboardEvent));
    on(this, "pointermove focusin keydown", () => this.#wake());
    on(document, "fullscreenchange", () => this.#show());
    on(document, "meeting-state", (event) => this.#told((event as CustomEvent<MeetingState>).detail));
    on(document, "meeting-go", (event) => this.#go(event as CustomEvent<number>));
    on(window, "online offline", () => this.#show());
    on(window, "pagehide", () => this.#keep());
  }

  /** To a moment that was pressed on the page. */
  #go(event: CustomEvent<number>): void {
    const position = this.#engine.timeline.positionAt(event.detail);
    if (position === undefined) return;
    event.preventDefault();
    this.#seek(position);
    this.#play();
    this.scrollIntoView({ block: "nearest" });
  }

  #told(state: MeetingState): void {
    this.#facts.stage = state.stage;
    this.#facts.source = state.state ?? "";
    this.#facts.sinceMs = state.since_ms;
    this.dataset["stage"] = state.stage;
    this.#show();
  }

  /** Plays with sound; where the browser allows none unasked, without it, and offers it. */
  async #begin(): Promise<void> {
    const { video } = this.#engine;
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      video.muted = true;
      await video.play().catch(() => (video.muted = false));
    }
    this.#show();
  }

  #play(): void {
    this.#resumeAt = undefined;
    void this.#engine.video.play().catch(() => undefined);
  }

  #toggle(): void {
    const { video } = this.#engine;
    if (!video.paused && !video.ended) {
      this.#following = false;
      video.pause();
    } else if (video.ended && !this.#engine.live) {
      this.#seek(this.#engine.start);
      this.#play();
    } else {
      this.#play();
    }
  }

  #seek(position: number): void {
    const { video, start, end, live, edge } = this.#engine;
    const last = live ? Math.max(start, edge) : Math.max(start, end - 0.1);
    video.currentTime = Math.min(last, Math.max(start, position));
    this.#following = live && last - video.currentTime < LIVE_WITHIN;
    this.#resumeAt = undefined;
    this.#show();
  }

  #toLive(): void {
    this.#seek(this.#engine.edge);
    this.#following = true;
    this.#play();
  }

  #volume(value: number): void {
    const { video } = this.#engine;
    video.volume = Math.min(1, Math.max(0, value));
    video.muted = video.volume === 0;
  }

  #captions(): void {
    const { captions } = this.#engine;
    this.#engine.chooseCaptions(captions.some((each) => each.chosen) ? -1 : 0);
  }

  /** Sound only, or picture and sound, at the same moment. */
  #listenOnly(): void {
    const { video, timeline } = this.#engine;
    const wall = timeline.wallAt(video.currentTime);
    const edge = this.#engine.live && this.#following;
    const played = !video.paused;
    this.#listening = !this.#listening;
    this.classList.toggle("listening", this.#listening);
    const seconds = video.currentTime;
    const start: Start = edge
      ? { at: "edge" }
      : wall !== undefined
        ? { at: "instant", wallMs: wall, guess: seconds }
        : { at: "position", seconds };
    this.#engine.load((this.#listening ? (this.#engine.sound ?? this.dataset["audioSrc"]) : this.dataset["src"]) ?? "", start);
    if (played) this.#play();
    this.#show();
  }

  async #pip(): Promise<void> {
    const { video } = this.#engine;
    await (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => undefined);
  }

  async #fullscreen(): Promise<void> {
    const { video } = this.#engine;
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
    else if (document.fullscreenEnabled) await this.requestFullscreen().catch(() => undefined);
    else (video as { webkitEnterFullscreen?: () => void }).webkitEnterFullscreen?.();
    this.#wake();
  }

  #preview(position: number): Preview {
    const wall = this.#engine.timeline.wallAt(position);
    const at = clock(position - this.#engine.start);
    if (wall === undefined) return { text: at, title: "", picture: undefined };
    return { text: `${at} · ${wallClock(wall, pageZone())}`, title: this.#chapters.titleAt(wall), picture: this.#storyboard.at(wall) };
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const inPanel = target.closest(".player-panel") !== null;
    if (inPanel || target.matches("select, textarea, input:not([type=range])")) return;
    if (target.matches("button") && [" ", "Enter"].includes(event.key)) return;
    if (target.matches(".tool-volume") && event.key.startsWith("Arrow")) return;
    const asked = action(event);
    if (!asked) return;
    event.preventDefault();
    this.#do(asked);
  }

  #do(asked: Action): void {
    const { video, start, end, live, edge } = this.#engine;
    switch (asked.do) {
      case "play": return this.#toggle();
      case "seek": return this.#seek(video.currentTime + asked.by);
      case "tenth": return this.#seek(start + ((live ? edge : end) - start) * (asked.of / 10));
      case "start": return this.#seek(start);
      case "end": return live ? this.#toLive() : this.#seek(end);
      case "volume": return this.#volume((video.muted ? 0 : video.volume) + asked.by);
      case "mute": video.muted = !video.muted; return;
      case "captions": return this.#captions();
      case "pip": return void this.#pip();
      case "fullscreen": return void this.#fullscreen();
      case "help": return this.#help.showModal();
      case "slower":
      case "faster": return this.#step(asked.do === "faster" ? 1 : -1);
    }
  }

  #step(by: number): void {
    const { video, live } = this.#engine;
    if (live) return;
    const now = SPEEDS.findIndex((speed) => speed >= video.playbackRate);
    video.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, now + by))] ?? 1;
  }

  /** The bar of the full screen hides itself while nobody moves. */
  #wake(): void {
    this.classList.remove("asleep");
    clearTimeout(this.#sleep);
    this.#sleep = setTimeout(() => {
      const busy = this.#engine.video.paused || this.#panels.some((panel) => panel.open);
      this.classList.toggle("asleep", document.fullscreenElement === this && !busy);
    }, 3000);
  }
  #sleep: ReturnType<typeof setTimeout> | undefined;

  #tick(): void {
    const { video, live, behind } = this.#engine;
    this.#engine.watch();
    this.#leftBehind = live && this.#following && !video.paused && behind > LEFT_BEHIND ? this.#leftBehind + 1 : 0;
    if (this.#leftBehind > 3) {
      this.#leftBehind = 0;
      this.#seek(this.#engine.edge);
    }
    if (!live && !video.paused) this.#keep();
    document.dispatchEvent(new CustomEvent("player-moved"));
    this.#show();
  }

  #keep(): void {
    const { video, live, known, end } = this.#engine;
    if (!live && known && this.#begun) keepPlace(this.dataset["meeting"] ?? "", video.currentTime, end);
  }

  #show(): void {
    const { video, live, known, start, end } = this.#engine;
    const now = condition({
      ...this.#facts,
      live,
      atEdge: !known || (live && (this.#following || this.#atLive)),
      known,
      pictured: video.readyState >= 2,
      idle: video.paused,
      dryMs: this.#dryAt > 0 && !video.paused ? performance.now() - this.#dryAt : 0,
      online: navigator.onLine,
      over: video.ended,
    });
    setAttribute(this, "data-state", now.state);
    const wall = this.#engine.timeline.wallAt(video.currentTime);
    setAttribute(this, "data-latency", live && wall !== undefined ? ((Date.now() - wall) / 1000).toFixed(1) : undefined);
    const extent: Extent = { start, end, position: video.currentTime, buffered: bufferedEnd(video) };
    const beside = { wall, atLive: this.#atLive, canListen: Boolean(this.dataset["audioSrc"]), listening: this.#listening, player: this };
    const view = viewOf(this.#engine, beside);
    const told = [live ? view.elapsed : `${view.elapsed} / ${view.total}`, view.wall, this.#chapters.titleAt(wall)];
    this.#range.show(extent, told.filter(Boolean).join(", "));
    this.#chapters.show(this.#engine.timeline, start, end);
    this.#bar.show(view);
    this.#tell(now);
    tellSession(video, live, end - start);
  }

  #tell(now: Condition): void {
    const { video, live, known, start } = this.#engine;
    const { muted, paused } = video;
    const situation: Situation = {
      ...now, muted, paused, live, known,
      begun: this.#begun,
      listening: this.#listening,
      sinceMs: this.#facts.sinceMs,
      resumeAt: this.#resumeAt,
    };
    this.#overlay.show(sentence(this.#words, situation), offers(this.#words, situation, {
      play: () => this.#play(),
      fromStart: () => (this.#seek(start), this.#play()),
      retry: () => ((this.#facts.failed = false), this.#engine.again()),
      unmute: () => (video.muted = false),
    }));
  }
}

define("meeting-player", MeetingPlayer);
