/** `.elapsed[data-since-ms]`: how long the meeting has been going on; the clock in its text goes on counting. */
import { setText } from "../document";
import { clock } from "../time";

/** The clock in the text, as the server wrote it: `1:02:09`. */
const CLOCK = /\d+(?::\d{2}){1,2}/;

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".elapsed[data-since-ms]")) {
    const since = Number(element.dataset["sinceMs"]);
    if (since > 0) setText(element, (element.textContent ?? "").replace(CLOCK, clock((Date.now() - since) / 1000)));
  }
}

tick();
setInterval(tick, 1000);
