// Bema's streams in players that are not ours: in a browser from another origin, and without one; live, from the
// beginning, and after the end.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { logIn, openPage, startBema, startBrowser, until } from './bema.mjs';
import { startSite } from './site.mjs';

/** How long a player may take after its first picture until it plays evenly; video.js begins in single parts. */
const SETTLES_MS = { 'video.js': 8_000 };
const PLAYERS = ['hls.js, low latency', 'hls.js', 'Shaka', 'video.js'];

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

/** Opens the meeting in a player; answers its page. */
const open = async (player) => {
  const page = await openPage(browser, { viewport: { width: 660, height: 400 } });
  const url = `${bema.url}/media/${bema.meeting}/index.m3u8`;
  await page.goto(`${site.url}/?${new URLSearchParams({ player, url })}`);
  return page;
};

/** What the page's video does now. */
const look = (page) =>
  page.evaluate(() => {
    const video = document.querySelector('video');
    const ranges = (all) => Array.from({ length: all.length }, (_, i) => [all.start(i), all.end(i)]);
    const { currentTime, duration, paused, seeking, readyState, videoWidth, ended } = video;
    const { stalls, latency, discontinuities } = window.watched;
    // What hls.js lets go of when it is sent elsewhere is no fault.
    const errors = window.watched.errors.filter((error) => !error.startsWith('networkError aborted'));
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
      await page.close();
    });
  }
});

/** Runs a program for `seconds` at most; answers all that it said. */
const run = async (command, args, seconds) => {
  const program = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const timer = setTimeout(() => program.kill('SIGKILL'), seconds * 1000);
  await once(program, 'close');
  clearTimeout(timer);
  return said;
};

/** Pictures and pieces of sound that ffmpeg decodes in ten seconds of the stream (of which it lacks the first, where pictures begin later than sound), and what it complained of. */
const ffmpeg = async (url, ...from) => {
  const count = async (stream) => {
    const wanted = [...from, '-i', url, '-map', `0:${stream}:0`, '-t', '10', '-progress', '-', '-f', 'null', '-'];
    const said = await run('ffmpeg', ['-nostdin', '-v', 'error', ...wanted], 30);
    const complaints = said.split('\n').filter((line) => line && !/^[a-z_0-9]+=/.test(line));
    assert.deepEqual(complaints, []);
    return said;
  };
  const [pictures, sound] = await Promise.all([count('v'), count('a')]);
  const frames = Number(pictures.match(/frame=(\d+)/g).at(-1).slice(6));
  assert.ok(frames >= 100, `${frames} pictures in 5 s`);
  assert.ok(Number(/out_time_us=(\d+)\n(?!.*out_time_us)/s.exec(sound)[1]) > 4_000_000, sound);
};

/** Pictures that GStreamer's hlsdemux brings to the screen within twenty seconds. */
const gstreamer = async (url) => {
  const sinks = ['video-sink=fakesink silent=false sync=true', 'audio-sink=fakesink sync=true'];
  const said = await run('gst-launch-1.0', ['-v', 'playbin', `uri=${url}`, 'flags=0x3', ...sinks], 20);
  const shown = said.match(/last-message = chain/g)?.length ?? 0;
  assert.ok(shown > 50, `${shown} pictures; ${said.slice(-2_000)}`);
};

/** Pictures, one of five, that VLC shows in twelve seconds. It will not be root. */
const vlc = async (url) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bema-vlc-'));
  await chmod(folder, 0o777);
  const nobody = process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const keep = ['--video-filter=scene', '--scene-format=png', '--scene-ratio=5', '--scene-prefix=shown', `--scene-path=${folder}`];
  // Not with --run-time, which counts from the beginning of the meeting.
  const player = ['cvlc', '-I', 'dummy', '--vout=vdummy', '--aout=adummy', ...keep, url, 'vlc://quit'];
  const [command, ...args] = [...nobody, 'env', `HOME=${folder}`, ...player];
  const said = await run(command, args, 12);
  const shown = (await readdir(folder)).filter((name) => name.startsWith('shown'));
  await rm(folder, { recursive: true, force: true });
  assert.ok(shown.length > 30, `${shown.length} pictures; ${said.slice(-2_000)}`);
};

describe('without a browser', { concurrency: 1 }, () => {
  const url = () => `${bema.url}/media/${bema.meeting}/index.m3u8`;
  test('ffmpeg, live', () => ffmpeg(url()));
  test('ffmpeg, from the beginning', () => ffmpeg(url(), '-live_start_index', '0'));
  test("GStreamer's hlsdemux, live", () => gstreamer(url()));
  test('VLC, live', () => vlc(url()));
});

describe('after the end', { concurrency: 1 }, () => {
  before(async () => {
    const clerk = await openPage(browser, {});
    await logIn(clerk, bema.url, bema.clerk);
    await clerk.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
    await clerk.locator('details.confirm summary').click();
    await clerk.locator('form[action$="/end"] button[type=submit]').click();
    await until('the meeting has ended', async () => {
      const text = await (await fetch(`${bema.url}/media/${bema.meeting}/video.m3u8`)).text();
      return text.includes('#EXT-X-ENDLIST');
    });
    await clerk.close();
  });
  for (const name of PLAYERS) {
    test(`${name} plays from the start to the end, and where it is sent`, async () => {
      const page = await open(name);
      const { duration } = await starts(page, name);
      assert.ok(duration > 30, `${duration} s`);
      const { currentTime } = await playsOn(page, name);
      assert.ok(currentTime < 20, `from the start, not from ${currentTime} s`);
      const send = (to) => page.evaluate((to) => (document.querySelector('video').currentTime = to), to);
      await send(duration / 2);
      await until(`${name} plays in the middle`, async () => (await look(page)).currentTime > duration / 2 + 1);
      await send(duration - 3);
      await until(`${name} comes to the end`, async () => (await look(page)).ended);
      await page.close();
    });
  }
  const url = () => `${bema.url}/media/${bema.meeting}/index.m3u8`;
  test('ffmpeg', () => ffmpeg(url()));
  test("GStreamer's hlsdemux", () => gstreamer(url()));
  test('VLC', () => vlc(url()));
});
