// Accounts without a shell: the administrator invites, the invited join and look after their account, and who is disabled is out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk, logIn, openPage, phone, sound, startBema, startBrowser } from './bema.mjs';

let bema, browser, admin, clerk, link;
const email = 'k.saridaki@rethymno.example';
const first = 'ένας πρώτος κωδικός';
const second = 'ένας δεύτερος κωδικός';
const accounts = () => `${bema.url}/studio/accounts`;
const row = (page, name) => page.locator('tbody tr').filter({ hasText: name });

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder', '--no-citizens');
  admin = await openPage(browser, {});
  await logIn(admin, bema.url, bema.administrator);
  await admin.waitForURL('**/studio');
});

after(async () => {
  assert.deepEqual([...admin.faults, ...(clerk?.faults ?? [])], []);
  await browser?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('the administrator finds who works here, and nobody else does', async () => {
  await admin.getByRole('navigation').getByRole('link', { name: 'Λογαριασμοί' }).click();
  await row(admin, 'Ελένη Παπαδάκη').waitFor();
  assert.match(await row(admin, 'Μαρίνα Βλαχάκη').innerText(), /Ανενεργός από/);
  assert.match(await admin.locator('.staff-waiting').innerText(), /n\.stavrakakis@rethymno\.example/);
  const other = await openPage(browser, {});
  await logIn(other, bema.url, bema.clerk);
  await other.waitForURL('**/studio');
  assert.equal(await other.getByRole('link', { name: 'Λογαριασμοί' }).count(), 0);
  assert.equal((await other.goto(accounts())).status(), 403);
  await other.context().close();
});

test('an invitation without a role is refused, and keeps the address', async () => {
  await admin.locator('.staff-invite #email').fill(email);
  await admin.getByRole('button', { name: 'Δημιουργία πρόσκλησης' }).click();
  await admin.getByRole('alert').filter({ hasText: 'τουλάχιστον έναν ρόλο' }).waitFor();
  assert.equal(await admin.locator('.staff-invite #email').inputValue(), email);
  await sound(admin, 'a refused invitation');
});

test('the link is shown once', async () => {
  await admin.locator('.staff-invite').getByLabel('Γραμματεία').check();
  await admin.getByRole('button', { name: 'Δημιουργία πρόσκλησης' }).click();
  link = await admin.locator('.new-key code').innerText();
  assert.match(link, /\/join#[a-z2-7-]{35}$/);
  await sound(admin, "an invitation's link");
  await admin.getByRole('link', { name: 'Τον παρέδωσα' }).click();
  await admin.locator('.staff-waiting').getByText(email).first().waitFor();
  assert.ok(!(await admin.content()).includes(link.split('#')[1]));
});

test('the invited join by the link, and without scripts by its code', async () => {
  const code = link.split('#')[1];
  const plain = await openPage(browser, { javaScriptEnabled: false });
  await plain.goto(`${bema.url}/join`);
  await plain.getByLabel('Κωδικός πρόσκλησης').fill(code);
  await plain.getByRole('button', { name: 'Συνέχεια' }).click();
  await plain.getByText(email).waitFor();
  await plain.context().close();

  clerk = await openPage(browser, {});
  await clerk.goto(`${bema.url}/join#${code}`);
  assert.equal(await clerk.getByLabel('Κωδικός πρόσκλησης').inputValue(), code);
  assert.equal(new URL(clerk.url()).hash, '', 'the code is out of the address bar');
  await sound(clerk, 'the code of an invitation');
  await clerk.keyboard.press('Enter');
  await clerk.getByLabel('Ονοματεπώνυμο').fill('Κατερίνα Σαριδάκη');
  await clerk.getByLabel('Νέος κωδικός πρόσβασης').fill(first);
  await sound(clerk, 'joining');
  await clerk.getByRole('button', { name: 'Αποδοχή της πρόσκλησης' }).click();
  await clerk.waitForURL('**/studio');
  const again = await openPage(browser, {});
  await again.goto(`${bema.url}/join#${code}`);
  await again.getByRole('button', { name: 'Συνέχεια' }).click();
  await again.getByRole('alert').filter({ hasText: 'δεν ισχύει' }).waitFor();
  await again.context().close();
});

test('a password is changed with the old one, and other devices are logged out', async () => {
  const other = await openPage(browser, { locale: 'en-GB', viewport: phone });
  await logIn(other, bema.url, { email, password: first });
  await other.waitForURL('**/studio');
  await clerk.getByRole('link', { name: 'Κατερίνα Σαριδάκη' }).click();
  assert.equal(await clerk.locator('.account-sessions tbody tr').count(), 2);
  assert.match(await clerk.locator('.account-sessions tbody').innerText(), /Chrom\w*, Linux[\s\S]*Αυτή η συσκευή/);
  await clerk.getByLabel('Τωρινός κωδικός πρόσβασης').fill('ένας λάθος κωδικός');
  await clerk.getByLabel('Νέος κωδικός πρόσβασης').fill(second);
  await clerk.getByRole('button', { name: 'Αλλαγή κωδικού' }).click();
  await clerk.getByRole('alert').filter({ hasText: 'δεν είναι σωστός' }).waitFor();
  await sound(clerk, 'a refused password');
  await clerk.getByLabel('Τωρινός κωδικός πρόσβασης').fill(first);
  await clerk.getByLabel('Νέος κωδικός πρόσβασης').fill(second);
  await clerk.getByRole('button', { name: 'Αλλαγή κωδικού' }).click();
  await clerk.getByRole('status').filter({ hasText: 'Ο κωδικός σας άλλαξε' }).waitFor();
  await other.goto(`${bema.url}/studio`);
  assert.equal(new URL(other.url()).pathname, '/login');
  await logIn(other, bema.url, { email, password: second });
  await other.waitForURL('**/studio');
  await clerk.reload();
  await clerk.getByRole('button', { name: /^Τερματισμός/ }).click();
  await clerk.getByRole('status').filter({ hasText: 'τερματίστηκε' }).waitFor();
  await other.goto(`${bema.url}/studio`);
  assert.equal(new URL(other.url()).pathname, '/login');
  await other.context().close();
});

test('the language that somebody chooses is that of the pages too', async () => {
  await clerk.locator('#own_language').selectOption('en');
  await clerk.locator('.account-profile button[type=submit]').click();
  await clerk.getByRole('heading', { name: 'Your account' }).waitFor();
});

test('roles change, and take effect at once', async () => {
  const name = 'Κατερίνα Σαριδάκη';
  await admin.goto(accounts());
  await row(admin, name).getByText('Αλλαγή ρόλων').click();
  await row(admin, name).getByLabel('Γραμματεία').uncheck();
  await row(admin, name).getByLabel('Συντονισμός διαλόγου').check();
  await row(admin, name).getByRole('button', { name: 'Αποθήκευση' }).click();
  await admin.getByRole('status').filter({ hasText: 'Οι ρόλοι άλλαξαν' }).waitFor();
  assert.equal((await clerk.goto(`${bema.url}/studio`)).status(), 403);
  assert.equal((await clerk.goto(`${bema.url}/studio/chat`)).status(), 200);
});

test('who is disabled is out at once, and the last administrator stays', async () => {
  const name = 'Κατερίνα Σαριδάκη';
  await row(admin, name).locator('details.confirm summary').click();
  await row(admin, name).getByRole('button', { name: 'Ναι, απενεργοποίηση' }).click();
  await admin.getByRole('status').filter({ hasText: 'απενεργοποιήθηκε' }).waitFor();
  await clerk.goto(`${bema.url}/studio/chat`);
  assert.equal(new URL(clerk.url()).pathname, '/login');
  await logIn(clerk, bema.url, { email, password: second });
  await clerk.getByRole('alert').filter({ hasText: 'is disabled' }).waitFor();
  await row(admin, 'Ελένη Παπαδάκη').locator('details.confirm summary').click();
  await row(admin, 'Ελένη Παπαδάκη').getByRole('button', { name: 'Ναι, απενεργοποίηση' }).click();
  await admin.getByRole('alert').filter({ hasText: 'χωρίς διαχειριστή' }).waitFor();
});

test('the pages are sound in both languages, on a phone and on a desk, and in the dark', async () => {
  for (const [locale, viewport, colorScheme] of [
    ['el-GR', phone, 'light'],
    ['en-GB', desk, 'light'],
    ['el-GR', desk, 'dark'],
    ['en-GB', phone, 'dark'],
  ]) {
    const page = await openPage(browser, { locale, viewport, colorScheme });
    await logIn(page, bema.url, bema.administrator);
    await page.waitForURL('**/studio');
    await page.goto(accounts());
    await page.locator('details.confirm summary').first().click();
    await sound(page, `accounts, ${locale}`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/accounts-${locale}-${colorScheme}.png`, fullPage: true });
    await page.goto(`${bema.url}/account`);
    await sound(page, `account, ${locale}`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/account-${locale}-${colorScheme}.png`, fullPage: true });
    await page.context().close();
  }
});
