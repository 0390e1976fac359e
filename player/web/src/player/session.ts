/** What the device shows of the player outside the page: on the lock screen, on headphones. */

/** What the device may ask for. */
export interface Asked {
  /** Seconds forward, or back if negative. */
  seek(by: number): void;
  /** A position, in seconds. */
  to(position: number): void;
}

/** Says what plays, and takes the device's buttons. */
export function announceSession(video: HTMLVideoElement, player: HTMLElement, asked: Asked): void {
  if (!("mediaSession" in navigator)) return;
  const content = (property: string) => document.querySelector<HTMLMetaElement>(`meta[property="${property}"]`)?.content;
  const artwork = video.poster ? [{ src: video.poster, type: "image/jpeg" }] : [];
  navigator.mediaSession.metadata = new MediaMetadata({
    title: content("og:title") ?? document.title,
    artist: content("og:site_name") ?? "",
    album: content("og:description") ?? "",
    artwork,
  });
  const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
    ["play", () => void video.play().catch(() => undefined)],
    ["pause", () => video.pause()],
    ["seekbackward", ({ seekOffset }) => asked.seek(-(seekOffset ?? 10))],
    ["seekforward", ({ seekOffset }) => asked.seek(seekOffset ?? 10)],
    ["seekto", ({ seekTime }) => player.isConnected && seekTime !== undefined && seekTime !== null && asked.to(seekTime)],
  ];
  for (const [name, handler] of handlers) {
    try {
      navigator.mediaSession.setActionHandler(name, handler);
    } catch {
      // A browser that does not know the action has no button for it.
    }
  }
}

/** Tells the device how far it is, of a recording. */
export function tellSession(video: HTMLVideoElement, live: boolean, duration: number): void {
  if (!("mediaSession" in navigator)) return;
  const known = !live && Number.isFinite(duration) && duration > 0 && video.currentTime <= duration;
  if (known) {
    navigator.mediaSession.setPositionState({ duration, position: video.currentTime, playbackRate: video.playbackRate || 1 });
  }
}
