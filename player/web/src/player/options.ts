/** The contents of the settings panel: quality, speed, sound, captions, sound only, keys. Native controls. */
import { make } from "../document";
import type { Words } from "../words";
import type { Choice, Engine } from "./engine";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** What the panel asks for beyond the engine. */
export interface Asked {
  listening: boolean | undefined;
  listen(): void;
  help(): void;
}

let made = 0;

function field(label: string, select: HTMLSelectElement): HTMLElement {
  select.id = `player-option-${++made}`;
  return make("div", { class: "player-option" }, make("label", { for: select.id }, label), select);
}

function select(choices: { value: string; label: string; lang?: string; chosen: boolean }[], choose: (value: string) => void): HTMLSelectElement {
  const element = make("select");
  for (const { value, label, lang, chosen } of choices) {
    element.append(make("option", { value, selected: chosen, ...(lang && { lang }) }, label));
  }
  element.addEventListener("change", () => choose(element.value));
  return element;
}

const entries = (choices: Choice[]) => choices.map(({ id, ...choice }) => ({ value: String(id), ...choice }));

/** Fills the panel with what can be chosen now. */
export function fillOptions(body: HTMLElement, words: Words, engine: Engine, asked: Asked): void {
  const { video, qualities, sounds, captions } = engine;
  if (qualities.length > 0) {
    const auto = { value: "-1", label: words.say("quality-auto"), chosen: !qualities.some((each) => each.chosen) };
    body.append(field(words.say("quality"), select([auto, ...entries(qualities)], (id) => engine.chooseQuality(Number(id)))));
  }
  if (!engine.live) {
    const speeds = SPEEDS.map((speed) => ({
      value: String(speed),
      label: speed === 1 ? words.say("speed-normal") : `${speed}×`,
      chosen: video.playbackRate === speed,
    }));
    body.append(field(words.say("speed"), select(speeds, (speed) => (video.playbackRate = Number(speed)))));
  }
  if (sounds.length > 0) {
    body.append(field(words.say("audio"), select(entries(sounds), (id) => engine.chooseSound(Number(id)))));
  }
  if (captions.length > 0) {
    const off = { value: "-1", label: words.say("captions-off"), chosen: !captions.some((each) => each.chosen) };
    body.append(field(words.say("captions"), select([off, ...entries(captions)], (id) => engine.chooseCaptions(Number(id)))));
  } else {
    body.append(make("p", { class: "hint" }, words.say("captions-none")));
  }
  if (asked.listening !== undefined) {
    const box = make("input", { type: "checkbox" });
    box.checked = asked.listening;
    box.addEventListener("change", () => asked.listen());
    body.append(make("label", { class: "player-option check" }, box, words.say("audio-only")));
  }
  body.append(make("button", { type: "button", class: "quiet", click: () => asked.help() }, words.say("help")));
}
