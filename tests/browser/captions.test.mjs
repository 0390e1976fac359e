// Captions in step with the picture: in our page, in players that are not ours, and without a browser; over a
// discontinuity. Each caption says the instant at which it is said, each picture carries the instant of its capture.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import webvtt from 'webvtt-parser';
import { chamber, desk, logIn, look, openPage, phone, sound, startBema, startBrowser, startClock, until } from './bema.mjs';
import { startSite } from './site.mjs';

/** How far captions may be from their pictures. */
const STEP_MS = 100;
/** A picture is up to so old when it is looked at. */
const PICTURE_MS = 40;

let bema, browser, site;
const media = () => `${bema.url}/media/${bema.meeting}`;
const json = async (file) => (await fetch(`${media()}/${file}`)).json();

/** `HH:MM:SS.mmm` */
const at = (ms) => new Date(ms).toISOString().slice(11, 23);

/** A cue a second for each stretch of the chamber, which says its instant. */
const spoken = (stretches) =>
  stretches.filter(({ shows }) => shows === 'source').flatMap(({ starts_at_ms, position_ms, duration_ms }) =>
    Array.from({ length: Math.floor(duration_ms / 1000) }, (_, second) =>
      `${at(position_ms + second * 1000)} --> ${at(position_ms + second * 1000 + 1000)}\n<v Ρολόι>${starts_at_ms + second * 1000}\n`));

before(async () => {
  [browser, site] = await Promise.all([startBrowser(), startSite()]);
  bema = await startBema('--no-past', '--no-encoder', '--no-citizens');
  const page = await openPage(browser);
  await page.goto(`${bema.url}/meetings/${bema.meeting}`);
  for (const _ of ['a take', 'and another, whose stamps begin anew']) {
    const clock = startClock(bema.publish);
    await chamber(page, 45_000, 5_000);
    await sleep(9_000);
    await clock.stop();
    await sleep(4_000);
  }
  await logIn(page, bema.url, bema.clerk);
  await page.goto(`${bema.url}/studio/meetings/${bema.meeting}`);
  await page.locator('details.confirm summary').click();
  await page.locator('form[action$="/end"] button[type=submit]').click();
  await until('the meeting has ended', async () => (await (await fetch(`${media()}/video.m3u8`)).text()).includes('ENDLIST'));
  const cues = spoken(await json('stretches.json'));
  assert.ok(cues.length >= 14, `${cues.length} seconds of the chamber`);
  await page.goto(`${bema.url}/studio/meetings/${bema.meeting}/words`);
  await page.locator('#pasted').fill(`WEBVTT\n\n${cues.join('\n')}`);
  await page.locator('.words-give button[type=submit]').click();
  await page.waitForURL('**/words?given=*');
  await until('captions are offered', async () => (await (await fetch(`${media()}/index.m3u8`)).text()).includes('SUBTITLES'));
  await page.context().close();
  await findPlaces();
});

after(async () => {
  await browser?.close();
  site?.close();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

/** What the picture at a position of a page's video was captured at, and what is said there. */
const shownAt = async (page, position, withWords) => {
  await page.locator('video').first().evaluate((video, position) => {
    video.pause();
    video.currentTime = position;
  }, position);
  return until(`a picture at ${position} s, with words: ${withWords}`, async () => {
    const now = await page.locator('video').first().evaluate((video) => {
      const tracks = [...video.textTracks].filter(({ mode }) => mode !== 'disabled');
      const cues = tracks.flatMap(({ activeCues }) => [...(activeCues ?? [])]);
      return !video.seeking && video.readyState >= 2
        && { at: video.currentTime, cues: cues.map(({ startTime, text }) => ({ startTime, text: text.replace(/<[^>]*>/g, '') })) };
    });
    if (!now || now.cues.length !== (withWords ? 1 : 0)) throw new Error(JSON.stringify(now));
    const { captured } = await look(page);
    return captured !== null && { ...now, captured };
  });
};

/** Positions at which it is looked, the seconds of the chamber that they lie in, and when their pictures were captured. */
let places;
const findPlaces = async () => {
  const stretches = (await json('stretches.json')).filter(({ shows, duration_ms }) => shows === 'source' && duration_ms > 6000);
  assert.equal(stretches.length, 2);
  const page = await openPage(browser);
  await page.goto(`${site.url}/?${new URLSearchParams({ player: 'hls.js', url: `${media()}/video.m3u8` })}`);
  places = [];
  for (const { position_ms, starts_at_ms } of stretches) {
    for (const second of [3, 4, 5]) {
      const position = position_ms / 1000 + second + 0.5;
      const { captured } = await shownAt(page, position, false);
      places.push({ position, instant: starts_at_ms + second * 1000, captured });
    }
  }
  await page.context().close();
};

/** Fails unless captions are in step with the picture in both takes. */
const inStep = async (page, what, t) => {
  const all = [];
  for (const { position, instant, captured } of places) {
    const shown = await shownAt(page, position, true);
    const [{ startTime, text }] = shown.cues;
    const said = Number(text.replace(/^.*: /, ''));
    // Players differ in where their time begins: by a second or two here.
    assert.ok(Math.abs(said - instant) <= 2500, `${what} at ${position}: ${said - instant} ms off`);
    // The picture with which the caption came, and the one with which it should have come.
    all.push(shown.captured - (shown.at - startTime) * 1000 - (captured - 500 + said - instant));
  }
  t.diagnostic(`${what}: ${all.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  for (const ms of all) assert.ok(Math.abs(ms) < STEP_MS + PICTURE_MS, `${what}: ${all}`);
  for (const take of [all.slice(0, 3), all.slice(3)]) assert.ok(Math.abs(take.reduce((a, b) => a + b) / 3) < STEP_MS, `${what}: ${all}`);
};

describe('the archive', { concurrency: 1 }, () => {
  for (const [locale, viewport, name] of [['el-GR', phone, 'Υπότιτλοι'], ['en-GB', desk, 'Captions']]) {
    test(`${locale}: our page shows them, and remembers that they are wanted`, async (t) => {
      const page = await openPage(browser, { locale, viewport });
      const open = async () => {
        await page.goto(`${bema.url}/meetings/${bema.meeting}`);
        await until('the picture is there', () => page.locator('video').first().evaluate((video) => video.readyState >= 2));
      };
      await open();
      const button = page.locator('.tool-captions');
      await until('they are on offer', () => button.isVisible());
      assert.ok((await button.getAttribute('aria-label')).includes(name));
      assert.equal(await button.getAttribute('aria-pressed'), 'false');
      await button.click();
      await inStep(page, locale, t);
      await page.locator('.player-stage').screenshot({ path: `${process.env.SHOTS ?? '/tmp'}/captions-${locale}.png` });
      await sound(page, 'captions on');
      await open();
      await until('they are shown unasked', async () => (await button.getAttribute('aria-pressed')) === 'true');
      await inStep(page, `${locale} again`, t);
      await page.locator('meeting-player').press('c');
      await open();
      await until('they are on offer', () => button.isVisible());
      assert.equal(await button.getAttribute('aria-pressed'), 'false', 'and that they are not');
      await page.context().close();
    });
  }

  for (const player of ['hls.js', 'Shaka']) {
    test(`${player} shows them`, async (t) => {
      const page = await openPage(browser, { viewport: { width: 1280, height: 720 } });
      await page.goto(`${site.url}/?${new URLSearchParams({ player, url: `${media()}/index.m3u8` })}`);
      await until('it plays', () => page.evaluate(() => document.querySelector('video').readyState >= 3));
      await until('it shows captions', () => page.evaluate(async () => {
        const { player } = window.watched;
        if ('subtitleTrack' in player) {
          player.subtitleTrack = 0;
          return player.subtitleTracks.length === 1;
        }
        const [track] = player.getTextTracks();
        if (!track) return false;
        await player.selectTextTrack(track);
        await player.setTextTrackVisibility?.(true);
        return true;
      }));
      await inStep(page, player, t);
      assert.deepEqual(await page.evaluate(() => window.watched.errors.filter((error) => !error.includes('aborted'))), []);
      await page.close();
    });
  }

  test('ffmpeg reads them, each once', async () => {
    const args = ['-nostdin', '-v', 'error', '-i', `${media()}/captions.m3u8`, '-f', 'webvtt', '-'];
    const { stdout, stderr } = await promisify(execFile)('ffmpeg', args, { timeout: 60_000 });
    assert.equal(stderr, '');
    const wanted = spoken(await json('stretches.json')).map((cue) => /(\d+)\n$/.exec(cue)[1]);
    const read = [...new Set([...stdout.matchAll(/(\d{13})/g)].map(([instant]) => instant))];
    assert.deepEqual(read, wanted);
  });

  test('webvtt-parser finds no error', async () => {
    const playlist = await (await fetch(`${media()}/captions.m3u8`)).text();
    const segments = playlist.split('\n').filter((line) => line.endsWith('.vtt'));
    assert.ok(segments.length > 10);
    let cues = 0;
    for (const segment of segments) {
      const text = await (await fetch(`${media()}/${segment}`)).text();
      // The map that HLS wants in the header is none of WebVTT's own.
      const [, map] = text.split('\n');
      assert.match(map, /^X-TIMESTAMP-MAP=MPEGTS:\d+,LOCAL:\d\d:\d\d:\d\d\.\d{3}$/);
      const read = new webvtt.WebVTTParser().parse(text.replace(`${map}\n`, ''), 'metadata');
      assert.deepEqual(read.errors, [], segment);
      cues += read.cues.length;
    }
    assert.ok(cues >= 14, `${cues} cues`);
  });
});
