// hls.js with low latency in Chromium on each of `NAME=URL`, in turns: what a viewer waits for and how far behind they are.
//
//     node tests/load/browser.mjs ROUNDS SECONDS NAME=URL...
//
// A URL of a playlist is played by hls.js as it is set by itself; any other URL is a page that plays by its own means.
// The source's pictures carry the time of their capture (media-fixtures/clock-encoder): distance is read from the screen.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { look, median, openPage, root, startBrowser } from '../browser/bema.mjs';

const [rounds, seconds, ...given] = process.argv.slice(2);
const streams = given.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);

const PAGE = `<!doctype html><title>hls.js</title><video muted autoplay width=640 height=360></video>
<script src=/hls.js></script><script>
const video = document.querySelector('video');
window.watched = { first: null, stalls: 0 };
video.requestVideoFrameCallback(() => (window.watched.first = performance.now()));
const player = new Hls({ lowLatencyMode: true });
player.on(Hls.Events.ERROR, (_, { details }) => {
  if (details === Hls.ErrorDetails.BUFFER_STALLED_ERROR) window.watched.stalls += 1;
});
player.loadSource(new URLSearchParams(location.search).get('url'));
player.attachMedia(video);
</script>`;

const site = createServer(async ({ url }, response) => {
  const script = url === '/hls.js';
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ? await readFile(path.join(root, 'tests/browser/node_modules/hls.js/dist/hls.min.js')) : PAGE);
});
site.listen(0, '127.0.0.1');
await once(site, 'listening');

/** In a page that is not ours to write: when its video shows its first picture. */
const watchVideo = () => {
  window.watched = { first: null, stalls: 0 };
  new MutationObserver((_, observer) => {
    const video = document.querySelector('video');
    if (!video) return;
    observer.disconnect();
    video.requestVideoFrameCallback(() => (window.watched.first = performance.now()));
    let begun = false;
    video.addEventListener('playing', () => (begun = true));
    video.addEventListener('waiting', () => (window.watched.stalls += begun ? 1 : 0));
  }).observe(document, { childList: true, subtree: true });
};

const browser = await startBrowser();
const figures = Object.fromEntries(streams.map(([name]) => [name, { first: [], behind: [], stalls: 0 }]));
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, url] of streams) {
    const page = await openPage(browser, { viewport: { width: 660, height: 400 } });
    const isPlaylist = url.endsWith('.m3u8');
    if (!isPlaylist) await page.addInitScript(watchVideo);
    await page.goto(isPlaylist ? `http://127.0.0.1:${site.address().port}/?${new URLSearchParams({ url })}` : url);
    await page.waitForFunction(() => window.watched.first !== null, null, { timeout: 30_000 });
    await sleep(6_000);
    const samples = [];
    for (const until = Date.now() + Number(seconds) * 1000; Date.now() < until; await sleep(250)) {
      const { now, captured } = await look(page);
      if (captured !== null) samples.push(now - captured);
    }
    const { first, stalls } = await page.evaluate(() => window.watched);
    figures[name].first.push(first);
    figures[name].behind.push(median(samples));
    figures[name].stalls += stalls;
    await page.close();
  }
}
await browser.close();
site.close();
const rows = Object.entries(figures).map(([name, { first, behind, stalls }]) => [
  name,
  { first_frame_ms: Math.round(median(first)), behind_ms_p50: Math.round(median(behind)), stalls },
]);
process.stdout.write(JSON.stringify(Object.fromEntries(rows)));
