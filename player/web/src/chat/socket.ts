/** The floor's socket: follows channels, and comes back by itself, from where it was. */
import { waitMs } from "../retry";
import type { Line, Position } from "./protocol";

const PROTOCOL = "bema.v1";

/** What a follower of the floor is told. */
export interface Listener {
  line(line: Line): void;
  /** Whether there is a connection. */
  connected(is: boolean): void;
}

export class FloorSocket {
  readonly #channels = new Map<string, Position | undefined>();
  readonly #listener: Listener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #after: number | undefined;
  #ended = false;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#open();
  }

  /** Follows a channel, now and after each break. */
  follow(channel: string): void {
    if (!this.#channels.has(channel)) this.#channels.set(channel, undefined);
    this.#subscribe(channel);
  }

  /** Comes back at once, as who one is by now. */
  renew(): void {
    this.#attempt = 0;
    this.#after = 0;
    this.#socket?.close();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open(): void {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/floor`, PROTOCOL);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#attempt = 0;
      this.#after = undefined;
      for (const channel of this.#channels.keys()) this.#subscribe(channel);
      this.#listener.connected(true);
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      for (const line of data.split("\n")) if (line !== "") this.#heard(JSON.parse(line) as Line);
    });
    socket.addEventListener("close", () => this.#away());
  }

  #heard(line: Line): void {
    if (line.type === "bye") this.#after = line.after_ms;
    if (line.channel !== undefined) {
      const known = this.#channels.get(line.channel);
      if (line.type === "subscribed" && known === undefined) this.#channels.set(line.channel, { epoch: line.epoch, offset: line.offset });
      else if (line.type === "snapshot") this.#channels.set(line.channel, { epoch: line.epoch, offset: line.offset });
      else if (known && line.type !== "subscribed" && line.offset !== undefined) known.offset = line.offset;
    }
    this.#listener.line(line);
  }

  #subscribe(channel: string): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ do: "subscribe", channel, after: this.#channels.get(channel) }));
  }

  #away(): void {
    if (this.#ended) return;
    this.#listener.connected(false);
    this.#timer = setTimeout(() => this.#open(), this.#after ?? waitMs(this.#attempt));
    this.#attempt += 1;
    this.#after = undefined;
  }
}
