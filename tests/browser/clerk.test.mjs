// The clerk's evening: log in, see the chamber, pause, go on, end; and what a viewer sees meanwhile.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chamber, look, logIn, openPage, startBema, startBrowser, startClock, until } from './bema.mjs';

let bema, clock, browser, clerk, viewer;

const stage = (page) => page.locator('meeting-watch').first().getAttribute('data-stage');
const studio = () => `${bema.url}/studio/meetings/${bema.meeting}`;
const press = (action) => clerk.locator(`form[action$="/${action}"] button[type=submit]`).click();

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
  viewer = await openPage(browser, { locale: 'en-GB' });
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  clerk = await openPage(browser, { locale: 'en-GB' });
});

after(async () => {
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('a wrong password is refused in words, at the field, and the address is kept', async () => {
  await logIn(clerk, bema.url, { ...bema.clerk, password: 'wrong-password-x' });
  const summary = clerk.getByRole('alert');
  await summary.waitFor();
  assert.match(await clerk.title(), /^Error/);
});

test('only who may sees the studio', async () => {
  const stranger = await openPage(browser);
  for (const address of [studio(), `${bema.url}/studio`, `${bema.url}/studio/sources`]) {
    const answer = await stranger.goto(address);
    const refused = [401, 403, 404].includes(answer.status()) || new URL(stranger.url()).pathname === '/login';
    assert.ok(refused, `${address} answered ${answer.status()} at ${stranger.url()}`);
  }
  await stranger.context().close();
});

test('the clerk logs in and sees that the encoder is connected', async () => {
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.waitForURL('**/studio');
  await clerk.goto(studio());
  await until('the source is connected', async () =>
    /Connected since/.test(await clerk.locator('source-monitor [data-slot=connection]').innerText()));
  await until('its bit rate is shown', async () =>
    /Mb\/s/.test(await clerk.locator('source-monitor').innerText()), 20_000);
});

test('pause: the viewer sees the slate, and nothing of the chamber', async () => {
  await chamber(viewer);
  await press('pause');
  await until('the studio says so', async () => (await stage(clerk)) === 'paused');
  await until('the viewer sees the slate', async () => (await look(viewer)).captured === null);
  await until("the viewer's page says so", async () => (await stage(viewer)) === 'paused');
});

test('resume: the viewer sees the chamber again', async () => {
  await press('resume');
  await chamber(viewer, 30_000, 8_000);
  await until("the viewer's page says so", async () => (await stage(viewer)) === 'live');
});

test('to end takes a second press, and then the recording is at the same address', async () => {
  const end = clerk.locator('form[action$="/end"] button[type=submit]');
  assert.equal(await end.isVisible(), false, 'the last press is not there at first');
  await clerk.locator('details.confirm summary').click();
  await end.click();
  await until('the studio says so', async () => (await stage(clerk)) === 'ended');
  await until("the viewer's page says so", async () => (await stage(viewer)) === 'ended', 30_000);

  const playlist = await (await fetch(`${bema.url}/media/${bema.meeting}/video.m3u8`)).text();
  assert.match(playlist, /#EXT-X-PLAYLIST-TYPE:VOD/);
  assert.match(playlist, /#EXT-X-ENDLIST/);
  assert.doesNotMatch(playlist, /#EXT-X-PART:/);

  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  const video = viewer.locator('video').first();
  await video.evaluate((it) => it.play());
  await until('the recording plays from its beginning', async () => {
    const at = await video.evaluate((it) => it.currentTime);
    return at > 0.5 && at < 20 && (await look(viewer)).captured;
  });
  assert.deepEqual(viewer.faults, []);
  assert.deepEqual(clerk.faults, []);
});

test('the whole meeting can be downloaded as one file', async () => {
  const answer = await fetch(`${bema.url}/media/${bema.meeting}/download.mp4`);
  assert.equal(answer.status, 200);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  assert.equal(bytes.length, Number(answer.headers.get('content-length')));
  assert.equal(new TextDecoder().decode(bytes.subarray(4, 8)), 'ftyp');
});
