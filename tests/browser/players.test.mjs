// Bema's streams in players that are not ours, from another origin: live, from the beginning, and after the end.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPage, startBema, startBrowser, until } from './bema.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
/** How long a player may take after its first picture until it plays evenly; video.js begins in single parts. */
const SETTLES_MS = { 'video.js': 8_000 };
const PLAYERS = ['hls.js, low latency', 'hls.js', 'Shaka', 'video.js'];

/** A site of somebody else's: `players/`, and the players' own files under `/dist/`. */
const startSite = async () => {
  const site = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://site');
    const file = pathname.startsWith('/dist/')
      ? path.join(here, 'node_modules', pathname.slice('/dist/'.length))
      : path.join(here, 'players', pathname === '/' ? 'index.html' : pathname);
    try {
      const body = await readFile(file);
      response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return site;
};

/** Publishes a test picture of `size` with `more` of ffmpeg's options before the output. */
const publish = (address, size, ...more) => {
  const encoder = spawn('ffmpeg', [
    '-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`,
    '-f', 'lavfi', '-i', 'sine=r=48000:f=440', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-bf', '0',
    '-pix_fmt', 'yuv420p', '-b:v', '800k', '-c:a', 'aac', '-b:a', '96k', ...more, '-f', 'flv', address,
  ]);
  const ended = once(encoder, 'exit');
  return { stop: () => (encoder.kill('SIGINT'), ended) };
};

let browser, site, bema, encoder;
const pages = {};

/** Opens the meeting in a player; answers its page. */
const open = async (player) => {
  const page = await openPage(browser, { viewport: { width: 660, height: 400 } });
  const url = `${bema.url}/media/${bema.meeting}/index.m3u8`;
  await page.goto(`http://127.0.0.1:${site.address().port}/?${new URLSearchParams({ player, url })}`);
  return page;
};

/** What the page's video does now. */
const look = (page) =>
  page.evaluate(() => {
    const video = document.querySelector('video');
    const ranges = (all) => Array.from({ length: all.length }, (_, i) => [all.start(i), all.end(i)]);
    const { currentTime, duration, paused, seeking, readyState, videoWidth, ended } = video;
    const { errors, stalls, latency, discontinuities } = window.watched;
    return {
      currentTime, duration, paused, seeking, readyState, videoWidth, ended, errors, stalls,
      buffered: ranges(video.buffered), seekable: ranges(video.seekable),
      latency: latency(), discontinuities: [...discontinuities],
    };
  });

/** Where a player can seek back to. */
const beginning = (page) =>
  page.evaluate(() => {
    const { player } = window.watched;
    return player.seekRange ? player.seekRange().start : document.querySelector('video').seekable.start(0);
  });

/** Waits until the picture moves. */
const starts = (page, name) =>
  until(`${name} starts`, async () => {
    const one = await look(page);
    await sleep(300);
    const two = await look(page);
    if (two.currentTime > one.currentTime + 0.1) return two;
    throw new Error(JSON.stringify(two));
  }, 25_000);

/** Watches for `seconds`: answers how far it went on, and for how long it stood still at most. */
const watch = async (page, seconds) => {
  const first = await look(page);
  const until = Date.now() + seconds * 1000;
  let [last, moved, still] = [first, Date.now(), 0];
  while (Date.now() < until) {
    await sleep(100);
    const now = await look(page);
    if (now.currentTime > last.currentTime) moved = Date.now();
    still = Math.max(still, Date.now() - moved);
    last = now;
  }
  return { went: last.currentTime - first.currentTime, still, last };
};

/** Fails unless `page` plays on for six seconds without a stop. */
const playsOn = async (page, name) => {
  const { went, still, last } = await watch(page, 6);
  const said = `${name}: ${JSON.stringify(last)}`;
  assert.deepEqual(last.errors, [], said);
  assert.ok(went >= 4, `went on by ${went} s in 6 s; ${said}`);
  assert.ok(still < 1_000, `stood still for ${still} ms; ${said}`);
  return last;
};

before(async () => {
  [browser, site] = await Promise.all([startBrowser(), startSite()]);
  bema = await startBema('--no-past', '--no-encoder');
  encoder = publish(bema.publish, '640x360');
  await sleep(10_000);
});

after(async () => {
  await browser?.close();
  site?.close();
  await encoder?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

describe('live', { concurrency: 1 }, () => {
  for (const name of PLAYERS) {
    test(`${name} plays without a stop, and from the beginning`, async (t) => {
      const page = await open(name);
      pages[name] = page;
      await starts(page, name);
      await sleep(SETTLES_MS[name] ?? 2_000);
      const { latency } = await playsOn(page, name);
      if (latency !== null) t.diagnostic(`${latency.toFixed(2)} s behind`);
      if (name === 'hls.js, low latency') assert.ok(latency < 3, `${latency} s behind`);
      const start = await beginning(page);
      assert.ok(start < 1, `the first picture is at ${start} s`);
      await page.evaluate((start) => {
        document.querySelector('video').currentTime = start + 0.1;
      }, start);
      await until(`${name} is at the beginning`, async () => {
        const { currentTime, seeking } = await look(page);
        return !seeking && currentTime < 4 && currentTime > 0.3;
      });
      const { currentTime } = await playsOn(page, name);
      assert.ok(currentTime < 14, `the beginning, not ${currentTime} s`);
    });
  }
});
