/**
 * `<intervention-console data-meeting data-show>`: the moderators' console of interventions. Whoever has a row under their
 * keys has it in hand for half a minute, which the others see; a decision can be taken back for ten seconds.
 */
import { define, setText } from "../document";
import { TableDesk, type Heard } from "./table-desk";

/** How often a row that is in hand is claimed anew, milliseconds: well within its half minute. */
const CLAIM_MS = 10_000;
/** How long a decision can be taken back, milliseconds. */
const UNDO_MS = 10_000;

export class InterventionConsole extends TableDesk {
  protected readonly keys = { a: "approve", r: "reject", m: "merge", q: "queue", s: "show", d: "answer" };
  protected readonly pushes = true;
  #mine: string | undefined;
  #stop = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("focusin", () => this.#hold(), { signal });
    this.addEventListener("focusout", () => setTimeout(() => this.#hold()), { signal });
    const again = setInterval(() => this.#mine !== undefined && void this.#press("claim", this.#mine), CLAIM_MS);
    signal.addEventListener("abort", () => clearInterval(again));
    const watch = new MutationObserver(() => this.#forget());
    watch.observe(this, { childList: true, subtree: true });
    signal.addEventListener("abort", () => watch.disconnect());
    this.#forget();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop.abort();
  }

  protected channels(meeting: string): string[] {
    return [`${meeting}/moderation`];
  }

  protected heard(line: Heard): void {
    if (line.type === "interventions") {
      this.say(this.words.say("pending", { value: Number(line["pending"]) }));
      this.changed();
    }
    if (line.type === "claimed") this.#claimed(String(line["intervention"]), typeof line["by"] === "string" ? line["by"] : undefined);
  }

  /** The row that the focus is in is in hand; the one that it left is let go. */
  #hold(): void {
    const row = document.activeElement?.closest<HTMLElement>("tbody tr");
    const id = row && this.contains(row) ? row.dataset["message"] : undefined;
    if (id === this.#mine) return;
    if (this.#mine !== undefined) void this.#press("release", this.#mine);
    this.#mine = id;
    if (id !== undefined) void this.#press("claim", id);
  }

  async #press(act: "claim" | "release", intervention: string): Promise<void> {
    const action = `/studio/meetings/${encodeURIComponent(this.dataset["meeting"] ?? "")}/interventions/${act}`;
    await fetch(action, { method: "POST", body: new URLSearchParams({ intervention }), headers: { accept: "application/json" } }).catch(() => undefined);
  }

  #claimed(id: string, by: string | undefined): void {
    const slot = this.querySelector<HTMLElement>(`tr[data-message="${CSS.escape(id)}"] [data-slot="claim"]`);
    if (!slot) return;
    const others = by !== undefined && id !== this.#mine;
    slot.hidden = !others;
    setText(slot, others ? this.words.say("claimed", { value: by ?? "" }) : "");
  }

  /** What can be taken back no more is no longer offered. */
  #forget(): void {
    const form = this.querySelector<HTMLElement>(".desk-undone form:not([data-ends])");
    if (!form) return;
    form.dataset["ends"] = "";
    setTimeout(() => form.remove(), UNDO_MS);
  }
}

define("intervention-console", InterventionConsole);
