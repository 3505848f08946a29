import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTaskSet, takeItems } from './set';
import { cpuTime } from '../../util/testing';

const france = { prompt: 'The capital of France is', subject: 'France', answer: ' Paris' };

describe('a task set', () => {
  it('is a JSON array, a JSON object with a title, or CSV: the same items', () => {
    const csv = 'prompt,subject,answer\r\nThe capital of France is,France, Paris\r\n';
    expect(parseTaskSet(JSON.stringify([france]), 'a').items).toEqual([france]);
    expect(parseTaskSet(JSON.stringify({ title: 'A', license: 'MIT', items: [france] }), 'a').items).toEqual([
      france,
    ]);
    expect(parseTaskSet(csv, 'a').items).toEqual([france]);
  });

  it('reads CSV as RFC 4180 has it: quotes, doubled quotes, commas and line breaks inside, empty cells', () => {
    const csv = '\uFEFFlabel,prompt,answer\n"a, ""b""","one\ntwo",\n\n,"x", y\nz,w,';
    expect(parseTaskSet(csv, 'a').items).toEqual([
      { label: 'a, "b"', prompt: 'one\ntwo' },
      { prompt: 'x', answer: ' y' },
      { label: 'z', prompt: 'w' },
    ]);
  });

  it.each([
    ['JSON', JSON.stringify(Array<object>(500_000).fill({ prompt: 'a', answer: 'b' })), 'is too large'],
    [
      'short JSON',
      JSON.stringify(Array<number>(200_000).fill(1)),
      'got 200000 items, expected at most 100000',
    ],
    [
      'CSV',
      `prompt,answer\n${'a,b\n'.repeat(500_000)}`,
      'got more than 100000 rows, expected at most 100000',
    ],
    ['text', 'x'.repeat(33 << 20), 'expected at most 33554432'],
    ['quotes', `prompt\n"${'""'.repeat(2e6)}`, 'quotes do not match'],
  ])('of half a million rows is refused at once: %s', (_, text, message) => {
    const began = cpuTime();
    expect(() => parseTaskSet(text, 'a')).toThrow(message);
    expect(cpuTime() - began).toBeLessThan(3000);
  });

  it('may be large', () => {
    const csv = `prompt,answer\n${'a,b\n'.repeat(100_000)}`;
    expect(parseTaskSet(csv, 'a').items).toHaveLength(100_000);
  });

  it('is known by the hash of its text', () => {
    expect(parseTaskSet('prompt\nx', 'a').sha256).toBe(
      // printf 'prompt\nx' | sha256sum
      '5fc244ff187171eb8cecb372ccbcf0ddc86abb628020edf125ad54cd6c330d3d',
    );
  });

  it.each([
    ['[', 'set a: is not valid JSON, got "[". The file is damaged or is something else.'],
    ['[]', 'set a: is empty, got no items, expected at least one.'],
    ['prompt\n', 'set a: is empty, got no items, expected at least one.'],
    ['{"items":3}', 'set a: items: wrong value, got 3, expected type array.'],
    [JSON.stringify([france, 3]), 'set a: row 2: wrong value, got 3, expected type object.'],
    [
      JSON.stringify([france, { ...france, prompt: ' ' }]),
      'set a: row 2: prompt: wrong value, got " ", expected',
    ],
    [JSON.stringify([{ ...france, anser: 'x' }]), 'set a: row 1: unknown field, got "anser".'],
    [
      JSON.stringify([{ answer: 'x' }]),
      'set a: row 1: prompt: wrong value, got nothing, expected type string.',
    ],
    [
      'subject,answer\nx,y',
      'set a: row 1: wrong header, got "subject,answer", expected prompt and some of subject',
    ],
    ['prompt,anser\nx,y', 'set a: row 1: wrong header, got "anser", expected prompt and some of subject'],
    ['prompt,answer\nx,y\na,b,c', 'set a: row 3: wrong number of cells, got 3, expected 2.'],
    ['prompt,answer\n"x,y', 'set a: row 2: quotes do not match, got "\\"x,y"'],
    ['prompt,answer\n"x"z,y', 'set a: row 2: quotes do not match'],
  ])('refuses %j in one sentence with its row', (text, sentence) => {
    expect(() => parseTaskSet(text, 'a')).toThrow(sentence);
  });

  it('gives the first items, or a seeded choice in the order of the file', () => {
    const set = parseTaskSet(JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ prompt: `${i}` }))), 'a');
    const taken = (take?: number, seed?: number) =>
      takeItems(set, take, seed).map(({ item }) => Number(item.prompt));
    expect(taken()).toHaveLength(50);
    expect(taken(3)).toEqual([0, 1, 2]);
    const chosen = taken(20, 1);
    expect(new Set(chosen).size).toBe(20);
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
    expect(taken(20, 1)).toEqual(chosen);
    for (const { row, item } of takeItems(set, 20, 1)) expect(row).toBe(Number(item.prompt) + 1);
    expect(taken(20, 2)).not.toEqual(chosen);
    expect(() => taken(51)).toThrow('set a: has too few items, got 50, expected 51 to take.');
  });
});

describe('the shipped sets', () => {
  const folder = new URL('../../../public/sets/', import.meta.url);
  const sets = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it.each(sets)('%s parses, and every twin differs from its prompt', (file) => {
    const { items } = parseTaskSet(readFileSync(new URL(file, folder), 'utf8'), file);
    for (const { prompt, corrupted, answer, distractor } of items) {
      expect(corrupted).not.toBe(prompt);
      expect(answer).toBeDefined();
      expect(distractor).not.toBe(answer);
    }
  });
});
