/**
 * A static file server for dist/: loopback only, right MIME types, byte ranges. Node built-ins only.
 * Run by itself (`node scripts/serve.mjs 4173`) it serves until it is ended.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.wgsl': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Serves `folder` on 127.0.0.1; resolves to the port, the next free one from `port` on. */
export function serve(folder, port) {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return new Promise((resolve, reject) => {
    let next = port;
    server.on('error', (error) => {
      if (error.code !== 'EADDRINUSE' || next >= port + 100) return reject(error);
      next += 1;
      server.listen(next, '127.0.0.1');
    });
    server.on('listening', () => resolve(server.address().port));
    server.listen(next, '127.0.0.1');
  });
}

async function answer(folder, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'method not allowed');
  // Some programs escape the '#' of a link, so that the fragment arrives as a part of the path.
  const [page, fragment] = request.url.split(/%23(?=v=)/i);
  if (fragment !== undefined) {
    response.writeHead(302, { Location: `${page.replace(/^\/+/, '/')}#${fragment}` });
    return response.end();
  }
  const path = filePath(folder, request.url);
  const file = path && (await stat(path).catch(() => null));
  if (!file?.isFile()) return end(response, 404, 'not found');

  const headers = {
    'Accept-Ranges': 'bytes',
    // Names under assets/ carry a hash of their content.
    'Cache-Control': path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Last-Modified': file.mtime.toUTCString(),
    'X-Content-Type-Options': 'nosniff',
  };
  const range = parseRange(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.size}` });
    return response.end();
  }
  const { start, last } = range ?? { start: 0, last: file.size - 1 };
  headers['Content-Length'] = last - start + 1;
  if (range) headers['Content-Range'] = `bytes ${start}-${last}/${file.size}`;
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === 'HEAD' || file.size === 0) return response.end();
  createReadStream(path, { start, end: last })
    .on('error', () => response.destroy())
    .pipe(response);
}

function end(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain' });
  response.end(text);
}

/** File that a request asks for; null if it lies outside the folder. */
function filePath(folder, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  const full = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  return full.startsWith(normalize(folder + sep)) && !full.includes('\0') ? full : null;
}

/** One range of `bytes=a-b`; null (whole file) for anything else. */
function parseRange(header, size) {
  const [, first, final] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (!first && !final) return null;
  const start = first ? Number(first) : Math.max(0, size - Number(final));
  const last = first && final ? Math.min(Number(final), size - 1) : size - 1;
  return start > last ? 'unsatisfiable' : { start, last };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = await serve(
    fileURLToPath(new URL('../dist', import.meta.url)),
    Number(process.argv[2] ?? 4173),
  );
  console.log(`http://127.0.0.1:${port}/`);
}
