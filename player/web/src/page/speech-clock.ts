/** `.speech-clock[data-over-at-ms]`: how much of the speaker's time is left, or by how much it is over. */
import { setText } from "../document";
import { clock } from "../time";

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".speech-clock[data-over-at-ms]")) {
    const left = Math.ceil((Number(element.dataset["overAtMs"]) - Date.now()) / 1000);
    const word = (left < 0 ? element.dataset["over"] : element.dataset["left"]) ?? "";
    element.classList.toggle("speech-over", left < 0);
    setText(element, `${word} ${clock(Math.abs(left))}`);
  }
}

tick();
setInterval(tick, 500);
