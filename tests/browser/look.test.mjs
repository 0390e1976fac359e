// Every page, in both languages, on a phone and on a desk: nothing for axe to find, and nothing that scrolls sideways.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, logIn, openPage, overflows, phone, sound, startBema, startBrowser, until } from './bema.mjs';

let bema, browser;

before(async () => {
  browser = await startBrowser();
  bema = await startBema();
  await until('the meeting can be played', async () =>
    (await fetch(`${bema.url}/media/${bema.meeting}/index.m3u8`)).ok, 60_000);
});

after(async () => {
  await browser?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

const playing = (page) =>
  until('the picture is there', () => page.locator('video').first().evaluate((video) => video.readyState >= 2), 30_000);

const pastMeeting = async (page) => {
  await page.goto(bema.url);
  await page.locator('section.past h3 a').first().click();
  await page.waitForURL('**/meetings/*');
};

/** What a visitor sees: the name of the state, and how to come to it. */
const visitor = {
  'the list': (page) => page.goto(bema.url),
  'a page of the past': (page) => page.goto(`${bema.url}/?page=2`),
  'a meeting in session': async (page) => {
    await page.goto(`${bema.url}/meetings/${bema.meeting}`);
    await playing(page);
  },
  'a meeting to come': async (page) => {
    await page.goto(bema.url);
    await page.locator('section.next h3 a').first().click();
    await page.waitForURL('**/meetings/*');
  },
  'a past meeting': pastMeeting,
  'the log-in page': (page) => page.goto(`${bema.url}/login`),
  'a refused log-in': async (page) => {
    await logIn(page, bema.url, { email: 'nobody@example.org', password: 'wrong-password-x' });
    await page.getByRole('alert').waitFor();
  },
  'a page that is not there': (page) => page.goto(`${bema.url}/nothing`),
};

/** What the clerk sees. */
const clerk = {
  'the studio': (page) => page.goto(`${bema.url}/studio`),
  'the go-live screen': async (page) => {
    await page.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
    await page.locator('details.confirm summary').first().click();
  },
  "the clerk's desk": async (page) => {
    await page.goto(`${bema.url}/studio/meetings/${bema.meeting}/agenda`);
    await page.locator('.desk-edit summary').first().click();
  },
  'the sources': async (page) => {
    await page.goto(`${bema.url}/studio/sources`);
    await page.locator('details.confirm summary').first().click();
  },
  'a new key': async (page) => {
    await page.goto(`${bema.url}/studio/sources`);
    await page.locator('section.new-source input:not([type=hidden])').first().fill('Κάμερα 2');
    await page.locator('section.new-source button[type=submit]').click();
    await page.locator('section.new-key').waitFor();
  },
  'a refused camera': async (page) => {
    await page.goto(`${bema.url}/studio/sources`);
    const typed = { camera: 'Κάμερα', url: 'http://10.0.0.7/', user: 'clerk', password: 'not shown again' };
    for (const [field, text] of Object.entries(typed)) await page.locator(`#${field}`).fill(text);
    await page.locator('section.new-camera button[type=submit]').click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator('#url').inputValue(), typed.url);
    assert.equal(await page.locator('#password').inputValue(), '');
  },
};

/** What the moderator sees. */
const moderator = {
  "the moderators' list": (page) => page.goto(`${bema.url}/studio/chat`),
  'the table of what waits': (page) => page.goto(`${bema.url}/studio/meetings/${bema.meeting}/chat`),
  'the table of what is shown': async (page) => {
    await page.goto(`${bema.url}/studio/meetings/${bema.meeting}/chat?show=shown`);
    await page.locator('.chat-exclude summary').first().click();
  },
};

for (const [locale, language] of [['el-GR', 'el'], ['en-GB', 'en']]) {
  for (const [size, viewport] of Object.entries({ phone, desk })) {
    test(`${language}, ${size}`, async (t) => {
      const page = await openPage(browser, { locale, viewport });
      for (const [what, go] of Object.entries(visitor)) {
        await t.test(what, async () => {
          await go(page);
          assert.equal(await page.locator('html').getAttribute('lang'), language);
          await sound(page, what);
        });
      }
      await logIn(page, bema.url, bema.clerk);
      await page.waitForURL('**/studio');
      for (const [what, go] of Object.entries(clerk)) {
        await t.test(what, async () => {
          await go(page);
          await sound(page, what);
        });
      }
      await page.context().clearCookies({ name: 'bema' });
      await logIn(page, bema.url, bema.moderator);
      await page.waitForURL('**/studio/chat');
      for (const [what, go] of Object.entries(moderator)) {
        await t.test(what, async () => {
          await go(page);
          await sound(page, what);
        });
      }
      await page.context().close();
    });
  }
}

test('in the dark, and without motion', async () => {
  const page = await openPage(browser, { colorScheme: 'dark', reducedMotion: 'reduce' });
  for (const [what, go] of Object.entries(visitor)) {
    await go(page);
    await sound(page, `${what}, dark`);
  }
  await page.context().close();
});

test('at 200 % the list and the meeting still fit', async () => {
  const page = await openPage(browser, { viewport: { width: desk.width / 2, height: desk.height / 2 }, deviceScaleFactor: 2 });
  for (const what of ['the list', 'a meeting in session']) {
    await visitor[what](page);
    assert.deepEqual(await overflows(page), [], what);
  }
  await page.context().close();
});

test('every open menu of the player is sound', async () => {
  const page = await openPage(browser, { locale: 'en-GB' });
  await visitor['a meeting in session'](page);
  const player = page.locator('meeting-player');
  await player.getByRole('button', { name: 'Settings' }).click();
  await sound(page, 'the settings');
  await page.keyboard.press('Escape');
  await player.getByRole('button').first().focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await sound(page, 'the help');
  await page.context().close();
});
