// A page that is open while the server is killed with -9 goes on by itself, with picture and sound, when it is back.
//
//     BEMA_KILLS=20 node --test kill.test.mjs     the long round

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chamber, look, median, openPage, startBema, startBrowser, startClock, state, until } from './bema.mjs';

const kills = Number(process.env.BEMA_KILLS ?? 2);
let bema, browser, clock, viewer;

before(async () => {
  browser = await startBrowser();
  bema = await startBema('--no-past', '--no-encoder');
  clock = startClock(bema.publish);
  viewer = await openPage(browser, { locale: 'en-GB' });
  await viewer.goto(`${bema.url}/meetings/${bema.meeting}`);
  await chamber(viewer);
});

after(async () => {
  await browser?.close();
  await clock?.stop();
  assert.equal(await bema?.stop(), 0, 'the server ends in order');
});

const heard = () => viewer.locator('video').evaluate((video) => video.webkitAudioDecodedByteCount);

test('an open page goes on by itself after a kill', async (t) => {
  await viewer.evaluate(() => (window.sameDocument = true));
  const waits = [];
  for (let kill = 0; kill < kills; kill++) {
    await bema.killed();
    const served = Date.now();
    // An encoder connects anew by itself; ours is started again.
    await clock.stop();
    clock = startClock(bema.publish);
    try {
      await until('a picture from after the kill', async () => (await look(viewer)).captured > served, 60_000);
    } catch (error) {
      throw new Error(`${error.message}; ${await state(viewer)}`);
    }
    waits.push(Date.now() - served);
    const before = await heard();
    await sleep(2_000);
    assert.ok((await heard()) > before, `sound goes on too: ${await state(viewer)}`);
    assert.equal(await viewer.evaluate(() => window.sameDocument), true, 'the page was not loaded anew');
  }
  assert.deepEqual(viewer.faults, []);
  t.diagnostic(`${kills} kills; from serving again to a picture from after it: half within ${(median(waits) / 1000).toFixed(1)} s, the longest ${(Math.max(...waits) / 1000).toFixed(1)} s`);
});
