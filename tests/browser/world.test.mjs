// What people can subscribe to: they find it from the list and from every page's foot, in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, openPage, phone, sound, startBema, startBrowser } from './bema.mjs';

let bema, browser;

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder', '--no-citizens');
});

after(async () => {
  await browser?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

for (const [locale, viewport, add] of [
  ['el-GR', phone, 'Προσθήκη στο ημερολόγιό σας'],
  ['en-GB', desk, 'Add to your calendar'],
]) {
  test(`${locale}: the calendar, the feeds and the podcast are a press away`, async () => {
    const page = await openPage(browser, { locale, viewport });
    await page.goto(bema.url);
    const button = page.getByRole('link', { name: add });
    assert.match(await button.getAttribute('href'), /^webcal:\/\/.+\/feeds\/calendar\.ics/);
    await page.locator('footer a[href="/feeds"]').click();
    await page.waitForURL('**/feeds');
    await sound(page, 'what to subscribe to');
    assert.ok(await page.getByRole('link', { name: add }).first().isVisible());
    for (const link of await page.locator('.feed-address').all()) {
      const address = await link.getAttribute('href');
      const answer = await page.request.get(address);
      assert.equal(answer.status(), 200, address);
    }
    // Readers are given the page's address and find the feeds themselves.
    const found = await page.locator('head link[rel=alternate]').evaluateAll((links) => links.map((link) => link.type));
    assert.deepEqual([...new Set(found)].sort(), ['application/atom+xml', 'application/rss+xml', 'text/calendar']);
    await page.context().close();
  });
}
