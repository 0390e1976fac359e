/** The sounds of a meeting, one a language, as its index lists them; and the language that a viewer chose. */

import { keep, kept } from "../kept";

export interface Sound {
  /** In the language itself: "Ελληνικά", "English". */
  name: string;
  /** BCP 47. */
  lang: string;
  url: string;
}

/** The sounds that the multivariant playlist at `address` lists. Pure. */
export function soundsOf(playlist: string, address: string): Sound[] {
  const lines = playlist.split("\n").filter((line) => line.startsWith("#EXT-X-MEDIA:") && line.includes("TYPE=AUDIO"));
  return lines.map((line) => {
    const value = (name: string) => new RegExp(`[:,]${name}="([^"]*)"`).exec(line)?.[1] ?? "";
    return { name: value("NAME"), lang: value("LANGUAGE"), url: new URL(value("URI"), address).href };
  });
}

/** What is listed now; nothing where the index cannot be had. */
export async function fetchSounds(address: string): Promise<Sound[]> {
  try {
    const response = await fetch(address);
    return response.ok ? soundsOf(await response.text(), response.url) : [];
  } catch {
    return [];
  }
}

const KEY = "bema-sound";

/** The language that was chosen on this device, in whichever meeting. */
export const keptLanguage = (): string | undefined => kept(KEY);

export const keepLanguage = (lang: string): void => keep(KEY, lang);
