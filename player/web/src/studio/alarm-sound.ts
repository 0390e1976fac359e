/** A sound that is made by the page itself. Browsers let none be heard before somebody has pressed something. */

/** Three notes: when each begins and how high it is. */
const NOTES = [
  [0, 660],
  [0.25, 880],
  [0.5, 660],
] as const;
const LASTS = 0.2;

export class AlarmSound {
  #context: AudioContext | undefined;

  /** Whether it would be heard. */
  get ready(): boolean {
    return this.#context?.state === "running";
  }

  /** Asks the browser for it; answers once it is decided, or at the press that decides it. */
  async ask(): Promise<void> {
    if (!("AudioContext" in window)) return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") await this.#context.resume();
  }

  play(): void {
    const context = this.#context;
    if (!context || context.state !== "running") return;
    for (const [at, hertz] of NOTES) {
      const [note, loudness] = [context.createOscillator(), context.createGain()];
      note.frequency.value = hertz;
      loudness.gain.value = 0.25;
      note.connect(loudness).connect(context.destination);
      note.start(context.currentTime + at);
      note.stop(context.currentTime + at + LASTS);
    }
  }

  end(): void {
    void this.#context?.close();
    this.#context = undefined;
  }
}
