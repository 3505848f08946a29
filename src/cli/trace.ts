/** loci trace: a question from flags. loci run: a question from a file. Both write the document and print it. */
import type { Engine, ModelInfo, TraceQuestion } from '../engine/api';
import { experimentOf } from '../experiments/registry';
import type { ResultDocument } from '../results/document';
import { scientific, plainText } from '../results/format';
import { printDocument } from '../results/print';
import { deviation } from '../share/deviation';
import { documentToText, textToDocument } from '../share/file';
import { parseJson } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { readText, writeAtomic } from './files';
import { type Flags, parseFlags } from './flags';
import { engineFlags, engineOf, openModel } from './models';
import { progressLine } from './progress';

const text = { type: 'string' } as const;

export async function trace(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('trace', argv, {
    ...engineFlags,
    prompt: text,
    subject: text,
    'subject-range': text,
    answer: text,
    distractor: text,
    metric: text,
    bos: text,
    'corrupt-to': text,
    group: { type: 'string', multiple: true },
    kinds: text,
    window: text,
    noise: text,
    samples: text,
    seed: text,
    out: text,
  });
  const question = questionOf(flags);
  const { engine } = await openModel(context, engineOf(flags), flags.needed('model'));
  try {
    const spec = await fromInput(engine.resolve(question));
    await runAndShow(context, engine, spec, flags.text('out'));
  } finally {
    await engine.close();
  }
}

export async function run(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('run', argv, { ...engineFlags, out: text }, ['SPEC.json']);
  const path = flags.args[0]!;
  const content = await readText(context.cwd, path);
  const { spec, before } = await fromInput(() => specOf(content, path));
  const { engine, info } = await openModel(context, engineOf(flags), flags.text('model') ?? spec.model.id);
  try {
    checkModel(spec.model, info);
    const after = await runAndShow(context, engine, spec, flags.text('out'));
    if (before) context.print(`\n${deviationText(before, after)}`);
  } finally {
    await engine.close();
  }
}

/** A question from the flags of `trace`; what is left out is left to the engine. */
function questionOf(flags: Flags): TraceQuestion {
  const subjectRange = rangeOf(flags.text('subject-range'));
  const bos = flags.oneOf('bos', ['on', 'off']);
  const kinds = flags.text('kinds')?.split(',');
  const wanted: { [K in keyof TraceQuestion]: TraceQuestion[K] | undefined } = {
    prompt: flags.needed('prompt'),
    bos: bos && bos === 'on',
    subject: flags.text('subject'),
    subjectRange,
    answer: flags.text('answer'),
    distractor: flags.text('distractor'),
    metric: flags.oneOf('metric', ['p', 'logprob', 'logit-diff', 'rank']),
    corruptTo: flags.text('corrupt-to'),
    noise: flags.text('noise'),
    samples: flags.integer('samples', 1),
    seed: flags.integer('seed', 0),
    kinds: kinds?.map(kindOf),
    window: windowOf(flags.text('window')),
    groups: flags.isOn('group') ? flags.texts('group') : undefined,
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== undefined),
  ) as unknown as TraceQuestion;
}

function rangeOf(given: string | undefined): readonly [number, number] | undefined {
  if (given === undefined) return undefined;
  const [, begin, end] = /^(\d+),(\d+)$/.exec(given) ?? [];
  if (begin === undefined || end === undefined) {
    throw new InputError(`--subject-range: wrong value, got '${given}', expected two token positions b,e.`);
  }
  return [Number(begin), Number(end)];
}

function kindOf(name: string): 'hidden' | 'mlp' | 'attn' {
  if (name === 'hidden' || name === 'mlp' || name === 'attn') return name;
  throw new InputError(
    `--kinds: wrong value, got '${name}', expected hidden, mlp or attn, separated by commas.`,
  );
}

function windowOf(given: string | undefined): TraceQuestion['window'] {
  if (given === undefined || given === 'depth' || given === 'rome') return given;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new InputError(`--window: wrong value, got '${given}', expected a number of layers, depth or rome.`);
}

/** A spec, or the spec of a document; then `before` is the document. */
function specOf(content: string, path: string) {
  const json = parseJson(content, path) as Record<string, unknown> | null;
  const before = json?.format === 'loci' ? textToDocument(content) : null;
  const spec = before ? before.spec : json;
  if (spec === null || typeof spec !== 'object')
    throw new InputError(`${path}: not a spec, got ${json}, expected an object.`);
  return { spec: experimentOf(spec).parseSpec(spec), before };
}

function checkModel(asked: { id: string; revision: string }, { id, revision }: ModelInfo): void {
  if (asked.id === id && asked.revision === revision) return;
  throw new InputError(
    `--model: not the spec's model, got '${id}' (${revision}), expected '${asked.id}' (${asked.revision}). Name its folder.`,
  );
}

async function runAndShow(
  context: Context,
  engine: Engine,
  spec: Record<string, unknown>,
  out: string | undefined,
): Promise<ResultDocument> {
  const progress = progressLine(context);
  const document = await engine
    .run('cli', spec, (event) => {
      if (event.type === 'progress') {
        progress.show(
          `${Math.round(event.fraction * 100)} % ${event.doing}, ${Math.ceil(event.secondsLeft)} s left`,
        );
      }
      if (event.type === 'recovering') progress.show(`starting again: ${event.reason}`);
    })
    .finally(progress.clear);
  if (out !== undefined) await writeAtomic(context.cwd, out, documentToText(document));
  context.print(printDocument(document));
  return document;
}

function deviationText(before: ResultDocument, after: ResultDocument): string {
  const { rows, isWithin } = deviation(before, after);
  const lines = rows.map(
    ({ kind, quantity, largest, tolerance, isWithin: ok }) =>
      `${kind} ${quantity}: at most ${plainText(scientific(largest))} off (tolerance ${scientific(tolerance)})${ok ? '' : ' !'}`,
  );
  const verdict = isWithin ? 'The result is confirmed.' : 'The result is not confirmed.';
  return ['Compared with the document:', ...lines, verdict].join('\n');
}
