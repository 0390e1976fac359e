/** The bar below the picture: its buttons, and how they show what is. It decides nothing. */
import { make, setAttribute, setText } from "../document";
import type { Words } from "../words";
import { type Icon, icon } from "./icons";

/** What the bar asks for. */
export interface Commands {
  play(): void;
  jump(seconds: number): void;
  toLive(): void;
  mute(): void;
  volume(value: number): void;
  captions(): void;
  listen(): void;
  pip(): void;
  fullscreen(): void;
}

/** What the bar shows. */
export interface View {
  paused: boolean;
  live: boolean;
  atLive: boolean;
  behind: string;
  elapsed: string;
  total: string;
  wall: string;
  muted: boolean;
  volume: number;
  hasCaptions: boolean;
  captions: boolean;
  canListen: boolean;
  listening: boolean;
  canPip: boolean;
  pip: boolean;
  fullscreen: boolean;
}

/** A button with a drawing and a name. */
class Tool {
  readonly button: HTMLButtonElement;
  #icon: Icon | undefined;

  constructor(name: string, press?: () => void) {
    this.button = make("button", { type: "button", class: `tool tool-${name}` });
    if (press) this.button.addEventListener("click", press);
  }

  show(drawing: Icon, label: string, hint = ""): void {
    if (this.#icon !== drawing) this.button.replaceChildren(icon(drawing));
    this.#icon = drawing;
    setAttribute(this.button, "aria-label", label);
    setAttribute(this.button, "title", hint ? `${label} (${hint})` : label);
  }
}

export class Bar {
  readonly element = make("div", { class: "player-bar" });
  readonly settings: HTMLButtonElement;
  readonly share: HTMLButtonElement;
  readonly #words: Words;
  readonly #play: Tool;
  readonly #mute: Tool;
  readonly #captions: Tool;
  readonly #listen: Tool;
  readonly #pip: Tool;
  readonly #full: Tool;
  readonly #live: HTMLButtonElement;
  readonly #volume: HTMLInputElement;
  readonly #times = make("span", { class: "player-times" });
  readonly #wall = make("span", { class: "player-wall" });

  /** `range` and the panels stand where the bar puts them. */
  constructor(words: Words, commands: Commands, range: Node) {
    this.#words = words;
    this.#play = new Tool("play", () => commands.play());
    const back = new Tool("back", () => commands.jump(-10));
    const forward = new Tool("forward", () => commands.jump(10));
    this.#mute = new Tool("mute", () => commands.mute());
    this.#captions = new Tool("captions", () => commands.captions());
    this.#listen = new Tool("listen", () => commands.listen());
    this.#pip = new Tool("pip", () => commands.pip());
    this.#full = new Tool("fullscreen", () => commands.fullscreen());
    const settings = new Tool("settings");
    const share = new Tool("share");
    back.show("back", words.say("back"), "j");
    forward.show("forward", words.say("forward"), "l");
    settings.show("settings", words.say("settings"));
    share.show("share", words.say("share"));
    this.settings = settings.button;
    this.share = share.button;
    this.#live = make("button", { type: "button", class: "tool-live" }, make("span", { class: "live-mark", "aria-hidden": "true" }), words.say("live"));
    this.#live.addEventListener("click", () => commands.toLive());
    const volume = make("input", { type: "range", class: "tool-volume", min: 0, max: 1, step: 0.05, "aria-label": words.say("volume") });
    volume.addEventListener("input", () => commands.volume(Number(volume.value)));
    this.#volume = volume;
    const row = make("div", { class: "player-tools" });
    row.append(this.#play.button, back.button, forward.button, this.#mute.button, volume, this.#live, this.#times, this.#wall);
    row.append(make("span", { class: "player-space" }), this.#captions.button, this.#listen.button);
    row.append(share.button, settings.button, this.#pip.button, this.#full.button);
    this.element.append(range, row);
  }

  show(view: View): void {
    const words = this.#words;
    this.#play.show(view.paused ? "play" : "pause", words.say(view.paused ? "play" : "pause"), "k");
    this.#mute.show(view.muted ? "muted" : "sound", words.say(view.muted ? "unmute" : "mute"), "m");
    this.#captions.show("captions", words.say("captions"), "c");
    this.#captions.button.hidden = !view.hasCaptions;
    setAttribute(this.#captions.button, "aria-pressed", String(view.captions));
    this.#listen.show("listen", words.say("audio-only"));
    this.#listen.button.hidden = !view.canListen;
    setAttribute(this.#listen.button, "aria-pressed", String(view.listening));
    this.#pip.show("pip", words.say(view.pip ? "exit-pip" : "pip"), "i");
    this.#pip.button.hidden = !view.canPip;
    this.#full.show(view.fullscreen ? "shrink" : "fullscreen", words.say(view.fullscreen ? "exit-fullscreen" : "fullscreen"), "f");
    this.#volume.value = String(view.muted ? 0 : view.volume);
    this.#volume.style.setProperty("--played", `${(view.muted ? 0 : view.volume) * 100}%`);
    this.#live.hidden = !view.live;
    this.#live.classList.toggle("behind", !view.atLive);
    const live = words.say("live");
    setAttribute(this.#live, "aria-label", view.atLive ? live : `${live}: ${words.say("behind", { time: view.behind })}. ${words.say("to-live")}`);
    setAttribute(this.#live, "title", view.atLive ? live : words.say("to-live"));
    setText(this.#times, view.live ? view.elapsed : `${view.elapsed} / ${view.total}`);
    setText(this.#wall, view.wall);
  }
}
