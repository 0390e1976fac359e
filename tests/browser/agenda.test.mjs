// The clerk's desk: items taken up, taken back, mended and added, by hand and by keyboard, with and without a connection;
// and what a viewer's page makes of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { axe, chamber, logIn, openPage, overflows, phone, startBema, startBrowser, startClock, until } from './bema.mjs';

let bema, clock, browser, clerk, viewer;

const deskOf = () => `${bema.url}/studio/meetings/${bema.meeting}/agenda`;
const current = (page) => page.locator('[data-slot=current]').innerText();
const now = (page) => page.locator('.agenda-now .agenda-number').allInnerTexts();
const marked = (page, number) => until(`item ${number} is marked`, async () => (await now(page)).join() === number, 5_000);
const row = (page, number) => page.locator('.agenda-item').filter({ has: page.locator('.agenda-number', { hasText: new RegExp(`^${number}$`) }) });

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
  viewer = await openPage(browser, {});
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  await chamber(viewer);
  clerk = await openPage(browser, {});
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.goto(deskOf());
});

after(async () => {
  assert.deepEqual([...viewer.faults, ...clerk.faults], []);
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('a press is on the viewers\' pages within a second', async (t) => {
  await clerk.locator('form[data-press=next] button').click();
  const pressed = Date.now();
  await viewer.locator('.agenda-now .agenda-number', { hasText: /^1$/ }).waitFor();
  t.diagnostic(`${Date.now() - pressed} ms`);
  await until('the desk says so', async () => /^1\. Έγκριση/.test(await current(clerk)));
  assert.match(await viewer.locator('meeting-watch [data-slot=status]').innerText(), /^Τώρα συζητείται: 1 Έγκριση/);
});

test('the keyboard takes up the next item and takes it back, on a Greek layout too', async () => {
  await clerk.locator('h1').click();
  await clerk.keyboard.press('n');
  await marked(clerk, '2');
  await clerk.keyboard.press('n');
  await marked(clerk, '3');
  await marked(viewer, '3');
  // The key U of a Greek keyboard.
  await clerk.locator('h1').evaluate((place) => place.dispatchEvent(new KeyboardEvent('keydown', { key: 'θ', bubbles: true })));
  await marked(clerk, '2');
  await marked(viewer, '2');
  await clerk.getByRole('button', { name: 'Επαναφορά', exact: true }).click();
  await marked(viewer, '3');
});

test('what is typed into a form is no press', async () => {
  await row(clerk, '5').getByText('Αλλαγή', { exact: true }).click();
  const title = row(clerk, '5').locator('input[name=item_title]');
  await title.fill('Συντήρηση nu');
  await title.press('n');
  await row(clerk, '5').locator('input[name=rapporteur]').fill('κ. Μ. Δασκαλάκη');
  await clerk.getByRole('button', { name: 'Αποθήκευση' }).click();
  await until("the viewer's list has it", async () => /Συντήρηση nun/.test(await row(viewer, '5').innerText()), 5_000);
  assert.match(await row(viewer, '5').innerText(), /Εισηγητής: κ. Μ. Δασκαλάκη/);
  assert.equal((await now(viewer)).join(), '3');
});

test('a moment leads into the recording, and is named on the bar', async () => {
  await sleep(6_000);
  const link = row(viewer, '1').locator('a.agenda-moment');
  const atMs = Number(await link.getAttribute('data-at-ms'));
  await link.click();
  const captured = await until('its picture is there', async () => {
    const captured = await chamber(viewer);
    return Math.abs(captured - atMs) < 2_500 && captured;
  });
  assert.ok(captured >= atMs - 700, `${captured - atMs} ms from the moment`);
  assert.equal(new URL(viewer.url()).search, '', 'without a new page');
  // The jump may end some pictures before the moment.
  await until('the bar names it', async () =>
    /1\. Έγκριση/.test(await viewer.locator('.player-range input').getAttribute('aria-valuetext')));
  assert.ok((await viewer.locator('.player-chapters i').count()) >= 2, 'marks on the bar');
});

test('a time can be mended, within the meeting only', async () => {
  const moment = row(clerk, '2').locator('.desk-moment');
  const before = await moment.locator('time').innerText();
  await moment.locator('summary').click();
  await moment.locator('input[type=time]').fill('03:00:00');
  await moment.getByRole('button', { name: 'Διόρθωση' }).click();
  await clerk.getByRole('alert').filter({ hasText: 'μέσα στη διάρκεια' }).waitFor();
  const [h, m, s] = before.split(':').map(Number);
  const later = new Date(Date.UTC(2026, 0, 1, h, m, s) + 1_000).toISOString().slice(11, 19);
  await row(clerk, '2').locator('.desk-moment summary').click();
  await row(clerk, '2').locator('input[type=time]').fill(later);
  await row(clerk, '2').getByRole('button', { name: 'Διόρθωση' }).click();
  await until('the time is mended', async () => (await row(clerk, '2').locator('.desk-moment time').innerText()) === later);
});

test('an urgent item joins the list of every page', async () => {
  await clerk.locator('.desk-add textarea').fill('Έκτακτη χρηματοδότηση\nΕισηγητής: κ. Γ. Παπαδάκης');
  await clerk.getByRole('button', { name: 'Προσθήκη' }).click();
  await until('the viewer sees it', async () => /Κατεπείγον[\s\S]*Έκτακτη/.test(await row(viewer, '14').innerText()), 5_000);
  await row(clerk, '13').getByText('Αλλαγή', { exact: true }).click();
  await row(clerk, '13').getByRole('button', { name: 'Απόσυρση' }).click();
  await until('and that another is withdrawn', async () => /Αποσύρθηκε/.test(await row(viewer, '13').innerText()), 5_000);
});

test('of two clerks the slower is told, and nothing is skipped', async () => {
  const other = await openPage(browser, {});
  await logIn(other, bema.url, bema.clerk);
  // As it was before the other pressed: this desk hears nothing of it.
  await other.route('**/events**', (route) => route.abort());
  await other.goto(deskOf());
  await row(clerk, '6').getByRole('button', { name: 'Αρχίζει τώρα' }).click();
  await marked(clerk, '6');
  await other.locator('form[data-press=next] button').click();
  await other.getByRole('alert').filter({ hasText: 'Κάποιος άλλος' }).waitFor();
  assert.match(await current(other), /^6\./);
  await marked(viewer, '6');
  await other.context().close();
});

test('presses without a connection are kept with their times', async () => {
  await clerk.context().setOffline(true);
  const times = [];
  for (const number of ['7', '8']) {
    times.push(Date.now());
    await clerk.locator('form[data-press=next] button').click();
    await until(`the desk goes on to ${number}`, async () => (await current(clerk)).startsWith(number));
    await sleep(2_000);
  }
  assert.match(await clerk.locator('agenda-desk [data-slot=status]').innerText(), /Περιμένουν: 2/);
  assert.equal((await now(viewer)).join(), '6');
  await clerk.context().setOffline(false);
  await marked(viewer, '8');
  for (const [index, number] of ['7', '8'].entries()) {
    const at = Number(await row(viewer, number).locator('[data-at-ms]').getAttribute('data-at-ms'));
    assert.ok(Math.abs(at - times[index]) < 1_000, `${number}: ${at - times[index]} ms from its press`);
  }
});

test('the desk is sound, on a phone too', async () => {
  for (const locale of ['el-GR', 'en-GB']) {
    const page = await openPage(browser, { viewport: phone, locale });
    await logIn(page, bema.url, bema.clerk);
    await page.goto(deskOf());
    for (const summary of [row(page, '2').locator('.desk-moment summary'), row(page, '4').locator('.desk-edit summary')]) {
      await summary.click();
    }
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await overflows(page), []);
    await page.context().close();
  }
});

test('after the end the chapters stay, and can be mended', async () => {
  await clerk.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
  await clerk.locator('details.confirm summary').click();
  await clerk.locator('form[action$="/end"] button[type=submit]').click();
  await until('the meeting has ended', async () => (await viewer.locator('meeting-watch').first().getAttribute('data-stage')) === 'ended');
  // The page of the press is on its way still: it comes anew when the meeting has ended.
  await until('the desk opens', () => clerk.goto(deskOf()));
  assert.equal((await now(clerk)).length, 0, 'nothing is now');
  const first = await row(clerk, '1').locator('.desk-moment time').innerText();
  await row(clerk, '9').getByText('Αλλαγή', { exact: true }).click();
  await row(clerk, '9').locator('input[name=moment_time]').first().fill(first);
  await row(clerk, '9').getByRole('button', { name: 'Σημείωση', exact: true }).click();
  await until('it is noted', async () => (await row(clerk, '9').locator('.desk-moment time').innerText()) === first);
  await viewer.reload();
  assert.equal(await row(viewer, '9').locator('a.agenda-moment').count(), 1);
  await until('the bar has its marks', async () => (await viewer.locator('.player-chapters i').count()) >= 2);
});
