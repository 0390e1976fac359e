// Attendance, votes and decisions: marked and called at the clerk's desk by keyboard and by touch, with and without a
// connection, and read on a viewer's phone as they come in and afterwards, in both languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logIn, openPage, overflows, axe, phone, startBema, startBrowser, startClock, until } from './bema.mjs';

let bema, clock, browser, clerk, viewer;

const deskOf = () => `${bema.url}/studio/meetings/${bema.meeting}/agenda`;
const presence = (page) => page.locator('[data-slot=presence]').innerText();
const number = (page, box, slot) => page.locator(`${box} [data-slot=${slot}]`).innerText();
const member = (name) => clerk.locator('.roll-member').filter({ hasText: name });

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
  viewer = await openPage(browser, { viewport: phone, locale: 'el-GR' });
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  clerk = await openPage(browser, {});
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.goto(deskOf());
  await clerk.locator('h1').click();
  await clerk.keyboard.press('n');
  await until('the first item is taken up', async () => /^1\./.test(await clerk.locator('[data-slot=current]').innerText()));
});

after(async () => {
  assert.deepEqual([...viewer.faults, ...clerk.faults], []);
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('the clerk marks who is there, and the quorum is told', async () => {
  assert.match(await clerk.locator('.desk-presence').innerText(), /Δεν έχουν σημειωθεί/);
  await clerk.keyboard.press('p');
  await until('all are there', async () => /26 από τα 26/.test(await presence(clerk)));
  for (const name of ['Αντώνης Χαλκιαδάκης', 'Στυλιανή Πατεράκη']) {
    await clerk.locator('.member-press').filter({ hasText: name }).click();
  }
  await until('two are away', async () => /24 από τα 26/.test(await presence(clerk)), 5_000);
  await until('viewers read it', async () => /24 από τα 26 μέλη. Υπάρχει απαρτία/.test(await presence(viewer)), 5_000);
  // So many leave that there is no quorum; one press takes each back.
  await clerk.locator('h1').click();
  await clerk.locator('.presence-presses > summary').click();
  await clerk.locator('.presence-presses .desk-moment > summary').first().click();
  await clerk.locator('.presence-presses').getByRole('button', { name: 'Αναίρεση', exact: true }).first().click();
  await until('she is there again', async () => /25 από τα 26/.test(await presence(clerk)), 5_000);
  await clerk.getByRole('button', { name: 'Επαναφορά', exact: true }).click();
  await until('and away again', async () => /24 από τα 26/.test(await presence(clerk)), 5_000);
});

test('a roll call by keyboard comes in on a viewer\'s phone', async (t) => {
  await clerk.locator('h1').click();
  await clerk.keyboard.press('v');
  await clerk.locator('.roll').waitFor();
  await until('the viewer sees it begin', async () => (await viewer.locator('.vote-open').count()) === 1, 5_000);
  assert.equal(await number(viewer, '.vote-open', 'absent'), '2');
  assert.equal(await number(viewer, '.vote-open', 'waiting'), '24');
  const pressed = Date.now();
  for (const key of ['1', '2', '3']) await clerk.keyboard.press(key);
  await until('the viewer sees three', async () => (await number(viewer, '.vote-open', 'waiting')) === '21', 5_000);
  t.diagnostic(`${Date.now() - pressed} ms`);
  assert.deepEqual(await Promise.all(['yes', 'no', 'abstain'].map((slot) => number(viewer, '.vote-open', slot))), ['1', '1', '1']);
  const told = await viewer.locator('.ballot').nth(1).innerText();
  assert.match(told, /✕ Στέλιος Κουμεντάκης κατά/);
  // Who is away cannot vote; the focus goes past them, and the desk says so where it is pressed.
  await member('Αντώνης Χαλκιαδάκης').getByRole('button', { name: 'υπέρ' }).click();
  await clerk.getByRole('alert').filter({ hasText: 'σημειωμένο ως απόν' }).waitFor();
  assert.equal(await number(clerk, '.desk-vote-open', 'absent'), '2');
});

test('without a connection the presses of a roll call are kept', async () => {
  await clerk.context().setOffline(true);
  for (const name of ['Μαρία Τζαγκαράκη', 'Νίκος Λιονάκης']) {
    await member(name).getByRole('button', { name: 'κατά' }).click();
  }
  await clerk.locator('member-presses [data-slot=said]').filter({ hasText: 'Περιμένουν: 2' }).waitFor();
  assert.equal(await number(clerk, '.desk-vote-open', 'no'), '3', 'they show at once');
  assert.equal(await number(viewer, '.vote-open', 'no'), '1');
  await clerk.context().setOffline(false);
  await until('they have arrived', async () => (await number(viewer, '.vote-open', 'no')) === '3', 8_000);
});

test('the rest in one press, then the result in words, numbers and names', async () => {
  await clerk.locator('h1').click();
  await clerk.keyboard.press('c');
  await clerk.getByRole('alert').filter({ hasText: 'Δεν έχουν ψηφίσει όλοι' }).waitFor();
  await clerk.keyboard.press('r');
  await until('nobody is waited for', async () => (await number(clerk, '.desk-vote-open', 'waiting')) === '0');
  for (const locale of ['el-GR', 'en-GB']) {
    const page = await openPage(browser, { viewport: phone, locale });
    await logIn(page, bema.url, bema.clerk);
    const pages = `${bema.url}/meetings/${bema.meeting}`;
    for (const address of [deskOf(), pages, `${pages}/chamber`, `${pages}/minutes`]) {
      await page.goto(address);
      assert.deepEqual(await axe(page), [], address);
      assert.deepEqual(await overflows(page), [], address);
    }
    await page.context().close();
  }
  const hall = await openPage(browser, {});
  await hall.goto(`${bema.url}/meetings/${bema.meeting}/chamber`);
  assert.equal(await hall.locator('button, input, select').count(), 0, 'nothing to press');
  assert.equal(await number(hall, '.vote-open', 'no'), '3');
  await clerk.keyboard.press('c');
  await hall.locator('.vote-outcome').filter({ hasText: 'Εγκρίνεται κατά πλειοψηφία' }).waitFor({ timeout: 5_000 });
  await hall.context().close();
  const outcome = viewer.locator('.vote-carried .vote-outcome');
  await outcome.filter({ hasText: 'Εγκρίνεται κατά πλειοψηφία' }).waitFor({ timeout: 5_000 });
  const numbers = await viewer.locator('.vote-carried .vote-numbers').innerText();
  assert.match(numbers.replace(/\s+/g, ' '), /20 υπέρ 3 κατά 1 λευκά 2 απόντες/);
  await viewer.locator('.vote-names summary').click();
  assert.match(await viewer.locator('.vote-names').innerText(), /Συμμαχία Πολιτών[\s\S]*κατά Στέλιος Κουμεντάκης/);
  assert.match(await viewer.locator('.vote-how a').getAttribute('href'), /^\?t=\d+$/);
});

test('the decision gets the next number, and its ADA later', async () => {
  await clerk.locator('.vote-result').filter({ hasText: 'Εγκρίνεται κατά πλειοψηφία' }).waitFor();
  await clerk.locator('.desk-decision > summary').first().click();
  const form = clerk.locator('.desk-decision form').first();
  assert.equal(await form.locator('[name=decision_number]').inputValue(), '1');
  await form.locator('[name=decision_number]').fill('214');
  await form.locator('[name=ada]').fill('nonsense');
  await form.getByRole('button', { name: 'Αποθήκευση' }).click();
  await clerk.getByRole('alert').filter({ hasText: 'Ο ΑΔΑ δεν διαβάζεται' }).waitFor();
  assert.equal(await form.locator('[name=decision_number]').inputValue(), '214', 'what was typed stays');
  await form.locator('[name=ada]').fill('');
  await form.getByRole('button', { name: 'Αποθήκευση' }).click();
  await viewer.locator('.decision').filter({ hasText: /Απόφαση 214\/20\d\d/ }).waitFor({ timeout: 5_000 });
  assert.equal(await viewer.locator('.decision-ada').count(), 0);
  await clerk.locator('.desk-decision > summary').filter({ hasText: '214' }).click();
  const kept = clerk.locator('.desk-decision[open] form').first();
  await kept.locator('[name=ada]').fill('ψχ4ω46μτλπ-ξ7ω');
  await kept.getByRole('button', { name: 'Αποθήκευση' }).click();
  const link = viewer.locator('.decision-ada a');
  await link.waitFor({ timeout: 5_000 });
  assert.equal(decodeURIComponent(await link.getAttribute('href')), 'https://diavgeia.gov.gr/decision/view/ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω');
});

test('a show of hands takes numbers, and all the others are for', async () => {
  await clerk.locator('h1').click();
  await clerk.keyboard.press('n');
  await until('the second item', async () => /^2\./.test(await clerk.locator('[data-slot=current]').innerText()));
  await clerk.getByLabel('Τρόπος').first().selectOption('show_of_hands');
  await clerk.getByRole('button', { name: 'Έναρξη ψηφοφορίας' }).click();
  const form = clerk.locator('.vote-count');
  await form.waitFor();
  await form.locator('[name=no]').fill('30');
  await form.getByRole('button', { name: 'Τέλος ψηφοφορίας' }).click();
  await clerk.getByRole('alert').filter({ hasText: 'περισσότεροι από τους παρόντες' }).waitFor();
  await form.locator('[name=no]').fill('');
  await form.getByRole('button', { name: 'Τέλος ψηφοφορίας' }).click();
  await viewer.locator('.vote-outcome').filter({ hasText: 'Εγκρίνεται ομόφωνα' }).waitFor({ timeout: 5_000 });
});

test('a vote that goes on when the meeting ends is broken off, and its result noted afterwards', async () => {
  await clerk.locator('h1').click();
  await clerk.keyboard.press('n');
  await until('the third item', async () => /^3\./.test(await clerk.locator('[data-slot=current]').innerText()));
  await clerk.locator('h1').click();
  await clerk.getByLabel('Τρόπος').first().selectOption('show_of_hands');
  await clerk.getByRole('button', { name: 'Έναρξη ψηφοφορίας' }).click();
  await clerk.locator('.vote-count').waitFor();
  await clerk.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
  await clerk.locator('details.confirm summary').click();
  await clerk.locator('form[action$="/end"] button[type=submit]').click();
  await until('the meeting has ended', async () => (await viewer.locator('meeting-watch').first().getAttribute('data-stage')) === 'ended');
  await viewer.reload();
  await viewer.locator('.vote-outcome').filter({ hasText: 'Διακόπηκε χωρίς αποτέλεσμα' }).waitFor();
  await clerk.goto(deskOf());
  const mend = clerk.locator('.agenda-item').nth(2).locator('.desk-mend-vote');
  await mend.locator('> summary').click();
  await mend.locator('[name=no]').fill('1');
  await mend.locator('[name=mend_reason]').fill('Η καταμέτρηση είχε γίνει όταν έληξε η συνεδρίαση.');
  await mend.getByRole('button', { name: 'Διόρθωση', exact: true }).click();
  await until('it has a result', async () => {
    await viewer.reload();
    return /Διορθώθηκε στις[\s\S]*Η καταμέτρηση/.test(await viewer.locator('.agenda-item').nth(2).innerText());
  });
});

test('all of it is read without a script', async () => {
  for (const [locale, words] of [['el-GR', ['Εγκρίνεται ομόφωνα', 'Απόφαση 214/']], ['en-GB', ['Approved unanimously', 'Decision 214/']]]) {
    const page = await openPage(browser, { viewport: phone, locale, javaScriptEnabled: false });
    await page.goto(`${bema.url}/meetings/${bema.meeting}`);
    const text = await page.locator('main').innerText();
    for (const word of words) assert.ok(text.includes(word), word);
    await page.context().close();
  }
});
