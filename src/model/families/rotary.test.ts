/** Compares frequencies with transformers' float32 numbers (`reference/families/make.py`). */
import { describe, expect, it } from 'vitest';
import published from '../../../reference/families/published.json';
import { gemma3Text } from './gemma';
import { gptNeoX } from './gptNeoX';
import { llama } from './llama';
import { olmo3 } from './olmo';

interface Case {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly frequencies: readonly number[];
  readonly magnitude: number;
  readonly beyond?: { readonly length: number; readonly frequencies: readonly number[] };
}

const cases = Object.entries(published.rotary as unknown as Record<string, Case>);

/** make.py's sizes; K = 16. */
const sizes = {
  model_type: 'llama',
  hidden_size: 64,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  intermediate_size: 8,
  vocab_size: 10,
  max_position_embeddings: 2048,
};

function tablesOf(config: unknown, family = llama) {
  const { positions } = family.parseConfig(config);
  if (positions.kind !== 'rotary') throw new Error('not rotary');
  return positions;
}

/** transformers' numbers are float32, so 1e-6 is their precision; ours are float64. */
function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  for (const [i, value] of theirs.entries()) expect(Math.abs(ours[i]! / value - 1)).toBeLessThan(1e-6);
}

describe('rotation frequencies', () => {
  it('cover every kind that is supported', () => {
    const kinds = cases.map(([name]) => name.split(',')[0]);
    expect(new Set(kinds)).toEqual(new Set(['default', 'linear', 'dynamic', 'llama3', 'yarn', 'longrope']));
  });

  it.each(cases)('%s: as transformers has them', (_, { fields, frequencies, magnitude, beyond }) => {
    const { dims, tables, tableOfLayer } = tablesOf({ ...sizes, ...fields });
    expect([dims, tables.length, tableOfLayer]).toEqual([16, 1, [0, 0]]);
    const table = tables[0]!;
    expectClose(table.inverseFrequencies, frequencies);
    expect(table.magnitude).toBeCloseTo(magnitude, 12);
    expect(table.beyond?.length).toBe(beyond?.length);
    if (beyond) expectClose(table.beyond!.inverseFrequencies, beyond.frequencies);
  });

  it('turn a quarter of a head of Pythia: dims 4 of 16', () => {
    const config = { ...sizes, model_type: 'gpt_neox', rotary_pct: 0.25, rotary_emb_base: 100 };
    const { dims, tables } = tablesOf(config, gptNeoX);
    expect(dims).toBe(4);
    expect(tables[0]!.inverseFrequencies).toEqual([1, 0.1]);
  });

  it('differ between blocks with and without a window in Gemma 3; scaling is for those without', () => {
    const config = {
      ...sizes,
      head_dim: 4,
      num_hidden_layers: 3,
      num_key_value_heads: 1,
      sliding_window: 8,
      sliding_window_pattern: 3,
      rope_theta: 10_000,
      rope_local_base_freq: 100,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    };
    const expected = {
      kind: 'rotary',
      dims: 4,
      pairs: 'halves',
      tables: [
        { inverseFrequencies: [1 / 8, 0.01 / 8], magnitude: 1 },
        { inverseFrequencies: [1, 0.1], magnitude: 1 },
      ],
      tableOfLayer: [1, 1, 0],
    };
    expect(tablesOf(config, gemma3Text)).toEqual(expected);
    const { rope_theta: _, rope_local_base_freq: __, rope_scaling: ___, ...rest } = config;
    const newForm = {
      ...rest,
      rope_parameters: {
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 10_000 },
        sliding_attention: { rope_type: 'default', rope_theta: 100 },
      },
    };
    expect(tablesOf(newForm, gemma3Text)).toEqual(expected);
  });

  it('have no second kind where longrope has no longer context than the original', () => {
    const factors = Array.from({ length: 8 }, () => 2);
    const scaling = { rope_type: 'longrope', short_factor: factors, long_factor: factors };
    const { tables } = tablesOf({ ...sizes, rope_scaling: scaling });
    expect(tables[0]).toEqual({ inverseFrequencies: expect.any(Array), magnitude: 1 });
  });

  it('are of two kinds in OLMo 3: only blocks without a window are scaled', () => {
    const config = {
      ...sizes,
      model_type: 'olmo3',
      num_hidden_layers: 5,
      rope_theta: 500_000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
    };
    const { tables, tableOfLayer } = tablesOf(config, olmo3);
    expect(tableOfLayer).toEqual([1, 1, 1, 0, 1]);
    expect(tables[1]!.inverseFrequencies[1]).toBeCloseTo(500_000 ** (-1 / 8), 15);
    expect(tables[0]!.inverseFrequencies.map((one, i) => one / tables[1]!.inverseFrequencies[i]!)).toEqual(
      Array.from({ length: 8 }, () => 1 / 8),
    );
    const { rope_theta: _, rope_scaling, ...rest } = config;
    const newForm = { ...rest, rope_parameters: { full_attention: rope_scaling, sliding_attention: null } };
    expect(tablesOf(newForm, olmo3).tables).toEqual(tables);
    expect(() => olmo3.parseConfig({ ...config, rope_theta: 10_000 })).toThrow(
      new Error(
        'config.json: rope_theta: is ambiguous, got 10000, expected 500000, or one in each of rope_parameters.',
      ),
    );
  });

  it.each([
    [
      { rope_scaling: { type: 'proportional', factor: 4 } },
      'rope_scaling.rope_type: rotary scaling not supported, got "proportional", expected default, linear, dynamic, llama3, yarn or longrope.',
    ],
    [
      { rope_scaling: { type: 'longrope', short_factor: [1, 2], long_factor: [1, 2] } },
      'rope_scaling.short_factor: wrong length, got 2, expected 8.',
    ],
    [
      { rope_scaling: { type: 'linear' } },
      'rope_scaling.factor: is missing, got nothing, expected a positive number.',
    ],
    [
      { rope_parameters: { rope_type: 'llama3', rope_theta: 1e4, factor: 8, low_freq_factor: 1 } },
      'rope_parameters.high_freq_factor: is missing, got nothing, expected a positive number.',
    ],
    [
      { rope_scaling: { type: 'default', mrope_section: [1, 2] } },
      'rope_scaling: unknown field, got "mrope_section".',
    ],
    [
      { rope_parameters: { full_attention: { rope_type: 'default' } } },
      'rope_parameters: unknown field, got "full_attention".',
    ],
    [
      { partial_rotary_factor: 0.5 },
      'partial_rotary_factor: is not supported for this architecture, got 0.5, expected 1.',
    ],
    [
      { head_dim: 5 },
      'partial_rotary_factor: turns 5 of 5 columns, got 1, expected a positive, even number.',
    ],
  ])('refuse %j by name', (change, sentence) => {
    expect(() => llama.parseConfig({ ...sizes, ...change })).toThrow(new Error(`config.json: ${sentence}`));
  });
});
