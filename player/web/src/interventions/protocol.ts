/** What the floor's socket says of interventions, protocol `bema.v1` (docs/PROTOCOL.md). */
import type { Position } from "../chat/protocol";

/** How an intervention stands that everybody sees. */
export type Standing =
  | { state: "approved" | "queued" | "on_screen" | "expired" }
  | { state: "answered"; answer: "spoken"; answered_at_ms: number }
  | { state: "answered"; answer: "written"; words: string }
  | { state: "deferred"; due_at_ms: number };

/** An intervention as everybody may see it. */
export type Intervention = {
  id: string;
  kind: "question" | "comment" | "proposal";
  item?: string;
  name?: string;
  text: string;
  at_ms: number;
  supports: number;
} & Standing;

/** How a meeting takes interventions. */
export interface Intake {
  who: "everyone" | "registered" | "nobody";
  policy: "first" | "supported" | "hand";
  reason: string;
}

/** A line of the server. */
export type InterventionLine = { channel?: string; offset?: number } & (
  | ({ type: "subscribed"; channel: string } & Position)
  | ({ type: "snapshot"; intake: Intake; queue: string[]; interventions: Intervention[]; more: number } & Position)
  | { type: "intervention"; intervention: Intervention }
  | { type: "supported"; intervention: string; supports: number }
  | { type: "dropped"; intervention: string }
  | { type: "queue"; queue: string[] }
  | { type: "intake"; intake: Intake }
  | { type: "became"; intervention: string; supported?: boolean; state: string }
  | { type: "gone" | "excluded" }
);
