/** What the floor's socket says, protocol `bema.v1` (docs/PROTOCOL.md). */

/** A message as everybody may see it. */
export interface Message {
  id: string;
  name: string;
  badge?: "moderator" | "clerk";
  text: string;
  reply?: string;
  at_ms: number;
}

/** How a chat is run. */
export interface Mode {
  who: "everyone" | "registered" | "nobody";
  hold: "nothing" | "links" | "first" | "all";
  slow_ms: number;
}

/** Why a moderator decided so. */
export interface Reason {
  code: string;
  words: string;
}

/** What became of a message. */
export type Fate = { state: "shown" } | { state: "held"; cause: string } | { state: "refused" | "removed"; reason: Reason };

/** A place in a channel. */
export interface Position {
  epoch: string;
  offset: number;
}

/** A line of the server. */
export type Line = { channel?: string; offset?: number } & (
  | { type: "hello"; protocol: string; heartbeat_ms: number }
  | ({ type: "subscribed"; channel: string } & Position)
  | ({ type: "snapshot"; mode: Mode; pinned: Message | null; messages: Message[] } & Position)
  | { type: "said" | "restored"; message: Message }
  | { type: "removed"; message: string }
  | { type: "pinned"; message: string | null }
  | { type: "mode"; mode: Mode }
  | { type: "gone" }
  | ({ type: "decided"; message: string } & Fate)
  | { type: "upheld"; message: string }
  | { type: "excluded"; until_ms: number | null; reason: Reason | null }
  | { type: "changed"; held: number }
  | { type: "refused"; code: string; channel?: string }
  | { type: "bye"; code: string; after_ms: number }
);
