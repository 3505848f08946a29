import { expect, it } from 'vitest';
import { ownScript } from './trustedScript';

const script = 'https://loci.example/page/assets/index-1.js';

it.each(['worker-2.js', './worker-2.js', 'https://loci.example/page/assets/worker-2.js'])(
  'admits %s',
  (url) => {
    expect(ownScript(url, script)).toBe('https://loci.example/page/assets/worker-2.js');
  },
);

it('admits the service worker, which lies beside the page', () => {
  const href = 'https://loci.example/page/service-worker.js';
  expect(ownScript(href, script)).toBe(href);
});

it.each([
  'https://loci.example/service-worker.js',
  'https://loci.example/page/service-worker.js?x',
  'https://other.example/page/assets/worker-2.js',
  '//other.example/page/assets/worker-2.js',
  'http://loci.example/page/assets/worker-2.js',
  'https://loci.example:444/page/assets/worker-2.js',
  '../worker-2.js',
  '../models/atlas/worker.js',
  '%2e%2e/worker-2.js',
  '..%2fworker-2.js',
  'deeper/worker-2.js',
  'worker-2.js?name=x',
  'worker-2.wasm',
  'blob:https://loci.example/1',
  'data:text/javascript,0',
  'javascript:0',
])("refuses '%s'", (url) => {
  expect(() => ownScript(url, script)).toThrow(/^script: not one of the page's own/);
});
