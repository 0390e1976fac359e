// The floor as its people use it: citizens on phones, a moderator at a keyboard, whoever looks back later.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, logIn, openPage, phone, sound, startBema, startBrowser, until } from './bema.mjs';

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
const table = (show = 'held') => `${bema.url}/studio/meetings/${bema.meeting}/chat?show=${show}`;

const citizen = async (locale = 'el-GR', viewport = phone, rest = {}) => {
  const page = await openPage(browser, { locale, viewport, ...rest });
  await page.goto(meeting());
  return page;
};

const write = async (page, name, text) => {
  if (name) await page.locator('#chat-name').fill(name);
  await page.locator('#chat-text').fill(text);
  await page.locator('#chat-text').press('Enter');
};

const moderator = async (locale = 'el-GR', viewport = desk) => {
  const page = await openPage(browser, { locale, viewport });
  await logIn(page, bema.url, bema.moderator);
  await page.waitForURL('**/studio/chat');
  return page;
};

const message = (page, text) => page.locator('.chat-message', { hasText: text });
const row = (page, text) => page.locator('tbody tr', { hasText: text });
const run = async (page, choices) => {
  for (const [field, value] of Object.entries(choices)) await page.locator(`#${field}`).selectOption(value);
  const done = page.waitForResponse((response) => response.url().endsWith('/chat/run'));
  await page.locator('form.chat-modes button.secondary').click();
  await done;
};

for (const [locale, words] of [
  ['el-GR', { held: 'Περιμένει έλεγχο', refused: 'εκτός θέματος', removed: 'προσβλητικό' }],
  ['en-GB', { held: 'Waits for a moderator', refused: 'off topic', removed: 'insulting' }],
]) {
  test(`${locale}: a citizen writes, a moderator decides by the keyboard, and everybody sees it`, async () => {
    const tag = locale.slice(0, 2);
    const [anna, peter, staff] = [await citizen(locale), await citizen(locale, desk), await moderator(locale)];
    await staff.goto(table());
    await write(anna, `Άννα ${tag}`, `Καλησπέρα ${tag}`);
    await message(peter, `Καλησπέρα ${tag}`).waitFor();
    assert.equal(await anna.locator('#chat-text').inputValue(), '', 'what was taken is no longer in the form');

    await message(peter, `Καλησπέρα ${tag}`).locator('.chat-reply').click();
    await write(peter, `Peter ${tag}`, `Απάντηση ${tag}`);
    await anna.locator('.chat-answered', { hasText: `Καλησπέρα ${tag}` }).waitFor();

    // A link waits; its author is told, and nobody else sees it.
    await write(anna, '', `δείτε www.example.gr ${tag}`);
    await anna.locator('.chat-own', { hasText: words.held }).waitFor();
    await row(staff, `www.example.gr ${tag}`).waitFor();
    await sound(staff, 'a message waits');
    await sound(anna, 'a message of one\'s own waits');
    await staff.locator('h1').click();
    await staff.keyboard.press('j');
    await staff.keyboard.press('r');
    await anna.locator('.chat-own', { hasText: words.refused }).waitFor();
    assert.equal(await message(peter, `www.example.gr ${tag}`).count(), 0);
    // The author disagrees, and the moderators have that in a table of its own.
    await anna.locator('.chat-own input[name=text]').fill(`Είναι ο ιστότοπος του δήμου ${tag}`);
    await sound(anna, 'an appeal');
    await anna.locator('.chat-own button').click();
    await until('it is sent', async () => (await anna.locator('.chat-own form').count()) === 0);
    const second = await staff.context().newPage();
    await second.goto(table('appeals'));
    await row(second, `Είναι ο ιστότοπος του δήμου ${tag}`).waitFor();
    await second.close();
    // Taken back with one key.
    await staff.bringToFront();
    await staff.locator('.desk-undone').waitFor();
    await staff.keyboard.press('u');
    await message(peter, `www.example.gr ${tag}`).waitFor();

    // What was shown is taken from every screen, and its author learns why.
    await staff.goto(table('shown'));
    await row(staff, `Καλησπέρα ${tag}`).locator('select').first().selectOption('abuse');
    await row(staff, `Καλησπέρα ${tag}`).locator('[data-key=refuse]').click();
    await until('it is gone from the other\'s screen', async () => (await message(peter, `Καλησπέρα ${tag}`).locator('.chat-name', { hasText: 'Άννα' }).count()) === 0);
    await anna.locator('.chat-own, .chat-news', { hasText: words.removed }).first().waitFor();
    const source = await (await fetch(meeting())).text();
    assert.ok(!source.includes(`<span class="chat-text" lang="el">Καλησπέρα ${tag}`) && !source.includes(`<span class="chat-text">Καλησπέρα ${tag}`));
    await staff.locator('[data-key=undo]').click();
    await message(peter, `Καλησπέρα ${tag}`).first().waitFor();
    for (const page of [anna, peter, staff]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });
}

test('how the chat runs is announced, one press guards it, and the draft of who is refused stays', async () => {
  const [maria, staff] = [await citizen(), await moderator()];
  await staff.goto(table());
  await run(staff, { who: 'registered', hold: 'links', slow: '0' });
  await maria.locator('.chat-rules', { hasText: 'μόνο όσοι έχουν συνδεθεί' }).waitFor();
  await write(maria, 'Μαρία', 'Το σχέδιό μου');
  await maria.getByRole('alert').filter({ hasText: 'λογαριασμό' }).waitFor();
  assert.equal(await maria.locator('#chat-text').inputValue(), 'Το σχέδιό μου');
  await maria.reload();
  assert.equal(await maria.locator('#chat-text').inputValue(), 'Το σχέδιό μου', 'over a new page too');
  await sound(maria, 'refused');
  await run(staff, { who: 'everyone' });
  await staff.locator('button.danger').click();
  await maria.locator('.chat-rules', { hasText: 'Κάθε μήνυμα' }).waitFor();
  await write(maria, 'Μαρία', 'Το σχέδιό μου');
  await row(staff, 'Το σχέδιό μου').locator('[data-key=approve]').click();
  await message(maria, 'Το σχέδιό μου').waitFor();
  await write(maria, '', 'Αμέσως μετά');
  await maria.getByRole('alert').filter({ hasText: 'δευτερόλεπτα' }).waitFor();
  await run(staff, { hold: 'links', slow: '0' });

  // Excluded: under another name too, until a moderator ends it.
  await staff.goto(table('shown'));
  await row(staff, 'Το σχέδιό μου').locator('summary').click();
  await row(staff, 'Το σχέδιό μου').locator('.chat-exclude button').click();
  await staff.locator('.chat-shut li').waitFor();
  await sound(staff, 'somebody is excluded');
  await write(maria, 'Κάποια άλλη', 'Εγώ δεν είμαι');
  await maria.getByRole('alert').filter({ hasText: 'αποκλείσει' }).waitFor();
  await maria.reload();
  await maria.locator('[data-slot=excluded]').waitFor();
  const admitted = staff.waitForResponse((response) => response.url().endsWith('/chat/admit'));
  await staff.locator('.chat-shut button').click();
  await admitted;
  await write(maria, 'Μαρία', 'Επέστρεψα');
  await message(maria, 'Επέστρεψα').waitFor();
  for (const page of [maria, staff]) await page.context().close();
});

test('an open chat goes on over kill -9, with nothing lost or doubled', async () => {
  const [maria, nikos] = [await citizen(), await citizen()];
  await write(maria, 'Μαρία', 'πριν από τη διακοπή');
  await message(nikos, 'πριν από τη διακοπή').waitFor();
  const ready = bema.killed();
  await write(nikos, 'Νίκος', 'μέσα στη διακοπή');
  await ready;
  for (const page of [maria, nikos]) {
    await message(page, 'μέσα στη διακοπή').waitFor({ timeout: 30_000 });
    assert.equal(await message(page, 'πριν από τη διακοπή').count(), 1);
    assert.equal(await message(page, 'μέσα στη διακοπή').count(), 1);
    await page.context().close();
  }
});

test('fifty messages a second make no heavy page', async () => {
  const [reader, staff] = [await citizen('el-GR', phone), await moderator()];
  await staff.goto(table());
  await run(staff, { who: 'everyone', hold: 'nothing', slow: '0' });
  const send = (n) => fetch(`${meeting()}/chat`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ name: `Πολίτης ${n}`, text: `Το μήνυμα με αριθμό ${n} και μερικές λέξεις ακόμη` }),
  });
  // The network's own pace is what a town hall may send: forty at once, ten a second after that.
  const answers = [];
  for (let n = 0; n < 80; n += 1) answers.push((await send(n)).status);
  assert.ok(answers.filter((status) => status === 201).length >= 40, answers.join());
  await until('the last ones are there', async () => (await reader.locator('.chat-message').last().textContent()).includes('αριθμό'));
  const nodes = await reader.locator('meeting-chat .chat-messages *').count();
  assert.ok(nodes <= 150, `${nodes} elements`);
  await reader.locator('.chat-window').evaluate((window) => { window.scrollTop = 0; });
  await reader.locator('.chat-newest').waitFor();
  await reader.getByRole('button', { name: 'Παλαιότερα μηνύματα' }).click();
  await until('earlier ones are shown', async () => (await reader.locator('.chat-message').count()) > 24);
  await reader.locator('.chat-newest').click();
  await until('only the last ones are', async () => (await reader.locator('.chat-message').count()) <= 24);
  for (const page of [reader, staff]) await page.context().close();
});

test('without scripts a citizen reads, writes and is told', async () => {
  const page = await citizen('el-GR', phone, { javaScriptEnabled: false });
  await page.locator('#chat-name').fill('Χωρίς σενάρια');
  await page.locator('#chat-text').fill('Γράφω με τη φόρμα μόνο');
  await page.locator('.chat-form button[type=submit]').click();
  await message(page, 'Γράφω με τη φόρμα μόνο').waitFor();
  await page.locator('#chat-name').fill('Δήμαρχος');
  await page.locator('#chat-text').fill('Δεν θα φανεί');
  await page.locator('.chat-form button[type=submit]').click();
  await page.getByRole('alert').filter({ hasText: 'όνομα' }).waitFor();
  assert.equal((await page.locator('#chat-text').inputValue()).trim(), 'Δεν θα φανεί');
  await page.context().close();
});
