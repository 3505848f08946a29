/**
 * Vite plugin that builds the service worker (src/app/offline/serviceWorker.ts) to a fixed address
 * and writes in front of it which files the build has, each with its hash.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'service-worker';
const SCRIPT = `${NAME}.js`;
const SOURCE = 'src/app/offline/serviceWorker.ts';
/** For developers and hosts, not for the page. */
const OTHERS = /\.map$|^_headers$|^service-worker\.js$/;
/** Bytes: larger files are kept once they are used (onnxruntime's WebAssembly, on the processor and on WebGPU). */
const LARGE = 4e6;
/** Bytes of all files: what a visit may keep on a reader's device. */
const MOST = 44e6;

export const offline = () => ({
  name: 'offline',
  apply: (_config, { command, isSsrBuild }) => command === 'build' && !isSsrBuild,
  config: () => ({
    build: {
      rolldownOptions: {
        input: { index: 'index.html', embed: 'embed.html', [NAME]: SOURCE },
        output: {
          entryFileNames: ({ name }) => (name === NAME ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  }),
  writeBundle({ dir }) {
    const build = buildOf(dir);
    const size = Object.keys(build.files).reduce((sum, path) => sum + statSync(fileOf(dir, path)).size, 0);
    if (size > MOST) {
      this.error(`offline: the build is too large to keep, got ${size} bytes, expected at most ${MOST}.`);
    }
    const code = readFileSync(join(dir, SCRIPT), 'utf8');
    if (/^\s*(import|export)\b/m.test(code)) {
      this.error(
        `${SCRIPT}: some browsers run it as a classic script, got imports or exports, expected none.`,
      );
    }
    writeFileSync(join(dir, SCRIPT), `const BUILD = ${JSON.stringify(build)};\n${code}`);
  },
});

/** The page itself is at ''. */
const fileOf = (dir, path) => join(dir, path || 'index.html');

/** What service-worker.js keeps of a built folder. */
export function buildOf(dir) {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((name) => !OTHERS.test(name))
    .map((name) => (name === 'index.html' ? '' : name))
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, integrityOf(readFileSync(fileOf(dir, name)))]));
  const name = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  return { name, files, onUse: names.filter((path) => statSync(fileOf(dir, path)).size > LARGE) };
}

const integrityOf = (bytes) => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
