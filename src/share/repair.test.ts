import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textCrc32 } from '../util/crc32';
import { payloadOf } from './repair';
import { cpuTime } from '../util/testing';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const DATA = Array.from({ length: 900 }, (_, i) => LETTERS[(i * i * 7 + i * 13) % 64]).join('');
const FIELDS = [`v=2`, `n=${DATA.length}`, `c=${textCrc32(DATA)}`, `d=${DATA}`];
const PAGE = 'https://example.org/loci/';
const LINK = `${PAGE}#${FIELDS.join('&')}`;
const whole = { version: 2, data: DATA };

const every = (width: number, mark: string) => (text: string) =>
  text.replace(new RegExp(`.{${width}}`, 'gs'), `$&${mark}`);
/** Changes only the payload: long addresses break there. */
const inside = (change: (data: string) => string) => (text: string) => text.replace(DATA, change(DATA));

/** Quoted-printable: '=' escaped, soft breaks at 75 characters. */
const quotedPrintable = (text: string) =>
  every(
    70,
    '=\r\n',
  )(text.replaceAll('=', '=3D'))
    .replace(/=(=\r\n)3D/g, '$1=3D')
    .replace(/=3(=\r\n)D/g, '=3D$1');

describe('what stands around an intact payload is taken off', () => {
  it.each([
    '.',
    ',',
    ';',
    ':',
    '!',
    '?',
    ')',
    ']',
    '}',
    '>',
    '"',
    "'",
    '»',
    '”',
    '’',
    '…',
    '...',
    '。',
    '、',
    '）',
    '」',
    '！',
    '>.',
    '").',
    '**',
    '`',
    '\\',
  ])('trailing %s', (mark) => expect(payloadOf(LINK + mark)).toEqual(whole));

  it.each<[string, string]>([
    ["Slack's label", `<${LINK}|the finding, see below>`],
    ['a mail address in brackets', `See <${LINK}> for more.`],
    ['a Markdown link', `as [this finding](${LINK}) shows`],
    ['a Markdown link whose label is the address, shortened', `[${LINK.slice(0, 90)}…](${LINK})`],
    ['HTML', `<a href="${LINK.replaceAll('&', '&amp;')}">here</a>`],
    ['HTML in HTML', LINK.replaceAll('&', '&amp;amp;')],
    ['numbered entities', LINK.replaceAll('&', '&#38;').replaceAll('=', '&#x3d;').replaceAll('_', '&#95;')],
    ['what campaigns append', `${LINK}&utm_source=chat&utm_medium=x&fbclid=IwAR0_x-9&n=7`],
    ['what campaigns put in front', LINK.replace('#', '?utm_source=chat#').replace('&d=', '&gclid=1&d=')],
    ['an escaped number sign', LINK.replace('#', '%23')],
    ['one percent-encoding', encodeURIComponent(LINK)],
    ['two', encodeURIComponent(encodeURIComponent(LINK))],
    ['every character percent-encoded', LINK.replace(/./gs, (c) => `%${c.charCodeAt(0).toString(16)}`)],
    ['a redirect', `https://out.example.org/?u=${encodeURIComponent(LINK)}&h=AT0&s=1`],
    ['quoted-printable', quotedPrintable(LINK)],
    ['soft breaks alone', every(61, '=\r\n')(LINK)],
    ['hard wraps', every(72, '\n')(LINK)],
    ['hard wraps and indents', every(72, '\r\n    ')(LINK)],
    ['a quoted reply', every(72, '\n> ')(`> ${LINK}`)],
    ['a reply to a reply', every(72, '\r\n> > ')(`> > ${LINK}`)],
    ['blanks', every(50, ' ')(LINK)],
    ['zero-width spaces', every(30, '\u200b')(LINK)],
    ['soft hyphens', every(30, '\u00ad')(LINK)],
    ['no-break spaces and word joiners', every(40, '\u00a0\u2060')(LINK)],
    ['direction marks around', `\u202a${LINK}\u202c`],
    ['a byte order mark', `\ufeff${LINK}`],
    ['escaped underscores', LINK.replaceAll('_', '\\_')],
    ['typographic hyphens', LINK.replaceAll('-', '\u2011')],
    ['typographic dashes', LINK.replaceAll('--', '\u2014')],
    ['another order of fields', `${PAGE}#${[3, 1, 2, 0].map((i) => FIELDS[i]).join('&')}.`],
    ['the fragment alone', LINK.slice(LINK.indexOf('#'))],
    ['the fragment without its sign', LINK.slice(LINK.indexOf('#') + 1)],
    ['a second fragment behind', `${LINK}#top`],
    ['a second fragment in front', LINK.replace('#', '#/page#')],
    ['text on the next line', `${LINK}\nWhat do you think? v=1 would be…`],
  ])('%s', (_, text) => expect(payloadOf(text)).toEqual(whole));

  it('in any combination', () => {
    const damages: ((text: string) => string)[] = [
      (text) => `${text}.`,
      (text) => `<${text}|a label>`,
      (text) => `[finding](${text})`,
      (text) => `${text}&utm_source=chat`,
      (text) => text.replaceAll('&', '&amp;'),
      (text) => text.replaceAll('#', '%23'),
      encodeURIComponent,
      every(60, '\r\n> '),
      every(33, '\u200b'),
      every(45, '\u00ad'),
      every(71, ' '),
      inside((data) => data.replaceAll('_', '\\_')),
      (text) => `Look: ${text} !`,
    ];
    fc.assert(
      fc.property(
        fc.subarray(damages).chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length })),
        fc.shuffledSubarray(FIELDS, { minLength: 4 }),
        (chosen, fields) => {
          const damaged = chosen.reduce((text, damage) => damage(text), `${PAGE}#${fields.join('&')}`);
          expect(payloadOf(damaged)).toEqual(whole);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('what is not intact is called by its name', () => {
  const at = LINK.indexOf('d=') + 2;
  it.each<[string, string, RegExp]>([
    [
      'cut',
      LINK.slice(0, at + 400),
      /^link: cut off, got 400 characters of data, expected 900: 500 are missing\./,
    ],
    ['cut by one', LINK.slice(0, -1), /: 1 are missing/],
    ['cut with an ellipsis', `${LINK.slice(0, at + 399)}…`, /^link: cut off, got 399 .*: 501 are missing/],
    ['cut with three dots', `${LINK.slice(0, at + 10)}...`, /: 890 are missing/],
    ['cut with words behind', `${LINK.slice(0, at + 10)}… see more`, /^link: cut off, .*: 890 are missing/],
    [
      'cut in the middle',
      `${LINK.slice(0, at + 300)}…${LINK.slice(-50)}`,
      /^link: cut off in the middle, got 350 .*: 550 are/,
    ],
    ['cut and punctuated', `${LINK.slice(0, at + 10)}).`, /cut off, .*: 890/],
    ['cut and tagged', `${LINK.slice(0, at + 10)}&utm_source=chat`, /cut off, .*: 890/],
    ['cut before the data', LINK.slice(0, at - 5), /cut off, got only the fields v, n, c/],
    [
      'changed',
      LINK.slice(0, at + 9) + (LINK[at + 9] === 'A' ? 'B' : 'A') + LINK.slice(at + 10),
      /changed on the way/,
    ],
    ['in small letters', LINK.toLowerCase(), /changed on the way/],
    [
      'with a foreign character',
      `${LINK.slice(0, at + 9)}é${LINK.slice(at + 10)}`,
      /not base64url, got the character "é"/,
    ],
    ['with another length first', LINK.replace('&n=', '&n=800&n='), /changed on the way/],
    ['a query', LINK.replace('#', '?'), /not a Loci link/],
    ['words', 'version v=1', /not a Loci link/],
  ])('%s', (_, text, message) => expect(() => payloadOf(text)).toThrow(message));

  it('whatever is done to it: the same payload or one sentence', () => {
    const piece = fc.constantFrom(...'abZ09-_&=#%!…>|\\ \n', '...', '&amp;', '%2', '=3D', '&n=3', '#v=1&');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(LINK.length), fc.nat(12), piece), { maxLength: 6 }), (changes) => {
        const text = changes.reduce((t, [i, n, mark]) => t.slice(0, i) + mark + t.slice(i + n), LINK);
        try {
          // The checksum covers the data; a wrong version shows on inflating.
          expect(payloadOf(text).data).toBe(DATA);
        } catch (error) {
          expect((error as Error).message).toMatch(/^link: [^\n]+\.$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no longer than the text is long', () => {
    const size = 1 << 20;
    const pieces =
      '# %25 &amp; > &#38 …. .. v=3D1& \u200b \n \r\n> = =\r\n v=1& - é #v=1&n=9&c=00000000&d='.split(' ');
    for (const piece of pieces) {
      const text = `#v=1&n=9&c=00000000&d=${piece.repeat(size / piece.length)}`;
      const started = cpuTime();
      expect(() => payloadOf(text)).toThrow(/^link: /);
      expect(cpuTime() - started).toBeLessThan(2000);
    }
    expect(() => payloadOf('a'.repeat((4 << 20) + 1))).toThrow(/^link: too long/);
  });
});
