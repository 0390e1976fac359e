// The words of past meetings: a citizen searches and lands on the second, a reader follows, a clerk gives a transcript.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, logIn, openPage, phone, sound, startBema, startBrowser, until } from './bema.mjs';

let bema, browser;

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-encoder', '--no-citizens');
});

after(async () => {
  await browser?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

const position = (page) => page.locator('video').first().evaluate((video) => video.currentTime);

for (const [locale, viewport] of [['el-GR', phone], ['en-GB', desk]]) {
  test(`${locale}: a word in Latin letters leads to the second at which it was said`, async () => {
    const page = await openPage(browser, { locale, viewport });
    await page.goto(bema.url);
    await page.locator('#q').fill('leoforeia');
    await page.locator('#q').press('Enter');
    const hit = page.locator('.hits li, ol li', { hasText: 'Τζανιδάκης' }).first();
    await hit.waitFor();
    assert.equal(await hit.locator('mark').first().textContent(), 'λεωφορεία');
    await sound(page, 'what was found');
    const link = hit.locator('a').first();
    const seconds = Number(new URL(await link.getAttribute('href'), bema.url).searchParams.get('t'));
    assert.ok(seconds > 0);
    await link.click();
    await page.waitForURL('**/meetings/*');
    await until('the player stands there', async () => Math.abs((await position(page)) - seconds) < 3);
    await page.locator('meeting-words button').click();
    await page.locator('.said-now').waitFor();
    await sound(page, 'the words beside the picture');
    // Another line's time moves the player.
    const first = page.locator('meeting-words .said a').first();
    const at = Number(new URL(await first.getAttribute('href'), bema.url).searchParams.get('t'));
    await first.click();
    await until('the player goes there', async () => Math.abs((await position(page)) - at) < 3);
    await page.goto(`${bema.url}/search?q=${encodeURIComponent('«»')}`);
    await sound(page, 'a query of nothing');
    await page.goto(`${bema.url}/search?q=xyzzyq`);
    await sound(page, 'nothing found');
    await page.context().close();
  });
}

test('captions are shown in step with the picture', async () => {
  const page = await openPage(browser);
  await page.goto(bema.url);
  await page.locator('section.past h3 a').first().click();
  await page.waitForURL('**/meetings/*');
  await until('the picture is there', () => page.locator('video').first().evaluate((video) => video.readyState >= 2));
  const link = page.locator('meeting-words');
  await link.locator('button').click();
  await link.locator('.said').first().waitFor();
  const third = link.locator('.said').nth(2);
  const seconds = Number(new URL(await third.locator('a').getAttribute('href'), bema.url).searchParams.get('t'));
  await page.locator('.tool-captions').click();
  await third.locator('a').click();
  const words = (await third.innerText()).replace(/\s+/g, ' ');
  const shown = await until('it is shown', () => page.locator('video').first().evaluate((video) => {
    const [cue] = [...video.textTracks].flatMap(({ activeCues }) => [...(activeCues ?? [])]);
    return cue && { startTime: cue.startTime, text: cue.text.replace(/<[^>]*>/g, '').replace(/^[^:]*: /, '') };
  }));
  assert.ok(Math.abs(shown.startTime - seconds) <= 1, `${shown.startTime} is not ${seconds}`);
  assert.ok(words.includes(shown.text), `${words} has not ${shown.text}`);
  await page.context().close();
});

test('a clerk gives a transcript, is told what is wrong with it, and takes it back', async () => {
  const page = await openPage(browser);
  await logIn(page, bema.url, bema.clerk);
  await page.waitForURL('**/studio');
  await page.goto(bema.url);
  const past = await page.locator('section.past h3 a').last().getAttribute('href');
  await page.goto(`${bema.url}/studio${past}/words`);
  await sound(page, 'the words of a meeting');
  const give = async (text) => {
    await page.locator('#pasted').fill(text);
    await page.locator('.words-give button[type=submit]').click();
  };
  await give('this is no transcript');
  await page.getByRole('alert').waitFor();
  await sound(page, 'a refused transcript');
  await give('WEBVTT\n\n00:01.000 --> 00:04.000\n<v Μαρία Δοκιμή>Η γέφυρα στο Ατσιπόπουλο θα επισκευαστεί.\n');
  await page.getByRole('status').filter({ hasText: /./ }).first().waitFor();
  await until('it is found', async () => {
    await page.goto(`${bema.url}/search?q=${encodeURIComponent('γεφυρασ')}`);
    return (await page.locator('mark').count()) > 0;
  });
  await page.goto(`${bema.url}/studio${past}/words`);
  await page.locator('.revisions form button').first().click();
  await until('it is found no more', async () => {
    await page.goto(`${bema.url}/search?q=${encodeURIComponent('γέφυρα')}`);
    return (await page.locator('mark').count()) === 0;
  });
  await page.context().close();
});
