/**
 * Keeps one build of the page for use without network. It answers for the files of that build only:
 * `scripts/offline.mjs` writes their list in front of this script. A cache holds one build, and every
 * file in it has the hash of the list, so builds never mix. It imports nothing: some browsers run
 * service workers as classic scripts.
 */

/** What the build writes in front: every file's address below the page, and its hash. */
declare const BUILD: {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Too large to keep before they are used. */
  readonly onUse: readonly string[];
};

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** TypeScript's types of a service worker exclude those of a page. */
interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window'; includeUncontrolled: true }): Promise<readonly unknown[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listen: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listen: (event: Asked) => void): void;
  addEventListener(type: 'message', listen: (event: MessageEvent) => void): void;
}

const worker = self as unknown as Worker;
const { scope } = worker.registration;
/** Other copies of the page on this origin have caches of their own. */
const OWN = `loci ${scope} `;
const CURRENT = OWN + BUILD.name;
/** A script or style of some build: its name holds its hash. */
const HASHED = /^assets\/[\w.-]+\.(js|css)$/;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => worker.clients.claim())));
worker.addEventListener('message', ({ data }) => {
  if (data === 'activate') void worker.skipWaiting();
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method !== 'GET' || path === null) return;
  if (Object.hasOwn(BUILD.files, path)) event.respondWith(answer(path, request.headers.get('range')));
  else if (HASHED.test(path)) event.respondWith(olderAnswer(path));
  else if (isMissing(path)) event.respondWith(Promise.resolve(new Response(null, { status: 404 })));
  if (request.mode === 'navigate') event.waitUntil(tidy());
});

async function install(): Promise<void> {
  const cache = await caches.open(CURRENT);
  const first = Object.keys(BUILD.files).filter((path) => !BUILD.onUse.includes(path));
  await cache.addAll(first.map(requestOf));
}

/** Deletes other builds, unless a second page may still use one. */
async function tidy(): Promise<void> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length > 1) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(OWN) && name !== CURRENT) await caches.delete(name);
  }
}

/** The address below the page, without query; null for other folders and origins. */
function pathOf(url: string): string | null {
  const { origin, pathname } = new URL(url);
  const address = origin + pathname;
  return address.startsWith(scope) ? address.slice(scope.length).replace(/^index\.html$/, '') : null;
}

/** A file that a model of this build lacks: opening asks for every file that a model may have. */
function isMissing(path: string): boolean {
  const [folder] = /^models\/[^/]+\//.exec(path) ?? [];
  return folder !== undefined && Object.keys(BUILD.files).some((file) => file.startsWith(folder));
}

/**
 * The browser refuses an answer with another hash. It may have parts of a file that is read in parts,
 * and would answer with them: such a file is fetched anew.
 */
const requestOf = (path: string): Request =>
  new Request(new URL(path, scope), {
    integrity: BUILD.files[path]!,
    cache: path.endsWith('.safetensors') ? 'reload' : 'no-cache',
  });

async function answer(path: string, range: string | null): Promise<Response> {
  const cache = await caches.open(CURRENT);
  const { url } = requestOf(path);
  // What was not kept yet, or was evicted, is fetched now.
  if (!(await cache.match(url, { ignoreVary: true }))) await cache.add(requestOf(path));
  const found = (await cache.match(url, { ignoreVary: true }))!;
  if (range !== null) return part(found, range);
  // A page may not be opened with an answer that was redirected.
  return found.redirected ? new Response(found.body, { headers: found.headers }) : found;
}

/** For a page that was opened before this build took over. */
async function olderAnswer(path: string): Promise<Response> {
  const url = new URL(path, scope).href;
  for (const name of await caches.keys()) {
    const found = name.startsWith(OWN) && (await (await caches.open(name)).match(url, { ignoreVary: true }));
    if (found) return found;
  }
  return Response.error();
}

/** Bytes `first-last` or `first-` of a kept file, as its server would send them. */
async function part(whole: Response, range: string): Promise<Response> {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const blob = await whole.blob();
  const begin = Number(first);
  if (first === undefined || begin >= blob.size) return new Response(blob, { headers: whole.headers });
  const end = last ? Math.min(Number(last) + 1, blob.size) : blob.size;
  const headers = new Headers(whole.headers);
  headers.delete('content-encoding');
  headers.set('content-length', `${end - begin}`);
  headers.set('content-range', `bytes ${begin}-${end - 1}/${blob.size}`);
  return new Response(blob.slice(begin, end), { status: 206, headers });
}
