/** `.elapsed[data-since-ms][data-t]`: how long the meeting has been going on; `{duration}` in the text is the clock. */
import { setText } from "../document";
import { clock } from "../time";
import { fill } from "../words";

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".elapsed[data-since-ms][data-t]")) {
    const since = Number(element.dataset["sinceMs"]);
    if (since > 0) setText(element, fill(element.dataset["t"] ?? "", { duration: clock((Date.now() - since) / 1000) }));
  }
}

tick();
setInterval(tick, 1000);
