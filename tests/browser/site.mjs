// A site of somebody else's: `players/`, and the players' own files under `/dist/`.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

/** The site at its `url`; `close()` ends it. */
export const startSite = async () => {
  const site = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://site');
    const file = pathname.startsWith('/dist/')
      ? path.join(here, 'node_modules', pathname.slice('/dist/'.length))
      : path.join(here, 'players', pathname === '/' ? 'index.html' : pathname);
    try {
      const body = await readFile(file);
      response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return { url: `http://127.0.0.1:${site.address().port}`, close: () => site.close() };
};
