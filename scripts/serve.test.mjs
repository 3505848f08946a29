import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headers } from './policy.mjs';
import { parsePort, serve } from './serve.mjs';

let base;
let port;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'loci-serve-'));
  const dist = join(base, 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  mkdirSync(join(dist, 'folder'));
  mkdirSync(join(base, 'dist-beside'));
  writeFileSync(join(base, 'secret.txt'), 'secret');
  writeFileSync(join(base, 'dist-beside', 'secret.txt'), 'secret');
  writeFileSync(join(dist, 'index.html'), 'page');
  writeFileSync(join(dist, '.env'), 'secret');
  writeFileSync(join(dist, 'assets', 'a-1.js'), 'script');
  symlinkSync(join(base, 'secret.txt'), join(dist, 'link.txt'));
  symlinkSync(base, join(dist, 'out'));
  symlinkSync(join(dist, 'assets'), join(dist, 'inside'));
  port = await serve(dist, { port: 0, isExact: true });
});

afterAll(() => rmSync(base, { recursive: true }));

/** The answer to a raw path, not normalised by a client. */
function get(path, host = `127.0.0.1:${port}`, method = 'GET') {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', path, method, headers: { Host: host } },
      async (response) => {
        let body = '';
        for await (const part of response) body += part;
        resolve({ status: response.statusCode, headers: response.headers, body });
      },
    );
    sent.on('error', reject).end();
  });
}

describe('files', () => {
  it.each([
    ['/', 'page'],
    ['/index.html', 'page'],
    ['/?test', 'page'],
    ['/assets/a-1.js', 'script'],
    ['/assets/%61-1.js', 'script'],
    ['/inside/a-1.js', 'script'],
  ])('%s', async (path, body) => {
    expect(await get(path)).toMatchObject({ status: 200, body });
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/assets%2fa-1.js',
    '/../dist-beside/secret.txt',
    '/.env',
    '/%2eenv',
    '/link.txt',
    '/out/secret.txt',
    '/index.html%00',
    '/index.html%00.js',
    '/index.html::$DATA',
    '/C:/secret.txt',
    '//secret.txt',
    '/assets',
    '/assets/',
    '/folder/',
    '/%',
    '/%ff',
    'http://127.0.0.1/index.html',
    '*',
  ])('not %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  it('are read only', async () => {
    expect((await get('/', undefined, 'POST')).status).toBe(405);
    expect(await get('/', undefined, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('leads an escaped fragment back to the page, and nowhere else', async () => {
    expect((await get('/%23v=1&d=AA')).headers.location).toBe('/#v=1&d=AA');
    for (const path of ['//other.example/%23v=1', '/\\other.example/%23v=1', '/.//other.example/%23v=1']) {
      expect(await get(path)).toMatchObject({ status: 404 });
    }
  });
});

describe('hosts', () => {
  it.each(['localhost', 'localhost:8080', '127.0.0.1', '[::1]:4173', 'LOCALHOST:1'])(
    '%s is answered',
    async (host) => {
      expect((await get('/', host)).status).toBe(200);
    },
  );

  it.each([
    'rebound.example',
    'rebound.example:4173',
    '127.0.0.1.rebound.example',
    'localhost.rebound.example',
    'rebound.example:127.0.0.1',
    '192.168.0.1',
    '0.0.0.0',
  ])("'%s' is not", async (host) => {
    expect(await get('/', host)).toMatchObject({ status: 403 });
  });

  it('get the policy with every answer', async () => {
    for (const answer of [
      await get('/'),
      await get('/assets/a-1.js'),
      await get('/none'),
      await get('/', 'other'),
    ]) {
      for (const [name, value] of Object.entries(headers))
        expect(answer.headers[name.toLowerCase()]).toBe(value);
    }
  });
});

describe('ports', () => {
  it('are whole numbers', () => {
    expect(parsePort('4173', 'PORT')).toBe(4173);
    for (const text of ['abc', '', '-1', '1.5', '0x50', '99999', '65536', ' 80', '80\n', 'NaN']) {
      expect(() => parsePort(text, 'PORT')).toThrow(/^PORT: not a port, got '/);
    }
  });

  it('in use: the next one, or a sentence if it was asked for', async () => {
    const other = createServer();
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = other.address().port;
    await expect(serve(base, { port: taken, isExact: true })).rejects.toThrow(
      `port ${taken} is in use. Choose`,
    );
    other.close();
  });
});
