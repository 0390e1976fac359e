/** The agenda on the player's bar: a mark where each item begins, and the name of the item at a position. */
import { make } from "../document";
import type { Chapter } from "../page/agenda-list";
import type { Timeline } from "../timeline";

export class Chapters {
  readonly element = make("div", { class: "player-chapters", "aria-hidden": "true" });
  #chapters: readonly Chapter[] = [];
  #drawn = "";

  constructor(signal: AbortSignal) {
    const take = (event: Event) => (this.#chapters = (event as CustomEvent<Chapter[]>).detail);
    document.addEventListener("meeting-chapters", take, { signal });
    // The list may have told them before there was a player.
    document.dispatchEvent(new CustomEvent("meeting-chapters-wanted"));
  }

  /** What the meeting was at, at an instant. */
  titleAt(wallMs: number | undefined): string {
    if (wallMs === undefined) return "";
    return this.#chapters.filter((chapter) => chapter.atMs <= wallMs).at(-1)?.title ?? "";
  }

  /** Draws the marks on the bar from `start` to `end`. */
  show(timeline: Timeline, start: number, end: number): void {
    if (end <= start) return;
    const places = this.#chapters.map((chapter) => timeline.positionAt(chapter.atMs)).filter((at) => at !== undefined);
    const shares = places.filter((at) => at > start && at < end).map((at) => ((at - start) / (end - start)) * 100);
    const drawn = shares.map((share) => share.toFixed(2)).join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const mark = (share: number) => {
      const element = make("i", {});
      element.style.setProperty("left", `${share.toFixed(2)}%`);
      return element;
    };
    this.element.replaceChildren(...shares.map(mark));
  }
}
