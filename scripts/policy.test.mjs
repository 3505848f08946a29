import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { headers, metaPolicy } from './policy.mjs';

it('has no directive that a meta element ignores, and allows no code made of text', () => {
  expect(metaPolicy).not.toMatch(/frame-ancestors|report-|sandbox/);
  const code = headers['Content-Security-Policy'].replace(/img-src [^;]*;/, '');
  expect(code).not.toMatch(/'unsafe-(inline|eval|hashes)'|\*(?!;| |$)|data:/);
});

it.each(['nginx', 'Caddy'])("docs/hosting.md's lines for %s send these headers", (server) => {
  const page = readFileSync(new URL('../docs/hosting.md', import.meta.url), 'utf8');
  const [, section] = page.split(`## ${server}\n`);
  const sent = [...section.split('\n## ')[0].matchAll(/header ([\w-]+) "([^"]*)"/g)].map(
    ([, ...pair]) => pair,
  );
  expect(Object.fromEntries(sent)).toEqual(headers);
});
