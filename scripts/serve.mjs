/**
 * A static file server for dist/: loopback only, with the page's policy as headers, correct MIME
 * types and byte ranges. Node built-ins only.
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join, sep } from 'node:path';
import { framed, headers, POLICY } from './policy.mjs';

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

/**
 * Serves `folder` on 127.0.0.1. Resolves to the port: `port`, or the next free one unless
 * `isExact`. Rejects with an Error.
 */
export function serve(folder, { port, isExact }) {
  return listen(fileHandler(folder), { port, isExact });
}

/** The port from an argument or variable. Throws an Error. */
export function parsePort(text, where) {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new Error(
    `${where}: not a port, got '${text}', expected a whole number from 0 to 65535 (0: any free one).`,
  );
}

/** Answers requests for the plain files of `folder`. */
export function fileHandler(folder, security = headers) {
  return (request, response) => {
    for (const [name, value] of Object.entries(security)) response.setHeader(name, value);
    answer(folder, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

export function listen(handler, { port, isExact = true }) {
  const server = createServer(handler);
  return new Promise((resolve, reject) => {
    let next = port;
    server.on('error', (error) => {
      if (error.code === 'EADDRINUSE' && !isExact && next < Math.min(port + 100, 65535)) {
        next += 1;
        server.listen(next, '127.0.0.1');
      } else {
        reject(new Error(listenSentence(error, port)));
      }
    });
    server.on('listening', () => resolve(server.address().port));
    server.listen(next, '127.0.0.1');
  });
}

function listenSentence({ code, message }, port) {
  const reasons = { EADDRINUSE: 'is in use', EACCES: 'needs rights that this program lacks' };
  return `serve: port ${port} ${reasons[code] ?? `cannot be opened (${message})`}. Choose another one: PORT=4300 npm start.`;
}

async function answer(folder, request, response) {
  // A page of another site can point its name at this machine; its requests carry that name.
  if (!isLoopback(request.headers.host)) {
    return end(response, 403, 'Loci answers to localhost and 127.0.0.1 only, not to this name.');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'method not allowed');
  // Some programs escape the '#' of a link, so that the fragment arrives as part of the path.
  const [page, fragment] = request.url.split(/%23(?=v=)/i);
  const path = await plainFile(folder, page);
  const file = path && (await stat(path));
  if (!file?.isFile()) return end(response, 404, 'not found');
  if (fragment !== undefined) {
    response.writeHead(302, { Location: `${page}#${fragment}` });
    return response.end();
  }

  if (basename(path) === 'embed.html') {
    response.setHeader(POLICY, framed(response.getHeader(POLICY)));
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  }
  const found = {
    'Accept-Ranges': 'bytes',
    // Names in assets/ contain a hash of the content.
    'Cache-Control': path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Last-Modified': file.mtime.toUTCString(),
  };
  const range = parseRange(request.headers.range, file.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.size}` });
    return response.end();
  }
  const { start, last } = range ?? { start: 0, last: file.size - 1 };
  found['Content-Length'] = last - start + 1;
  if (range) found['Content-Range'] = `bytes ${start}-${last}/${file.size}`;
  response.writeHead(range ? 206 : 200, found);
  if (request.method === 'HEAD' || file.size === 0) return response.end();
  createReadStream(path, { start, end: last })
    .on('error', () => response.destroy())
    .pipe(response);
}

function end(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function isLoopback(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/**
 * The file named by a request's path: null unless each part is a plain name (no leading dots, no
 * separators, no Windows drives or streams, no control characters) and the file is in the folder
 * after following links.
 */
async function plainFile(folder, target) {
  const [path] = target.split('?');
  if (!path.startsWith('/')) return null;
  const names = (path.endsWith('/') ? `${path}index.html` : path).slice(1).split('/').map(decoded);
  if (!names.every(isPlain)) return null;
  const [base, file] = await Promise.all(
    [folder, join(folder, ...names)].map((name) => realpath(name).catch(() => '')),
  );
  return file.startsWith(base + sep) ? file : null;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const isPlain = (name) => /^[^.\0-\x1f/\\:][^\0-\x1f/\\:]*$/.test(name);

/** One range of `bytes=a-b`; null (whole file) for anything else. */
function parseRange(header, size) {
  const [, first, final] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (!first && !final) return null;
  const start = first ? Number(first) : Math.max(0, size - Number(final));
  const last = first && final ? Math.min(Number(final), size - 1) : size - 1;
  return start > last ? 'unsatisfiable' : { start, last };
}
