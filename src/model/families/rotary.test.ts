/** Frequencies against transformers' float32 numbers (`reference/families/make.py`). */
import { describe, expect, it } from 'vitest';
import published from '../../../reference/families/published.json';
import { gemma3Text } from './gemma';
import { gptNeoX } from './gptNeoX';
import { llama } from './llama';

interface Case {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly frequencies: readonly number[];
  readonly magnitude: number;
}

const cases = Object.entries(published.rotary as unknown as Record<string, Case>);

/** The sizes that make.py uses; K = 16. */
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

describe('rotation frequencies', () => {
  it('cover every kind that is supported', () => {
    const kinds = cases.map(([name]) => name.split(',')[0]);
    expect(new Set(kinds)).toEqual(new Set(['default', 'linear', 'dynamic', 'llama3', 'yarn']));
  });

  it.each(cases)('%s: as transformers has them', (_, { fields, frequencies, magnitude }) => {
    const { dims, tables, tableOfLayer } = tablesOf({ ...sizes, ...fields });
    expect([dims, tables.length, tableOfLayer]).toEqual([16, 1, [0, 0]]);
    const table = tables[0]!;
    expect(table.inverseFrequencies).toHaveLength(frequencies.length);
    // 1e-6 is what float32 leaves of transformers' numbers; ours are float64.
    const off = frequencies.map((value, i) => Math.abs(table.inverseFrequencies[i]! / value - 1));
    expect(Math.max(...off)).toBeLessThan(1e-6);
    expect(table.magnitude).toBeCloseTo(magnitude, 12);
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

  it.each([
    [
      { rope_scaling: { type: 'longrope', factor: 4 } },
      'rope_scaling.rope_type: rotary scaling not supported, got "longrope", expected default, linear, dynamic, llama3 or yarn.',
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
