/** The time range: the whole of what there is, from the first second on, with a preview of what is pointed at. */
import { make, setAttribute, setText } from "../document";

/** What the range shows, positions in seconds. */
export interface Extent {
  start: number;
  end: number;
  position: number;
  buffered: number;
}

/** What a position is called and looks like. */
export interface Preview {
  text: string;
  /** What the meeting is at there; empty where nothing is known. */
  title: string;
  picture: string | undefined;
}

export class TimeRange {
  readonly element = make("div", { class: "player-range" });
  readonly #input: HTMLInputElement;
  readonly #box = make("div", { class: "player-preview", "aria-hidden": "true" });
  readonly #picture = make("img", { alt: "", width: 160, height: 90 });
  readonly #label = make("span", {});
  readonly #title = make("span", { class: "player-preview-title" });
  readonly #preview: (position: number) => Preview;
  readonly #peek: () => Promise<void>;
  #pointed: PointerEvent | undefined;
  #extent: Extent = { start: 0, end: 0, position: 0, buffered: 0 };
  #held = false;

  /** `seek` moves; `preview` tells of a position; `peek` says that previews will be wanted. */
  constructor(label: string, seek: (position: number) => void, preview: (position: number) => Preview, peek: () => Promise<void>) {
    this.#preview = preview;
    this.#peek = peek;
    const input = make("input", { type: "range", "aria-label": label, min: 0, max: 0, step: "any", value: 0 });
    this.#input = input;
    this.#box.append(this.#picture, this.#title, this.#label);
    this.#box.hidden = true;
    this.#picture.addEventListener("error", () => (this.#picture.hidden = true));
    this.element.append(input, this.#box);
    input.addEventListener("input", () => this.#fill(Number(input.value)));
    input.addEventListener("change", () => seek(Number(input.value)));
    input.addEventListener("pointerdown", () => (this.#held = true));
    for (const event of ["pointerup", "pointercancel", "change"]) input.addEventListener(event, () => (this.#held = false));
    input.addEventListener("pointerenter", () => void this.#peek().then(() => this.#pointed && this.#point(this.#pointed)));
    input.addEventListener("pointermove", (event) => this.#point(event));
    for (const event of ["pointerleave", "pointercancel"]) input.addEventListener(event, () => this.#leave());
  }

  show(extent: Extent, text: string): void {
    this.#extent = extent;
    const { start, end, position } = extent;
    const input = this.#input;
    input.disabled = end <= start;
    input.min = String(start);
    input.max = String(Math.max(start, end));
    setAttribute(input, "aria-valuetext", text);
    if (this.#held) return;
    input.value = String(position);
    this.#fill(position);
  }

  #fill(position: number): void {
    const { start, end, buffered } = this.#extent;
    const share = (at: number) => `${end > start ? Math.min(1, Math.max(0, (at - start) / (end - start))) * 100 : 0}%`;
    this.#input.style.setProperty("--played", share(position));
    this.#input.style.setProperty("--buffered", share(Math.max(buffered, position)));
  }

  #leave(): void {
    this.#pointed = undefined;
    this.#box.hidden = true;
  }

  #point(event: PointerEvent): void {
    this.#pointed = event;
    const { start, end } = this.#extent;
    const box = this.#input.getBoundingClientRect();
    if (end <= start || box.width === 0) return;
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const { text, title, picture } = this.#preview(start + share * (end - start));
    setText(this.#label, text);
    setText(this.#title, title);
    this.#title.hidden = title === "";
    this.#picture.hidden = picture === undefined;
    if (picture !== undefined && this.#picture.getAttribute("src") !== picture) this.#picture.src = picture;
    this.#box.hidden = false;
    const half = this.#box.offsetWidth / 2;
    this.#box.style.setProperty("left", `${Math.min(box.width - half, Math.max(half, share * box.width))}px`);
  }
}

/** Where the media that has been loaded ahead of the playhead ends. */
export const bufferedEnd = ({ buffered, currentTime }: HTMLVideoElement): number => {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.2 && buffered.end(index) >= currentTime) return buffered.end(index);
  }
  return currentTime;
};
