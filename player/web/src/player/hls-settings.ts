/** How hls.js is set: near the edge at once, all of the past within reach, and never giving up on the network. */
import type { HlsConfig, LoadPolicy } from "hls.js";

/** Answers that no repetition changes: the address is refused, or its media is gone. */
const FINAL = new Set([401, 403, 410]);

/**
 * One policy for playlists and media: for ever, waiting at most 3.5 s, spread over the viewers.
 * hls.js by itself does not try again after a refused connection, which is what a server's restart looks like.
 */
function patient(firstByteMs: number): LoadPolicy {
  const retry = {
    maxNumRetry: Number.MAX_SAFE_INTEGER,
    retryDelayMs: 300 + Math.random() * 400,
    maxRetryDelayMs: 2000 + Math.random() * 1500,
    backoff: "exponential" as const,
    shouldRetry: (_config: unknown, _count: number, timedOut: boolean, response: { code?: number } | undefined) =>
      timedOut || !FINAL.has(response?.code ?? 0),
  };
  return { default: { maxTimeToFirstByteMs: firstByteMs, maxLoadTimeMs: 60_000, timeoutRetry: retry, errorRetry: retry } };
}

/** The settings for a start at `from` seconds (−1: the live edge), with the sound in `language` where there is one. */
export function settings(from: number, eager: boolean, language?: string): Partial<HlsConfig> {
  return {
    ...(language && { audioPreference: { lang: language } }),
    startPosition: from,
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: 1.5,
    startFragPrefetch: true,
    testBandwidth: false,
    abrEwmaDefaultEstimate: 3_000_000,
    capLevelToPlayerSize: true,
    maxBufferLength: eager ? 30 : 4,
    maxMaxBufferLength: 60,
    backBufferLength: 60,
    renderTextTracksNatively: false,
    // CMAF needs no remuxing: a worker would only be one more thing to start.
    enableWorker: false,
    playlistLoadPolicy: patient(12_000),
    manifestLoadPolicy: patient(8_000),
    fragLoadPolicy: patient(12_000),
  };
}
