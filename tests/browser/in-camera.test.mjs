// Closed doors: the clerk's press, a screen that cannot be missed, reminders, a line that fails, two clerks, and what a
// viewer sees; in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, chamber, desk, look, logIn, openPage, overflows, phone, startBema, startBrowser, startClock, until } from './bema.mjs';

let bema, clock, browser, clerk, second, viewer;

const studio = () => `${bema.url}/studio/meetings/${bema.meeting}`;
const stand = (page) => page.locator('clerk-doors').first().getAttribute('data-stand');
const stands = (page, as, timeoutMs = 20_000) => until(`the doors are ${as}`, async () => (await stand(page)) === as, timeoutMs);
const press = (page, act) => page.locator(`form[data-press=${act}] button`).click();

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
  viewer = await openPage(browser, { locale: 'en-GB' });
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  await chamber(viewer);
  clerk = await openPage(browser, {});
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.waitForURL('**/studio');
  second = await clerk.context().newPage();
  await clerk.goto(studio());
});

after(async () => {
  assert.deepEqual([...(viewer?.faults ?? []), ...(clerk?.faults ?? [])], []);
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('a press that does not arrive is said loudly, and is not kept for later', async () => {
  await stands(clerk, 'open');
  await clerk.route('**/close-doors', (route) => route.abort());
  await clerk.locator('#ground').fill('18 υπέρ, 5 κατά');
  await press(clerk, 'close');
  await clerk.locator('.doors-failed', { hasText: 'ΟΙ ΘΥΡΕΣ ΔΕΝ ΕΚΛΕΙΣΑΝ' }).waitFor();
  assert.equal(await clerk.locator('#ground').inputValue(), '18 υπέρ, 5 κατά');
  assert.deepEqual(await axe(clerk), []);
  await clerk.unroute('**/close-doors');
  await chamber(viewer, 20_000, 10_000);
});

test('one press by the keyboard closes the doors, and both pages say so', async () => {
  await second.goto(`${studio()}/agenda`);
  await clerk.locator('form[data-press=close] button').focus();
  await clerk.keyboard.press('Enter');
  await stands(clerk, 'closed');
  await stands(second, 'closed');
  await until('the viewer sees the slate', async () => (await look(viewer)).captured === null);
  assert.match(await viewer.locator('[data-slot=in-camera]').innerText(), /meeting in camera since \d\d:\d\d/);
  assert.ok((await viewer.locator('.agenda-item').count()) > 5, 'the agenda stays');
  assert.equal(await viewer.locator('[data-slot=viewers]').isVisible(), false);
  assert.match(await clerk.title(), /^■ ΚΕΚΛΕΙΣΜΕΝΩΝ \d+:\d\d/);
  assert.match(await clerk.locator('[data-slot=source]').innerText(), /θα υπάρχει εικόνα/);
  assert.equal(await clerk.locator('source-monitor img').count(), 0, 'the preview is off');
});

test('the screen has no faults and fits, in both languages, on a phone and on a desk', async () => {
  for (const [locale, viewport] of [['el-GR', phone], ['en-GB', desk]]) {
    const page = await openPage(browser, { locale, viewport });
    await page.context().addCookies(await clerk.context().cookies());
    for (const address of [studio(), `${studio()}/agenda`, `${bema.url}/meetings/${bema.meeting}`]) {
      await page.goto(address);
      assert.deepEqual(await axe(page), [], `${address} ${locale}`);
      assert.deepEqual(await overflows(page), [], `${address} ${locale}`);
    }
    await page.context().close();
  }
});

test('after each ten minutes it reminds, with a sound that can be muted for a while', async () => {
  const page = await clerk.context().newPage();
  await page.addInitScript(() => {
    window.sounds = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      window.sounds += 1;
      return start.apply(this, at);
    };
  });
  await page.clock.install();
  await page.goto(studio());
  await page.locator('h1').click();
  const reminder = page.locator('[data-slot=reminder]');
  assert.equal(await reminder.innerText(), '');
  await page.clock.fastForward('10:30');
  await until('it reminds', async () => /εδώ και 10 λεπτά/.test(await reminder.innerText()));
  assert.equal(await page.evaluate(() => window.sounds), 3);
  await page.locator('[data-slot=mute]').click();
  assert.match(await page.locator('[data-slot=muted]').innerText(), /έως τις \d\d:\d\d/);
  await page.clock.fastForward('09:50');
  await until('it reminds again', async () => /εδώ και 20 λεπτά/.test(await reminder.innerText()));
  assert.equal(await page.evaluate(() => window.sounds), 3, 'without a sound');
  await page.clock.fastForward('10:00');
  await until('and again', async () => /εδώ και 30 λεπτά/.test(await reminder.innerText()));
  assert.equal(await page.evaluate(() => window.sounds), 6, 'the mute has ended');
  await page.close();
});

test('a restart finds the doors closed', async () => {
  await bema.killed();
  await clerk.goto(studio());
  await stands(clerk, 'closed');
  assert.match(await clerk.locator('[data-slot=source]').innerText(), /δεν θα υπάρχει εικόνα/);
  await clock.stop();
  clock = startClock(bema.publish);
  await until('the encoder is there', async () => /θα υπάρχει εικόνα/.test(await clerk.locator('[data-slot=source]').innerText())
    && !/δεν θα/.test(await clerk.locator('[data-slot=source]').innerText()), 30_000);
});

test('one press opens them; the second clerk, whose page is old, is told', async () => {
  await second.goto(studio());
  await stands(second, 'closed');
  await second.evaluate(() => document.querySelector('meeting-watch').disconnectedCallback());
  await press(clerk, 'open');
  await press(second, 'open');
  await second.getByRole('alert').filter({ hasText: 'ήδη ανοιχτές' }).waitFor();
  await stands(clerk, 'open', 30_000);
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  await chamber(viewer, 30_000, 10_000);
  assert.match(await viewer.locator('.stretches').innerText(), /In camera \d\d:\d\d/);
});
