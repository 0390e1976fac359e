// Starts a Bema of the test's own (demonstration data in a folder that goes away, free ports) and a browser on it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { readClock } from '../../media-fixtures/read_clock.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Waits until `done` answers something true, or fails with `what` after `timeoutMs`. */
export const until = async (what, done, timeoutMs = 20_000) => {
  const end = Date.now() + timeoutMs;
  let last;
  while (Date.now() < end) {
    try {
      last = await done();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`${what}: not within ${timeoutMs} ms (last: ${last})`);
};

/** Starts a program from the root, and answers how to stop it. */
const startProgram = (command, args, env = {}) => {
  const program = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => {
    program.once('exit', (code, signal) => resolve(code ?? signal));
    program.once('error', (error) => {
      output += String(error);
      resolve(String(error));
    });
  });
  const stop = async () => {
    program.kill('SIGTERM');
    const late = setTimeout(() => program.kill('SIGKILL'), 15_000);
    const code = await ended;
    clearTimeout(late);
    return code;
  };
  /** kill -9 of it and of all that it started. */
  const kill = () => {
    program.kill('SIGKILL');
    return ended;
  };
  return { ended, output: () => output, stop, kill };
};

/**
 * A running Bema: its `url`, the `meeting` that is in session, the log-ins of `clerk`, `administrator` and `moderator`,
 * what it printed in `output()`, `stop()`, which answers its exit code, and `killed()`, which kills it with -9, starts it again
 * on what is there, and answers when it serves.
 */
export const startBema = async (...options) => {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const binary = process.env.BEMA_BINARY ?? path.join(target, 'debug/bema');
  const data = await mkdtemp(path.join(tmpdir(), 'bema-browser-'));
  const [http, rtmp, srt] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const fixtures = process.env.BEMA_FIXTURES_CACHE ?? path.join(target, 'fixtures');
  const launch = () => startProgram(
    binary,
    ['demo', '--data', data, '--http', `127.0.0.1:${http}`, '--rtmp', `127.0.0.1:${rtmp}`, '--srt', `127.0.0.1:${srt}`, ...options],
    { BEMA_FIXTURES_CACHE: fixtures },
  );
  let server = launch();
  const ready = () => until('the server is ready', async () => (await fetch(`${url}/readyz`)).ok, 120_000);
  const killed = async () => {
    await server.kill();
    server = launch();
    await ready();
  };
  const stop = async () => {
    const code = await server.stop();
    await rm(data, { recursive: true, force: true });
    return code;
  };
  try {
    const ended = server.ended.then((code) => {
      throw new Error(`the server ended with ${code}`);
    });
    ended.catch(() => {});
    await Promise.race([ready(), ended]);
    const said = await until('the log-ins are printed', () => server.output().includes('moderator@') && server.output());
    const [, id] = /\/meetings\/([0-9a-f-]{36})/.exec(said);
    const account = (email) => ({ email, password: said.split(email)[1].trim().split(/\s/)[0] });
    const { key } = JSON.parse(await readFile(path.join(data, 'demo.json'), 'utf8'));
    return {
      url,
      stop,
      killed,
      output: () => server.output(),
      meeting: id,
      clerk: account('clerk@rethymno.example'),
      administrator: account('administrator@rethymno.example'),
      moderator: account('moderator@rethymno.example'),
      publish: `rtmp://127.0.0.1:${rtmp}/live/${key}`,
      publishSrt: `srt://127.0.0.1:${srt}?streamid=${key}`,
    };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${server.output()}`);
  }
};

/** The encoder whose frames carry the time of their capture. */
export const startClock = (address) => startProgram(path.join(root, 'media-fixtures/clock-encoder'), [address]);

/** What the page's video shows now: when (`now`), and when it was captured (`captured`, null on any other picture). */
export const look = async (page) => {
  const { now, luma } = await page.locator('video').first().evaluate((video) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1280, 32];
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0, 1280, 720);
    const { data } = context.getImageData(0, 15, 1280, 2);
    return { now: Date.now(), luma: Array.from({ length: 2560 }, (_, i) => data[i * 4 + 1]) };
  });
  const rgba = new Uint8Array(1280 * 32 * 4);
  luma.forEach((value, i) => {
    rgba[(15 * 1280 + i) * 4 + 1] = value;
  });
  return { now, captured: readClock(rgba, 1280, 720) };
};

/** What the page's video is about, for the words of a failure. */
export const state = (page) =>
  page.locator('video').first().evaluate((video) => {
    const ranges = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
    const { currentTime, paused, seeking, readyState, videoWidth, error } = video;
    return JSON.stringify({ currentTime, paused, seeking, readyState, videoWidth, error: error?.message, ranges });
  });

/** Waits until the page shows a picture of the chamber, not older than `youngerMs` where that is given. */
export const chamber = async (page, timeoutMs = 45_000, youngerMs = Infinity) => {
  try {
    return await until('the chamber is shown', async () => {
      const { now, captured } = await look(page);
      return captured !== null && now - captured < youngerMs && captured;
    }, timeoutMs);
  } catch (error) {
    throw new Error(`${error.message}; the video: ${await state(page)}; the page: ${await page.locator('main').innerText()}`);
  }
};

/** The middle one of several numbers. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Logs in on the log-in page. */
export const logIn = async (page, url, { email, password }) => {
  await page.goto(`${url}/login`);
  await page.locator('input[type=email]').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.locator('main form button[type=submit]').click();
};

/** Debian's Chromium, or the one that CHROMIUM names. */
export const startBrowser = () => {
  const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (file) => file && existsSync(file),
  );
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  });
};

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 800 };

/** A page in a context of its own; errors of its scripts are collected in `page.faults`. */
export const openPage = async (browser, { viewport = desk, locale = 'el-GR', ...rest } = {}) => {
  const context = await browser.newContext({ viewport, locale, ...rest });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text())) {
      page.faults.push(message.text());
    }
  });
  return page;
};

/** What axe finds on the page as it is now, nothing disabled: one line each. */
export const axe = async (page) => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
  );
};

/** What makes the page wider than its window, so that it scrolls sideways: the elements that stick out. */
export const overflows = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.getBoundingClientRect().right}`);
  });

/** Fails where axe finds something on the page as it is now, where it scrolls sideways, or where its scripts report faults. */
export const sound = async (page, what) => {
  assert.deepEqual(await axe(page), [], what);
  assert.deepEqual(await overflows(page), [], `${what} is wider than the window`);
  assert.deepEqual(page.faults, [], `${what}: faults of its scripts`);
};
