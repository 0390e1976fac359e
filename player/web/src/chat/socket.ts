/**
 * The floor's socket: follows channels, and comes back by itself, from where it was. A page has one, however many of its
 * elements listen; each hears of the channels that it follows.
 */
import { waitMs } from "../retry";
import type { Line, Position } from "./protocol";

const PROTOCOL = "bema.v1";

/** What a follower of the floor is told. */
export interface Listener<L = Line> {
  line(line: L): void;
  /** Whether there is a connection. */
  connected(is: boolean): void;
}

/** A channel that somebody follows. */
interface Followed {
  position: Position | undefined;
  /** Whether the server has said that it is followed. */
  subscribed: Line | undefined;
  by: Set<Listener>;
}

/** One element's ear at the page's socket. */
export class FloorSocket<L extends { type: string } = Line> {
  readonly #listener: Listener;

  constructor(listener: Listener<L>) {
    // The server says which lines a channel has; whoever follows it knows them.
    this.#listener = listener as unknown as Listener;
    connection.join(this.#listener);
  }

  /** Follows a channel, now and after each break. */
  follow(channel: string): void {
    connection.follow(channel, this.#listener);
  }

  /** Comes back at once, as who one is by now. */
  renew(): void {
    connection.renew();
  }

  end(): void {
    connection.leave(this.#listener);
  }
}

class Connection {
  readonly #channels = new Map<string, Followed>();
  readonly #listeners = new Set<Listener>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #after: number | undefined;

  join(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#socket === undefined && this.#timer === undefined) this.#open();
    else if (this.#socket?.readyState === WebSocket.OPEN) listener.connected(true);
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    for (const [channel, followed] of this.#channels) {
      followed.by.delete(listener);
      if (followed.by.size > 0) continue;
      this.#channels.delete(channel);
      this.#send({ do: "unsubscribe", channel });
    }
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  follow(channel: string, listener: Listener): void {
    const followed = this.#channels.get(channel);
    if (followed) {
      followed.by.add(listener);
      if (followed.subscribed) listener.line(followed.subscribed);
      return;
    }
    this.#channels.set(channel, { position: undefined, subscribed: undefined, by: new Set([listener]) });
    this.#subscribe(channel);
  }

  renew(): void {
    this.#attempt = 0;
    this.#after = 0;
    this.#socket?.close();
  }

  #open(): void {
    this.#timer = undefined;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/floor`, PROTOCOL);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#attempt = 0;
      this.#after = undefined;
      for (const channel of this.#channels.keys()) this.#subscribe(channel);
      for (const listener of this.#listeners) listener.connected(true);
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      for (const line of data.split("\n")) if (line !== "") this.#heard(JSON.parse(line) as Line);
    });
    socket.addEventListener("close", () => this.#away(socket));
  }

  #heard(line: Line): void {
    if (line.type === "bye") this.#after = line.after_ms;
    if (line.channel === undefined) {
      for (const listener of this.#listeners) listener.line(line);
      return;
    }
    const followed = this.#channels.get(line.channel);
    if (!followed) return;
    const { position } = followed;
    if (line.type === "subscribed") followed.subscribed = line;
    if (line.type === "subscribed" && position === undefined) followed.position = { epoch: line.epoch, offset: line.offset };
    else if (line.type === "snapshot") followed.position = { epoch: line.epoch, offset: line.offset };
    else if (position && line.type !== "subscribed" && line.offset !== undefined) position.offset = line.offset;
    for (const listener of followed.by) listener.line(line);
  }

  #subscribe(channel: string): void {
    this.#send({ do: "subscribe", channel, after: this.#channels.get(channel)?.position });
  }

  #send(ask: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(ask));
  }

  #away(socket: WebSocket): void {
    // One that was left is nobody's any more.
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    for (const followed of this.#channels.values()) followed.subscribed = undefined;
    for (const listener of this.#listeners) listener.connected(false);
    this.#timer = setTimeout(() => this.#open(), this.#after ?? waitMs(this.#attempt));
    this.#attempt += 1;
    this.#after = undefined;
  }
}

const connection = new Connection();
