// hls.js in Chromium on a long live meeting: how long each jump takes, from the wish to its picture; and how long the same
// jump takes when all of it is in the player's buffer already, which is the decoder's own time from the keyframe on.
//
//     node tests/load/seek.mjs JUMPS URL

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { median, openPage, root, startBrowser } from '../browser/bema.mjs';

const [jumps, url] = process.argv.slice(2);

const PAGE = `<!doctype html><title>hls.js</title><video muted autoplay width=640 height=360></video>
<script src=/hls.js></script><script>
const video = document.querySelector('video');
window.player = new Hls({ lowLatencyMode: true });
window.player.loadSource(new URLSearchParams(location.search).get('url'));
window.player.attachMedia(video);
window.isBuffered = (to) =>
  [...Array(video.buffered.length).keys()].some((n) => video.buffered.start(n) < to && to < video.buffered.end(n));
window.jump = (to) =>
  new Promise((resolve) => {
    const began = performance.now();
    video.currentTime = to;
    const look = (now, { mediaTime }) => {
      if (mediaTime > to - 0.1 && mediaTime < to + 2) resolve(performance.now() - began);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
</script>`;

const site = createServer(async (request, response) => {
  const script = request.url === '/hls.js';
  response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
  response.end(script ? await readFile(path.join(root, 'tests/browser/node_modules/hls.js/dist/hls.min.js')) : PAGE);
});
site.listen(0, '127.0.0.1');
await once(site, 'listening');

const browser = await startBrowser();
const page = await openPage(browser, { viewport: { width: 660, height: 400 } });
await page.goto(`http://127.0.0.1:${site.address().port}/?${new URLSearchParams({ url })}`);
await page.waitForFunction(() => document.querySelector('video').currentTime > 0, null, { timeout: 30_000 });
const seconds = await page.evaluate(() => window.player.latestLevelDetails.totalduration);
const times = [];
const decoding = [];
for (let jump = 0; jump < Number(jumps); jump++) {
  // Spread over the whole meeting, and over every place within a segment.
  const to = ((jump * 0.618034) % 1) * (seconds - 30) + 1;
  times.push(await page.evaluate((to) => window.jump(to), to));
  await page.waitForFunction((to) => window.isBuffered(to + 4), to);
  await page.evaluate((to) => window.jump(to + 3.5), to);
  decoding.push(await page.evaluate((to) => window.jump(to), to));
  await page.waitForTimeout(300);
}
await browser.close();
site.close();
const slow = (all) => Math.round([...all].sort((a, b) => a - b)[Math.floor(all.length * 0.95)]);
process.stdout.write(
  JSON.stringify({
    hours: Number((seconds / 3600).toFixed(1)),
    p50_ms: Math.round(median(times)),
    p95_ms: slow(times),
    decoding_p50_ms: Math.round(median(decoding)),
    decoding_p95_ms: slow(decoding),
  }),
);
