/** Every question about a net: its page, its example, and each choice of its form. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NetSpec } from '../model/net';
import type { Option } from './experiment';
import type { NetContext } from './net/experiment';
import { NET_EXPERIMENTS, netExperimentOf } from './ofNets';

const sha256 = '0'.repeat(64);
const contextOf = (isOne: boolean): NetContext => ({
  model: { id: 'shapes', revision: 'local' },
  preprocessing: { resize: null, resample: 'nearest', crop: null, scale: 1 / 255, mean: [0.5], std: [0.25] },
  images: [{ name: 'a.png', sha256 }, ...(isOne ? [] : [{ name: 'b.png', sha256 }])],
  net: {
    input: { name: 'image', shape: [3, 48, 48], layout: 'NCHW', type: 'float32', batch: null },
    sites: [{ name: 'maps', shape: [8, 6, 6], lead: 1, isCut: true }],
  } as unknown as NetSpec,
  classes: 16,
  label: (id) => (id === 0 ? 'red circle' : `class ${id}`),
});
const resolve = (question: Record<string, unknown>) => {
  const experiment = netExperimentOf(question)!;
  return experiment.resolve(question, contextOf(experiment.takes === 'picture'));
};

const pictured = NET_EXPERIMENTS.filter(({ takes }) => takes !== 'latents');
const examples = readdirSync('specs/images').map((file) => {
  const { model: _, ...question } = JSON.parse(readFileSync(`specs/images/${file}`, 'utf8'));
  return question as Record<string, unknown>;
});

describe.each(pictured)('$kind', ({ kind, about, asksClass, parseSpec }) => {
  const asked = { kind, ...(asksClass && { class: 0 }) };

  it('has a page and an example', () => {
    expect(existsSync(`docs/${about.docs}`)).toBe(true);
    const own = examples.filter((one) => one.kind === kind);
    expect(own.length).toBeGreaterThan(0);
    for (const one of own) expect(parseSpec(resolve(one))).toEqual(resolve(one));
  });

  it('is asked with the defaults of its form', () => {
    const spec = resolve(asked) as unknown as Record<string, unknown>;
    for (const { kind: field, name, default: usual } of about.options ?? []) {
      // What an omitted site becomes depends on the net; no rows are an empty list.
      if (field === 'netSite') continue;
      expect([name, spec[name] ?? null]).toEqual([name, field === 'rows' ? (usual ?? []) : usual]);
    }
  });

  const valuesOf = (option: Option): readonly unknown[] => {
    if (option.kind === 'choice') return option.choices.map(({ value }) => value);
    if (option.kind === 'multichoice') return option.choices.map(({ value }) => [value]);
    if (option.kind === 'number') return [option.min, option.max].filter((one) => one !== undefined);
    return option.kind === 'check' ? [true, false] : [];
  };
  it.each(
    (about.options ?? []).flatMap((option) => valuesOf(option).map((value) => [option.name, value] as const)),
  )('takes %s %j', (name, value) => {
    expect(resolve({ ...asked, [name]: value })).toMatchObject({ [name]: value });
  });
});
