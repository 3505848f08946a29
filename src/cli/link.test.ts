import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../results/testing/sampleDocument';
import { documentToText, textToDocument } from '../share/file';
import { readLink } from '../share/link';
import { fakeEngine, loci } from './testing/fakes';

const document = sampleDocument();

describe('loci link and loci read', () => {
  it('are inverse, to the shown digits', async () => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'a.json'), documentToText(document));
    const { out: link } = await loci(
      ['link', 'a.json', '--base', 'https://example.org/loci/'],
      fakeEngine(),
      { cwd },
    );
    expect(link).toMatch(/^https:\/\/example\.org\/loci\/#v=4&n=\d+&c=[\da-f]{8}&d=[\w-]+$/);
    const { out: text, requests } = await loci(['read', link]);
    expect(await textToDocument(text)).toEqual((await readLink(link)).document);
    expect(requests).toEqual([]);
    const { code, out } = await loci(
      ['read', link.slice(link.indexOf('#')), '--out', 'b.json'],
      fakeEngine(),
      { cwd },
    );
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(readFileSync(join(cwd, 'b.json'), 'utf8').trimEnd()).toBe(text);
    expect((await loci(['link', 'a.json'], fakeEngine(), { cwd })).out).toMatch(
      /^http:\/\/127\.0\.0\.1:4173\/#v=4/,
    );
  });

  it('make a smaller link of one map, and say when one is needed', async () => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'a.json'), documentToText(document));
    const run = (...flags: string[]) => loci(['link', 'a.json', ...flags], fakeEngine(), { cwd });
    expect((await run()).err).toMatch(/^\d+ characters\. Some chats cut links above 2000; --small/);
    const { out, err } = await run('--small', '--kind', 'attn');
    expect(err).toBe('');
    expect(out.length).toBeLessThan(2000);
    const { figures } = JSON.parse((await loci(['read', out])).out) as typeof document;
    expect(figures.map(({ name }) => name)).toEqual(['attn', 'next_tokens', 'next_logits']);
    expect((await run('--kind', 'attn')).err).toMatch(/--kind: goes with --small/);
    expect((await run('--small', '--kind', 'all')).err).toMatch(
      /--kind: not in this document, got .all., expected hidden or mlp or attn/,
    );
  });

  it('refuse what is no document and no address', async () => {
    const cwd = (await loci(['help'])).cwd;
    writeFileSync(join(cwd, 'a.json'), '{"format":"loci","version":9}');
    expect((await loci(['link', 'a.json'], fakeEngine(), { cwd })).err).toMatch(
      /made by a newer Loci, got version 9/,
    );
    writeFileSync(join(cwd, 'a.json'), documentToText(document));
    expect((await loci(['link', 'a.json', '--base', 'x'], fakeEngine(), { cwd })).err).toMatch(
      /--base: wrong value/,
    );
  });
});
