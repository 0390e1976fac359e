// An old meeting's film: the clerk sends it, the connection breaks, the page is closed; and it is a recording.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { axe, logIn, openPage, overflows, phone, startBema, startBrowser, until } from './bema.mjs';

let bema, browser, clerk, folder, film;

/** Noise, since it must be several pieces long. */
const make = async (file) => {
  const noise = ['-f', 'lavfi', '-i', 'nullsrc=s=320x180:r=25,geq=random(1)*255:128:128', '-f', 'lavfi', '-i', 'sine=440:r=48000'];
  const coding = ['-t', '20', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '1', '-pix_fmt', 'yuv420p', '-g', '50', '-c:a', 'aac'];
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', ...noise, ...coding, file]);
};

/** Every piece takes a while, as over a town hall's line. */
const slowly = (page) =>
  page.route('**/studio/films/*', async (route) => {
    if (route.request().method() === 'PATCH') await new Promise((done) => setTimeout(done, 700));
    await route.continue().catch(() => {});
  });

const sound = async (page, state) => {
  assert.deepEqual(await axe(page), [], `axe, ${state}`);
  assert.deepEqual(await overflows(page), [], `overflow, ${state}`);
};

const fill = async (page, title) => {
  await page.getByLabel('The film', { exact: true }).setInputFiles(film);
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Date').fill('2019-03-27');
  await page.getByLabel('Began at').fill('18:00');
  await page.getByRole('button', { name: 'Send the film' }).click();
};

const share = (page) => page.locator('.sending progress').evaluate((bar) => bar.value / bar.max);

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bema-film-'));
  film = path.join(folder, 'παλιά συνεδρίαση.mp4');
  await make(film);
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clerk = await openPage(browser, { locale: 'en-GB', viewport: phone });
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.waitForURL('**/studio');
  await slowly(clerk);
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('the page is sound, on a phone too', async () => {
  await clerk.getByRole('link', { name: 'Add an old meeting' }).click();
  await clerk.getByRole('heading', { name: 'Add an old meeting' }).waitFor();
  await sound(clerk, 'empty');
});

test('a meeting of the future is refused at once, and what was typed stays', async () => {
  await clerk.getByLabel('The film', { exact: true }).setInputFiles(film);
  await clerk.getByLabel('Title').fill('12th meeting');
  await clerk.getByLabel('Date').fill('2219-03-27');
  await clerk.getByRole('button', { name: 'Send the film' }).click();
  await clerk.getByText('began in the past').waitFor();
  assert.equal(await clerk.getByLabel('Title').inputValue(), '12th meeting');
  await sound(clerk, 'refused');
});

test('the connection breaks, and the film goes on by itself where it was', async () => {
  await fill(clerk, '12th meeting');
  await until('some of it has been sent', async () => (await share(clerk)) > 0.2);
  await sound(clerk, 'sending');
  await clerk.context().setOffline(true);
  await clerk.getByText('Trying again by itself').first().waitFor({ timeout: 20_000 });
  const before = await share(clerk);
  await clerk.context().setOffline(false);
  await until('it goes on', async () => (await share(clerk)) > before || (await clerk.locator('.sending').isHidden()), 30_000);
  await clerk.getByText('has arrived. It is being made').waitFor({ timeout: 60_000 });
  await clerk.getByText('open to citizens').waitFor({ timeout: 60_000 });
  await sound(clerk, 'done');
});

test('the recording plays', async () => {
  const viewer = await openPage(browser, { locale: 'en-GB' });
  const address = await clerk.getByRole('link', { name: 'See the recording' }).getAttribute('href');
  await viewer.goto(bema.url + address);
  await viewer.getByText('27 March 2019').first().waitFor();
  await viewer.locator('video').evaluate((video) => ((video.muted = true), video.play()));
  await until('it plays', () => viewer.locator('video').evaluate((video) => video.currentTime > 1));
  assert.deepEqual(viewer.faults, []);
  await viewer.context().close();
});

test('who stops and comes back another day goes on with the same file, and with no other', async () => {
  await clerk.reload();
  await fill(clerk, '13th meeting');
  await until('some of it has been sent', async () => (await share(clerk)) > 0.2);
  await clerk.getByRole('button', { name: 'Stop for now' }).click();
  await clerk.getByText('Stopped. To go on').waitFor();
  const page = await openPage(browser, { locale: 'en-GB' });
  await logIn(page, bema.url, bema.clerk);
  await page.waitForURL('**/studio');
  await page.goto(`${bema.url}/studio/films`);
  const again = page.getByLabel('To go on, choose the same file again');
  await again.setInputFiles({ name: 'another.mp4', mimeType: 'video/mp4', buffer: Buffer.from('x') });
  await page.getByText('This is another file').waitFor();
  await sound(page, 'another file');
  const offsets = [];
  page.on('request', (request) => request.method() === 'PATCH' && offsets.push(Number(request.headers()['upload-offset'])));
  await again.setInputFiles(film);
  await page.getByText('has arrived. It is being made').waitFor({ timeout: 60_000 });
  assert.ok(offsets[0] > 0, `it went on from byte ${offsets[0]}`);
  await until('both are recordings', async () => (await page.getByText('open to citizens').count()) === 2, 60_000);
  assert.deepEqual([clerk.faults, page.faults], [[], []]);
});

test('a recording is kept when its line in the list is removed', async () => {
  await clerk.reload();
  const link = clerk.getByRole('link', { name: 'See the recording' }).first();
  const address = await link.getAttribute('href');
  await clerk.getByRole('button', { name: /Remove from this list/ }).first().click();
  await until('one is left', async () => (await clerk.getByRole('link', { name: 'See the recording' }).count()) === 1);
  assert.equal((await fetch(bema.url + address)).status, 200);
});
