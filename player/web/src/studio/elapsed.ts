/** `.elapsed[data-since-ms]`: how long the meeting has been going on, kept up to date. */
import { setText } from "../document";
import { clock } from "../time";

/** The time in the text, as the server wrote it. */
const TIME = /\d+(?::\d{2}){1,2}/;

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".elapsed[data-since-ms]")) {
    const since = Number(element.dataset["sinceMs"]);
    const text = element.textContent ?? "";
    if (since > 0 && TIME.test(text)) setText(element, text.replace(TIME, clock((Date.now() - since) / 1000)));
  }
}

tick();
setInterval(tick, 1000);
