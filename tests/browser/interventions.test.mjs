// Interventions as their people use them: citizens on phones, a moderator at a keyboard, the chamber's screen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, desk, logIn, openPage, phone, sound, startBema, startBrowser, until } from './bema.mjs';

let bema, browser;

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder', '--no-citizens');
});

after(async () => {
  await browser?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

const meeting = () => `${bema.url}/meetings/${bema.meeting}`;
const console_ = (show = 'pending') => `${bema.url}/studio/meetings/${bema.meeting}/interventions?show=${show}`;

const citizen = async (locale = 'el-GR', viewport = phone, rest = {}) => {
  const page = await openPage(browser, { locale, viewport, ...rest });
  await page.goto(meeting());
  return page;
};

const moderator = async (locale = 'el-GR') => {
  const page = await openPage(browser, { locale, viewport: desk });
  await logIn(page, bema.url, bema.moderator);
  await page.waitForURL('**/studio/chat');
  await page.goto(console_());
  return page;
};

const ask = async (page, text, name = '') => {
  if (!(await page.locator('#ask-text').isVisible())) await page.locator('.intervention-ask summary').click();
  await page.locator('#ask-name').fill(name);
  await page.locator('#ask-text').fill(text);
  await page.locator('.intervention-form button').click();
};

const row = (page, text) => page.locator('tbody tr', { hasText: text });
const shown = (page, group, text) => page.locator(`[data-group=${group}] .intervention`, { hasText: text });
const own = (page, text) => page.locator('.intervention-own li', { hasText: text });
const press = async (page, key) => {
  const done = page.waitForResponse((response) => response.request().method() === 'POST' && !/claim|release/.test(response.url()));
  await page.keyboard.press(key);
  await done;
};

for (const [locale, words] of [
  ['el-GR', { waits: 'Περιμένει έλεγχο', line: 'στη σειρά', screen: 'στην οθόνη', answered: 'Απαντήθηκε στη συνεδρίαση', topic: 'εκτός θέματος', stays: 'η απόρριψη μένει' }],
  ['en-GB', { waits: 'Waits for a moderator', line: 'in line', screen: 'on the council', answered: 'Answered in the meeting', topic: 'off topic', stays: 'the rejection stands' }],
]) {
  test(`${locale}: asked on a phone, approved by the keyboard, on the screen, answered, and its author is told`, async () => {
    const tag = locale.slice(0, 2);
    const text = `Πότε θα τελειώσει το έργο στην παραλία ${tag};`;
    const [anna, peter, staff] = [await citizen(locale), await citizen(locale, desk), await moderator(locale)];
    const wall = await openPage(browser, { locale, viewport: { width: 1920, height: 1080 } });
    await wall.goto(`${meeting()}/chamber`);
    await sound(wall, 'an empty screen');
    await anna.locator('.intervention-ask summary').click();
    await sound(anna, 'the open form');
    await ask(anna, text, `Άννα ${tag}`);
    await own(anna, text).filter({ hasText: words.waits }).waitFor();
    await sound(anna, 'one of one\'s own waits');
    assert.equal(await shown(peter, 'asked', text).count(), 0);

    // All by the keyboard: to the row, approve, and on to the next table.
    await row(staff, text).waitFor();
    await sound(staff, 'one waits');
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'a');
    await shown(peter, 'asked', text).waitFor();
    await staff.locator('.desk-undone').waitFor();
    await press(staff, 'u');
    await until('it waits again', async () => (await shown(peter, 'asked', text).count()) === 0);
    await row(staff, text).waitFor();
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'a');

    await shown(peter, 'asked', text).locator('button').click();
    await shown(anna, 'asked', text).filter({ hasText: '2' }).waitFor();
    await sound(peter, 'supported');
    await staff.goto(console_('approved'));
    await sound(staff, 'approved');
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'q');
    await own(anna, text).filter({ hasText: words.line }).waitFor();
    await staff.goto(console_('queue'));
    await sound(staff, 'the queue');
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 's');
    await wall.locator('.screen-text', { hasText: text }).waitFor();
    await sound(wall, 'a full screen');
    const overlay = await wall.context().newPage();
    await overlay.goto(`${meeting()}/overlay`);
    await overlay.locator('.screen-text', { hasText: text }).waitFor();
    const behind = await overlay.evaluate(() => ['html', 'body', 'main'].map((name) => getComputedStyle(document.querySelector(name)).backgroundColor));
    assert.deepEqual(behind, ['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)'], 'a broadcast shows through');
    assert.deepEqual(await axe(overlay), []);
    await overlay.close();
    await shown(peter, 'screen', text).waitFor();
    await own(anna, text).filter({ hasText: words.screen }).waitFor();
    await sound(anna, 'one\'s own is before the council');
    await staff.goto(console_('screen'));
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'd');
    await own(anna, text).filter({ hasText: words.answered }).waitFor();
    await shown(peter, 'answered', text).waitFor();
    await wall.locator('.screen-card').waitFor({ state: 'hidden' });
    const moment = own(anna, text).locator('.intervention-moment');
    assert.match(await moment.getAttribute('href'), /\?t=\d+$/, 'it leads to the moment');
    await staff.goto(console_('done'));
    await sound(staff, 'done');

    const all = await openPage(browser, { locale, viewport: phone });
    await all.goto(`${meeting()}/interventions`);
    await shown(all, 'answered', text).waitFor();
    await sound(all, 'the page of all');
    for (const page of [anna, peter, staff, wall, all]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });

  test(`${locale}: a rejection says why, its author objects, and the moderators answer that`, async () => {
    const tag = locale.slice(0, 2);
    const text = `Ποιος κέρδισε χθες στο ποδόσφαιρο ${tag};`;
    const [maria, staff] = [await citizen(locale), await moderator(locale)];
    await ask(maria, text);
    await row(staff, text).waitFor();
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'r');
    await own(maria, text).filter({ hasText: words.topic }).waitFor();
    await sound(maria, 'rejected');
    await own(maria, text).locator('input[type=text]').fill(`Αφορά το γήπεδο ${tag}`);
    await own(maria, text).locator('form button').click();
    await staff.goto(console_('appeals'));
    await row(staff, `Αφορά το γήπεδο ${tag}`).waitFor();
    await sound(staff, 'an appeal');
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await press(staff, 'r');
    await own(maria, text).filter({ hasText: words.stays }).waitFor();
    for (const page of [maria, staff]) await page.context().close();
  });
}

test('what is alike is merged with a key, and whoever supported both counts once', async () => {
  const [maria, nikos, staff] = [await citizen(), await citizen(), await moderator()];
  await ask(maria, 'Θα μπουν κάδοι ανακύκλωσης στο Ατσιπόπουλο;', 'Μαρία');
  await row(staff, 'Θα μπουν κάδοι').waitFor();
  await row(staff, 'Θα μπουν κάδοι').locator('[data-key=approve]').click();
  await shown(nikos, 'asked', 'Θα μπουν κάδοι').locator('button').click();
  await ask(nikos, 'Γιατί δεν υπάρχουν κάδοι ανακύκλωσης στο Ατσιπόπουλο;', 'Νίκος');
  await row(staff, 'Γιατί δεν υπάρχουν').locator('.console-alike').waitFor();
  await sound(staff, 'one alike is proposed');
  await row(staff, 'Γιατί δεν υπάρχουν').locator('[data-key=approve]').focus();
  await press(staff, 'm');
  await own(nikos, 'Γιατί δεν υπάρχουν').filter({ hasText: 'Ενώθηκε' }).waitFor();
  await shown(maria, 'asked', 'Θα μπουν κάδοι').filter({ hasText: 'Υποστήριξη: 2' }).waitFor();
  for (const page of [maria, nikos, staff]) await page.context().close();
});

test('one moderator sees what the other has in hand', async () => {
  const [maria, staff] = [await citizen(), await moderator()];
  await ask(maria, 'Ποιος απαντά σε αυτό;');
  await row(staff, 'Ποιος απαντά').waitFor();
  await row(staff, 'Ποιος απαντά').locator('[data-key=approve]').focus();
  // Who uses it twice has it in hand twice; what another account sees is tested behind the doors.
  await row(staff, 'Ποιος απαντά').locator('[data-slot=claim]').waitFor({ state: 'hidden' });
  await staff.keyboard.press('a');
  await shown(maria, 'asked', 'Ποιος απαντά').waitFor();
  for (const page of [maria, staff]) await page.context().close();
});

test('a draft that was refused stays, and an open page goes on over kill -9', async () => {
  const [maria, staff] = [await citizen(), await moderator()];
  await ask(maria, 'Το σχέδιο που μένει;', 'Δήμαρχος');
  await maria.getByRole('alert').filter({ hasText: 'όνομα' }).waitFor();
  assert.equal(await maria.locator('#ask-text').inputValue(), 'Το σχέδιο που μένει;');
  await maria.reload();
  assert.equal(await maria.locator('#ask-text').inputValue(), 'Το σχέδιο που μένει;', 'over a new page too');
  const ready = bema.killed();
  await ask(maria, 'Το σχέδιο που μένει;', 'Μαρία');
  await ready;
  await own(maria, 'Το σχέδιο που μένει;').waitFor({ timeout: 30_000 });
  await staff.reload();
  await row(staff, 'Το σχέδιο που μένει;').locator('[data-key=approve]').click();
  await shown(maria, 'asked', 'Το σχέδιο που μένει;').waitFor({ timeout: 30_000 });
  assert.equal(await shown(maria, 'asked', 'Το σχέδιο που μένει;').count(), 1);
  for (const page of [maria, staff]) await page.context().close();
});

test('without scripts a citizen asks, supports and takes back', async () => {
  const [page, staff] = [await citizen('el-GR', phone, { javaScriptEnabled: false }), await moderator()];
  await ask(page, 'Χωρίς σενάρια, ακούγεται;', '');
  await own(page, 'Χωρίς σενάρια').waitFor();
  await own(page, 'Χωρίς σενάρια').locator('button').click();
  await own(page, 'Χωρίς σενάρια').filter({ hasText: 'αποσύρατε' }).waitFor();
  const maria = await citizen();
  await ask(maria, 'Και για τους άλλους;');
  await row(staff, 'Και για τους άλλους').locator('[data-key=approve]').click();
  await shown(maria, 'asked', 'Και για τους άλλους').waitFor();
  await page.reload();
  await shown(page, 'asked', 'Και για τους άλλους').locator('button').click();
  await shown(page, 'asked', 'Και για τους άλλους').filter({ hasText: 'Υποστήριξη: 2' }).waitFor();
  assert.deepEqual(await axe(await maria), []);
  for (const each of [page, staff, maria]) await each.context().close();
});
