/**
 * `<meeting-watch data-meeting data-stage>`: follows the meeting as it happens, tells it to the page by the event
 * `meeting-state` on the document and the agenda's by `meeting-agenda`, and keeps the page's words true: the status line, the viewers, the stage.
 * A page for viewers counts as one; the studio's (`data-studio`) does not.
 */
import { define, pageZone, setText } from "../document";
import { wallClock } from "../time";
import { Words } from "../words";
import type { AgendaState } from "./agenda-list";

/** What the server says of the meeting. */
interface MeetingState {
  stage: string;
  state: string | null;
  since_ms: number;
}

/** Viewers come to a new page spread over so long, so that they do not all ask at once. */
const SPREAD_MS = 1500;

export class MeetingWatch extends HTMLElement {
  #words = new Words();
  #events: EventSource | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #said = "";
  #state = "";

  connectedCallback(): void {
    this.#words = Words.of(this);
    const stage = this.dataset["stage"] ?? "";
    if (stage === "cancelled" || stage === "ended") return;
    const watching = this.dataset["studio"] === undefined ? "?watching=1" : "";
    const events = new EventSource(`/meetings/${encodeURIComponent(this.dataset["meeting"] ?? "")}/events${watching}`);
    this.#events = events;
    events.addEventListener("open", () => this.#connected());
    events.addEventListener("error", () => this.#away());
    events.addEventListener("state", (event) => this.#changed(JSON.parse((event as MessageEvent<string>).data) as MeetingState));
    events.addEventListener("agenda", (event) => this.#agenda(JSON.parse((event as MessageEvent<string>).data) as AgendaState));
    events.addEventListener("viewers", (event) => this.#viewers(JSON.parse((event as MessageEvent<string>).data) as { viewers: number }));
  }

  disconnectedCallback(): void {
    clearTimeout(this.#lost);
    this.#events?.close();
  }

  #connected(): void {
    clearTimeout(this.#lost);
    this.#lost = undefined;
    this.#say(this.#said);
  }

  /** A short break is nobody's business. A refused stream does not come back by itself. */
  #away(): void {
    this.#lost ??= setTimeout(() => setText(this.#slot("status"), this.#words.say("lost")), 8000);
    if (this.#events?.readyState === EventSource.CLOSED) {
      setTimeout(() => this.isConnected && (this.disconnectedCallback(), this.connectedCallback()), 3000 + Math.random() * 3000);
    }
  }

  #changed(state: MeetingState): void {
    const before = this.dataset["stage"];
    const moved = before !== state.stage;
    document.dispatchEvent(new CustomEvent("meeting-state", { detail: state }));
    if (moved && this.#needsNewPage(before ?? "", state.stage)) {
      this.#events?.close();
      setTimeout(() => location.reload(), this.dataset["studio"] === undefined ? Math.random() * SPREAD_MS : 0);
      return;
    }
    this.dataset["stage"] = state.stage;
    if (moved || (state.state ?? "") !== this.#state) this.#tell(state, moved);
    this.#state = state.state ?? "";
    this.#tellInCamera(state);
  }

  /** What viewers read above the picture while the doors are closed. */
  #tellInCamera({ stage, state, since_ms: sinceMs }: MeetingState): void {
    const note = this.#slot("in-camera");
    if (!note) return;
    if (stage === "in_camera" && state === "in_camera") setText(note, this.#words.say("in-camera", { time: wallClock(sinceMs, pageZone(), false) }));
    note.hidden = stage !== "in_camera";
  }

  /** The player lives through pauses and the end; what is written by the server for another stage does not. */
  #needsNewPage(before: string, now: string): boolean {
    return this.dataset["studio"] !== undefined || before === "scheduled" || now === "cancelled" || !this.querySelector("meeting-player");
  }

  #tell(state: MeetingState, moved: boolean): void {
    const badge = this.#slot("stage");
    if (moved && badge) {
      badge.className = `badge badge-${state.stage}`;
      if (this.#words.has(`stage-${state.stage}`)) setText(badge, this.#words.say(`stage-${state.stage}`));
      else badge.hidden = true;
    }
    // The player says these things itself; said twice, they would be read out twice.
    if (this.querySelector("meeting-player")) this.#say("");
    else if (state.stage === "live") this.#say(state.state === "away" ? "away" : moved ? "live" : "");
    else if (moved && this.#words.has(state.stage)) this.#say(state.stage);
    if (state.stage === "ended" || state.stage === "in_camera") {
      const viewers = this.#slot("viewers");
      if (viewers instanceof HTMLElement) viewers.hidden = true;
    }
  }

  #say(key: string): void {
    this.#said = key;
    setText(this.#slot("status"), key === "" ? "" : this.#words.say(key));
  }

  #agenda(state: AgendaState): void {
    document.dispatchEvent(new CustomEvent("meeting-agenda", { detail: state }));
  }

  #viewers({ viewers }: { viewers: number }): void {
    const slot = this.#slot("viewers");
    if (!slot) return;
    slot.hidden = viewers < 1 || !["live", "paused"].includes(this.dataset["stage"] ?? "");
    setText(slot, this.#words.say("viewers", { value: viewers }));
  }

  #slot(name: string): HTMLElement | null {
    return this.querySelector(`[data-slot="${name}"]`);
  }
}

define("meeting-watch", MeetingWatch);
