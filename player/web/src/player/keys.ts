/** What a key does while the player has the focus. Pure. */

export type Action =
  | { do: "play" | "mute" | "fullscreen" | "captions" | "pip" | "help" | "slower" | "faster" | "start" | "end" }
  | { do: "seek" | "volume"; by: number }
  | { do: "tenth"; of: number };

/** The parts of a key event that matter. */
export interface Key {
  key: string;
  code: string;
  shiftKey: boolean;
}

const LETTERS: Record<string, Action> = {
  KeyK: { do: "play" },
  KeyJ: { do: "seek", by: -10 },
  KeyL: { do: "seek", by: 10 },
  KeyM: { do: "mute" },
  KeyF: { do: "fullscreen" },
  KeyC: { do: "captions" },
  KeyI: { do: "pip" },
};

const NAMES: Record<string, Action> = {
  " ": { do: "play" },
  ArrowLeft: { do: "seek", by: -5 },
  ArrowRight: { do: "seek", by: 5 },
  ArrowUp: { do: "volume", by: 0.05 },
  ArrowDown: { do: "volume", by: -0.05 },
  Home: { do: "start" },
  End: { do: "end" },
  "<": { do: "slower" },
  ">": { do: "faster" },
  "?": { do: "help" },
};

/**
 * The action of a key. Letters and marks count by their place on the keyboard, because a Greek layout types `κ`
 * where a Latin one types `k`.
 */
export function action({ key, code, shiftKey }: Key): Action | undefined {
  const named = NAMES[key];
  if (named) return named;
  if (shiftKey && code === "Comma") return { do: "slower" };
  if (shiftKey && code === "Period") return { do: "faster" };
  if (shiftKey && code === "Slash") return { do: "help" };
  if (/^[0-9]$/.test(key)) return { do: "tenth", of: Number(key) };
  return shiftKey ? undefined : LETTERS[code];
}
