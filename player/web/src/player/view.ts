/** What the player's bar shows, of what the engine and the browser say. */
import { pageZone } from "../document";
import { clock, wallClock } from "../time";
import type { View } from "./bar";
import type { Engine } from "./engine";

/** What else decides what the bar shows. */
interface Beside {
  /** The wall clock at the playhead. */
  wall: number | undefined;
  atLive: boolean;
  canListen: boolean;
  listening: boolean;
  /** Which element fills the screen when the player does. */
  player: Element;
}

export function viewOf(engine: Engine, { wall, atLive, canListen, listening, player }: Beside): View {
  const { video, live, start, end, behind, captions } = engine;
  return {
    paused: video.paused || video.ended,
    live,
    atLive: atLive && !video.paused,
    behind: clock(behind),
    elapsed: clock(video.currentTime - start),
    total: clock(end - start),
    wall: wall === undefined ? "" : wallClock(wall, pageZone()),
    muted: video.muted,
    volume: video.volume,
    hasCaptions: captions.length > 0,
    captions: captions.some((each) => each.chosen),
    canListen,
    listening,
    canPip: document.pictureInPictureEnabled && !listening,
    pip: document.pictureInPictureElement === video,
    fullscreen: document.fullscreenElement === player,
  };
}
