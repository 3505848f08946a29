/**
 * SmolLM2-135M-Instruct, opened from its GGUF file (Q4_1), compared with transformers on the same
 * dequantised weights (`reference/real/smollm2.py`): 30 prompts, every position.
 */
import { existsSync, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareTensors } from '../forward/reference/compare';
import type { Tensor } from '../forward/request/contract';
import { openSafetensors } from '../load/safetensors';
import type { Engine } from './api';
import { createNodeEngine } from './node';
import { MODELS, realJson, realTensors, report, smollm2Source } from './testing/realModels';
import { inThisThread } from '../load/tokenizer/inThisThread';

interface Prompt {
  readonly text: string;
  readonly tokens: readonly number[];
  /** The two likeliest tokens of every position, and the difference of their logits. */
  readonly top: readonly (readonly [number, number])[];
  readonly gap: readonly number[];
}

/** Largest allowed |ours - theirs| of a logit; logits reach about 20. */
const BAR = 1e-3;
/**
 * All logits of all prompts, too large for the repository. `smollm2.py FOLDER --all` writes them.
 */
const EVERYTHING = join(MODELS, 'smollm2', 'smollm2-logits.safetensors');
const LOGITS = 'unembed.hook_out';

let engine: Engine;
let prompts: readonly Prompt[];
/** Logits [T,V] of each prompt. */
const logits: Tensor[] = [];

beforeAll(async () => {
  engine = await createNodeEngine('gpu', { startThread: inThisThread });
  const began = performance.now();
  const info = await engine.open(await smollm2Source());
  const opened = performance.now();
  prompts = await realJson<Prompt[]>('smollm2.json');
  for (const { tokens } of prompts) {
    logits.push((await engine.capture({ tokens, sites: [LOGITS] }))[LOGITS]!);
  }
  const { adapter } = await engine.environment();
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  report(
    `SmolLM2 on ${adapter}: ${info.parameters} parameters, opened in ${seconds(began, opened)} s, ` +
      `${prompts.length} prompts in ${seconds(opened, performance.now())} s`,
  );
});
afterAll(() => engine?.close());

/** Row t of logits [T,V]. */
function row({ data, shape }: Tensor, t: number): Float32Array {
  const V = shape[1]!;
  return data.subarray(t * V, (t + 1) * V);
}

function argmax(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** The largest error over all logits. */
async function worstOfAll(): Promise<number> {
  const golden = await openSafetensors(await openAsBlob(EVERYTHING), EVERYTHING);
  let worst = { maxAbsError: 0, scale: 0 };
  for (const i of prompts.keys()) {
    const error = compareTensors(logits[i]!.data, (await golden.tensor(`${i}`)).data);
    if (error.maxAbsError >= worst.maxAbsError) worst = error;
  }
  report(
    `SmolLM2: all logits at most ${worst.maxAbsError.toExponential(1)} off (they reach ${worst.scale.toFixed(1)})`,
  );
  return worst.maxAbsError;
}

describe('SmolLM2-135M-Instruct from GGUF', () => {
  it('cuts prompts into the tokens that transformers does', async () => {
    for (const { text, tokens } of prompts) {
      const ours = await engine.tokenize(text, false);
      expect(
        ours.map((token) => token.id),
        text,
      ).toEqual(tokens);
    }
  });

  it('finds the same likeliest token at every position', () => {
    const ties: string[] = [];
    let positions = 0;
    for (const [i, { text, top, gap }] of prompts.entries()) {
      for (const [t, likeliest] of top.entries()) {
        positions++;
        const ours = argmax(row(logits[i]!, t));
        if (gap[t]! < BAR) {
          ties.push(`'${text}' at ${t}: ${likeliest.join(' or ')}, ${gap[t]} apart, ours ${ours}`);
          expect(likeliest).toContain(ours);
        } else expect(ours, `'${text}' at ${t}`).toBe(likeliest[0]);
      }
    }
    report(`SmolLM2: likeliest token equal at ${positions} positions; ties: ${ties.join('; ') || 'none'}`);
  });

  it("gives transformers' logits", async () => {
    const golden = await realTensors('smollm2.safetensors');
    const sample = (await golden.tensor('sample')).data;
    let worst = 0;
    for (const i of prompts.keys()) {
      const { data, shape } = await golden.tensor(`${i}`);
      const ours = Float32Array.from(data, (_, at) => {
        const column = at % sample.length;
        return row(logits[i]!, (at - column) / sample.length)[sample[column]!]!;
      });
      expect(shape).toEqual([prompts[i]!.tokens.length, sample.length]);
      worst = Math.max(worst, compareTensors(ours, data).maxAbsError);
    }
    const last = row(logits[0]!, prompts[0]!.tokens.length - 1);
    const whole = compareTensors(last, (await golden.tensor('last')).data).maxAbsError;
    report(
      `SmolLM2: logits at most ${worst.toExponential(1)} off at ${sample.length} ids of every position, ` +
        `${whole.toExponential(1)} in a whole row`,
    );
    expect(worst).toBeLessThan(BAR);
    expect(whole).toBeLessThan(BAR);
    // Without the file, only the sample is compared.
    if (existsSync(EVERYTHING)) expect(await worstOfAll()).toBeLessThan(BAR);
  });

  it("continues 'The capital of France is' with ' Paris'", async () => {
    const [best] = await engine.predict(prompts[0]!.tokens, 1);
    expect(prompts[0]!.text).toBe('The capital of France is');
    expect(best!.text).toBe(' Paris');
  });
});
