// A citizen listens to the interpreter of a council in session: by the menu, with the keyboard, and again at the next visit.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { axe, logIn, openPage, startBema, startBrowser, until } from './bema.mjs';

const GREEK = 440;
const ENGLISH = 880;

let bema, browser, encoder, page;

/** An encoder whose sounds are tones, by languages; some for so many seconds only. */
const publish = (address, sounds, alone) => {
  const input = ([, hertz, seconds]) =>
    ['-re', '-f', 'lavfi', ...(seconds ? ['-t', String(seconds)] : []), '-i', `sine=r=48000:f=${hertz}`];
  const inputs = sounds.flatMap(input);
  const picture = alone ? [] : ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25'];
  const maps = Array.from({ length: sounds.length + (alone ? 0 : 1) }, (_, index) => ['-map', String(index)]).flat();
  const called = sounds.flatMap(([language], index) => [`-metadata:s:a:${index}`, `language=${language}`]);
  const program = spawn('ffmpeg', [
    ...['-nostdin', '-v', 'error'], ...picture, ...inputs, ...maps, ...called,
    ...'-c:v libx264 -preset ultrafast -g 25 -bf 0 -pix_fmt yuv420p -b:v 800k -c:a aac -b:a 96k'.split(' '),
    // ffmpeg would hold all back for ten seconds where one ends.
    ...'-max_interleave_delta 200000 -f mpegts'.split(' '), address,
  ], { stdio: 'ignore' });
  const ended = once(program, 'exit');
  return { stop: () => (program.kill('SIGINT'), ended) };
};

/** The pitch of what the page's video sounds like now, in hertz. */
const pitch = (page) =>
  page.evaluate(() => {
    const video = document.querySelector('video');
    if (!window.ear) {
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      context.createMediaElementSource(video).connect(analyser);
      analyser.connect(context.destination);
      window.ear = { context, analyser };
    }
    const { context, analyser } = window.ear;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    return levels[loudest] > -70 ? (loudest * context.sampleRate) / analyser.fftSize : 0;
  });

const hears = (page, hertz) =>
  until(`${hertz} Hz is heard`, async () => {
    const heard = await pitch(page);
    if (Math.abs(heard - hertz) < 20) return true;
    throw new Error(`${heard} Hz`);
  }, 30_000);

const settings = (page) => page.locator('meeting-player').getByRole('button', { name: 'Ρυθμίσεις' });
const menu = (page) => page.getByLabel('Γλώσσα ήχου');

/** Opens the settings; answers the languages that they offer, of which the chosen one has a star. */
const offered = async (page) => {
  if ((await settings(page).getAttribute('aria-expanded')) === 'true') await settings(page).click();
  await settings(page).click();
  if ((await menu(page).count()) === 0) return [];
  return menu(page).locator('option').evaluateAll((options) =>
    options.map((option) => `${option.label} ${option.lang}${option.selected ? ' *' : ''}`));
};

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await encoder?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

test('before there is an interpreter there is no menu', async () => {
  await page.goto(`${bema.url}/meetings/${bema.meeting}`);
  await until('the slate plays', () => page.evaluate(() => document.querySelector('video').currentTime > 1));
  assert.deepEqual(await offered(page), []);
});

test('whoever waits on the page is offered the languages as they come, by their own names', async () => {
  const other = await openPage(browser);
  await other.addInitScript(() => localStorage.setItem('bema-sound', 'en'));
  await other.goto(`${bema.url}/meetings/${bema.meeting}`);
  encoder = publish(bema.publishSrt, [['ell', GREEK], ['eng', ENGLISH]]);
  await hears(page, GREEK);
  await until('both are offered', async () => (await offered(page)).length === 2);
  assert.deepEqual(await offered(page), ['Ελληνικά el *', 'English en']);
  assert.deepEqual(await axe(page), []);
  // Who has chosen English in another meeting hears it unasked.
  await hears(other, ENGLISH);
  await other.context().close();
});

test('with the keyboard to English, which is heard', async () => {
  await settings(page).focus();
  await page.keyboard.press('Escape');
  await offered(page);
  for (let i = 0; i < 6 && !(await menu(page).evaluate((select) => select === document.activeElement)); i += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('ArrowDown');
  await hears(page, ENGLISH);
  await until('the menu says so', async () => (await offered(page))[1] === 'English en *');
});

test('the next visit begins with it, and the floor can be had again', async () => {
  await page.reload();
  await hears(page, ENGLISH);
  assert.deepEqual(await offered(page), ['Ελληνικά el', 'English en *']);
  await menu(page).selectOption({ label: 'Ελληνικά' });
  await hears(page, GREEK);
  await offered(page);
  await menu(page).selectOption({ label: 'English' });
  await hears(page, ENGLISH);
});

test('sound alone is in the language too, and can be changed', async () => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').pop()));
  await page.locator('.tool-listen').click();
  await until('the sound alone is asked for', () => asked.includes('audio-en.m3u8'));
  await hears(page, ENGLISH);
  assert.deepEqual(await offered(page), ['Ελληνικά el', 'English en *']);
  await menu(page).selectOption({ label: 'Ελληνικά' });
  await hears(page, GREEK);
  await page.locator('.tool-listen').click();
  await hears(page, GREEK);
});

test('where the interpreter is away the chamber is heard, and the player goes on', async () => {
  await offered(page);
  await menu(page).selectOption({ label: 'English' });
  await hears(page, ENGLISH);
  await encoder.stop();
  encoder = publish(bema.publishSrt, [['ell', GREEK]]);
  await hears(page, GREEK);
  assert.deepEqual(await offered(page), ['Ελληνικά el', 'English en *']);
});

test('where the interpreter breaks off within the transmission, the chamber is heard too', async () => {
  await encoder.stop();
  encoder = publish(bema.publishSrt, [['ell', GREEK], ['eng', ENGLISH, 10]]);
  await hears(page, ENGLISH);
  await hears(page, GREEK);
});

test('the clerk adds an interpreter with an encoder of their own, who is heard beside the chamber', async () => {
  await encoder.stop();
  const clerk = await openPage(browser, { locale: 'en-GB' });
  await logIn(clerk, bema.url, bema.clerk);
  await clerk.waitForURL('**/studio');
  await clerk.goto(`${bema.url}/studio/sources`);
  await clerk.locator('form[action="/studio/sources"] input[name=name]').fill('Interpreter');
  await clerk.getByRole('button', { name: 'Add the encoder' }).click();
  const address = await clerk.locator('code', { hasText: /^srt:/ }).innerText();
  await clerk.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
  await clerk.locator('form.assign').getByLabel('Source').selectOption({ label: 'Interpreter' });
  await clerk.getByLabel('Role').selectOption({ label: 'Interpretation' });
  assert.equal(await clerk.getByLabel('Interpreted into').inputValue(), 'en');
  await clerk.getByRole('button', { name: 'Assign' }).click();
  const seat = clerk.locator('.source-list > li', { hasText: 'Interpretation: English' });
  await seat.waitFor();
  await clerk.waitForLoadState();
  assert.deepEqual(await axe(clerk), []);

  encoder = publish(bema.publishSrt, [['ell', GREEK]]);
  await hears(page, GREEK);
  const interpreter = publish(address, [['eng', ENGLISH]], 'sound alone');
  await hears(page, ENGLISH);
  // What a booth does not send is not missed.
  await until('the seat is well', async () => (await seat.locator('.healthy').count()) === 1, 30_000);
  await interpreter.stop();
  await hears(page, GREEK);
  await seat.getByRole('button', { name: 'Take away from the meeting' }).click();
  await seat.waitFor({ state: 'detached' });
  assert.deepEqual(clerk.faults, []);
  await clerk.context().close();
});

test('the scripts of the page report no fault', () => {
  assert.deepEqual(page.faults, []);
});
