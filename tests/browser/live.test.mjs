// A citizen watches a council in session: at once, from the beginning, by keyboard, and without JavaScript.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chamber, look, median, openPage, startBema, startBrowser, startClock, until } from './bema.mjs';

let bema, clock, browser, page;

/** The position of the page's video, in seconds. */
const position = () => page.locator('video').first().evaluate((video) => video.currentTime);

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
});

after(async () => {
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('the list leads to the meeting in session', async () => {
  page = await openPage(browser);
  await page.goto(bema.url);
  await page.locator('section.now a.button').click();
  await page.waitForURL(`**/meetings/${bema.meeting}`);
  assert.match(await page.locator('h1').innerText(), /14η τακτική συνεδρίαση/);
});

test('the picture starts by itself, about a second behind the chamber', async (t) => {
  await chamber(page);
  await sleep(4_000);
  const behind = [];
  for (let i = 0; i < 30; i += 1) {
    const { now, captured } = await look(page);
    if (captured !== null) behind.push(now - captured);
    await sleep(100);
  }
  assert.ok(behind.length >= 25, `only ${behind.length} of 30 pictures carried their time`);
  t.diagnostic(`from capture to screen: median ${median(behind)} ms, at most ${Math.max(...behind)} ms`);
  assert.ok(median(behind) < 4_000, `the median is ${median(behind)} ms`);
  const from = await position();
  await sleep(2_000);
  const went = (await position()) - from;
  assert.ok(went > 1.5 && went < 2.6, `in two seconds the picture went on by ${went} s`);
});

test('by keyboard back to the first minute and to the live edge again', async () => {
  await sleep(5_000);
  await page.locator('meeting-player').getByRole('button').first().focus();
  await page.keyboard.press('Home');
  await until('a picture of the beginning is shown', async () => {
    const { now, captured } = await look(page);
    return (await position()) < 6 && captured !== null && now - captured > 6_000;
  });
  await page.keyboard.press('End');
  await chamber(page, 20_000, 5_000);
});

test('space pauses and goes on', async () => {
  const paused = () => page.locator('video').first().evaluate((video) => video.paused);
  await page.locator('meeting-player').getByRole('button').first().focus();
  await page.keyboard.press('k');
  await until('it pauses', paused);
  await page.keyboard.press('k');
  await until('it goes on', async () => !(await paused()));
});

test('the first press of Tab offers to skip to the content', async () => {
  await page.goto(`${bema.url}/meetings/${bema.meeting}`);
  await page.keyboard.press('Tab');
  const skip = page.locator('a.skip');
  assert.ok(await skip.evaluate((link) => link === document.activeElement));
  const { y, height } = await skip.boundingBox();
  assert.ok(y >= 0 && height >= 24, 'the link is seen while it has the focus');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
});

test('an encoder that drops out leaves the slate, and its return the picture', async () => {
  await chamber(page);
  await clock.stop();
  await until('the slate is shown', async () => (await look(page)).captured === null);
  const from = await position();
  // Where sound and picture change over, hls.js may wait a moment; it must not stay there.
  await until('the slate plays on', async () => (await position()) > from + 2, 8_000);
  clock = startClock(bema.publish);
  await chamber(page, 30_000, 8_000);
});

test('the scripts of the page report no fault', () => {
  assert.deepEqual(page.faults, []);
});

test('without JavaScript there are title, agenda and a player', async () => {
  const plain = await openPage(browser, { javaScriptEnabled: false });
  await plain.goto(`${bema.url}/meetings/${bema.meeting}`);
  assert.match(await plain.locator('h1').innerText(), /14η τακτική/);
  assert.ok((await plain.locator('section.agenda li').count()) >= 12);
  const source = await plain.locator('video[controls]').getAttribute('src');
  const playlist = await fetch(new URL(source, bema.url));
  assert.match(await playlist.text(), /^#EXTM3U/);
  await plain.context().close();
});
