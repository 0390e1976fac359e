/** The panel that shares the meeting at a moment. */
import { make } from "../document";
import { momentLink } from "../time";

/** Fills the panel for this moment, seconds since the recording's start; on a phone its own sheet opens as well. */
export const fillShare = (body: HTMLElement, moment: number): void => {
  const elsewhere = document.querySelector<HTMLElement>("share-moment:not(.player-panel *)");
  const title = elsewhere?.dataset["title"] ?? document.title;
  const page = elsewhere?.dataset["href"] || location.href;
  if (typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches) {
    void navigator.share({ title, url: momentLink(page, moment) }).catch(() => undefined);
  }
  const share = make("share-moment" as "div", { "data-href": page, "data-title": title });
  const words = elsewhere?.querySelector("script.words");
  if (words) share.append(words.cloneNode(true));
  body.append(share);
};
