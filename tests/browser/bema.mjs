// Starts a Bema of the test's own (demonstration data in a folder that goes away, free ports) and a browser on it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

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

/** A running Bema: `url`, what it printed in `output()`, `stop()`. */
export const startBema = async (...options) => {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
  const binary = process.env.BEMA_BINARY ?? path.join(target, 'debug/bema');
  const data = await mkdtemp(path.join(tmpdir(), 'bema-browser-'));
  const [http, rtmp] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  let output = '';
  const server = spawn(
    binary,
    ['demo', '--data', data, '--http', `127.0.0.1:${http}`, '--rtmp', `127.0.0.1:${rtmp}`, ...options],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
    server.once('error', resolve);
  });
  const stop = async () => {
    server.kill('SIGTERM');
    const late = setTimeout(() => server.kill('SIGKILL'), 15_000);
    const code = await ended;
    clearTimeout(late);
    await rm(data, { recursive: true, force: true });
    return code;
  };
  try {
    await until('the server is ready', async () => {
      if (server.exitCode !== null) throw new Error('it ended');
      return (await fetch(`${url}/readyz`)).ok;
    }, 120_000);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${output}`);
  }
  return { url, rtmp: `rtmp://127.0.0.1:${rtmp}/live`, output: () => output, stop };
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

/** Whether the page is wider than its window: then it would scroll sideways. */
export const overflows = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
