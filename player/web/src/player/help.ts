/** The list of keys, as a dialog. */
import { make } from "../document";
import type { Words } from "../words";

const ROWS: [key: string, keys: string[]][] = [
  ["help-play", ["k", "␣"]],
  ["help-seek", ["←", "→"]],
  ["help-jump", ["j", "l"]],
  ["help-tenths", ["0", "9"]],
  ["help-ends", ["Home", "End"]],
  ["help-volume", ["↑", "↓"]],
  ["help-mute", ["m"]],
  ["help-speed", ["<", ">"]],
  ["help-captions", ["c"]],
  ["help-fullscreen", ["f"]],
  ["help-pip", ["i"]],
  ["help-help", ["?"]],
];

/** A dialog that is shown by `showModal`; the browser keeps the focus in it and gives it back. */
export function helpDialog(words: Words): HTMLDialogElement {
  const list = make("dl", { class: "player-keys" });
  for (const [key, keys] of ROWS) {
    const names = keys.flatMap((name, index) => [index > 0 ? " " : "", make("kbd", {}, name)]);
    list.append(make("div", {}, make("dt", {}, ...names), make("dd", {}, words.say(key))));
  }
  const close = make("button", { type: "button", class: "button", autofocus: true }, words.say("close"));
  const dialog = make(
    "dialog",
    { class: "player-help", "aria-label": words.say("help") },
    make("h2", {}, words.say("help")),
    make("p", {}, words.say("help-note")),
    list,
    close,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  return dialog;
}
