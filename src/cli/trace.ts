/** loci trace: a question from flags. loci run: from a file. Both write and print the document. */
import type { Engine, ModelInfo, TightenRequest } from '../engine/api';
import { basename } from 'node:path';
import { isResolved } from '../experiments/common/question';
import { metrics } from '../experiments/common/spec';
import { shapeOf } from '../experiments/graph/shape';
import { netExperimentOf } from '../experiments/ofNets';
import { experimentOf } from '../experiments/registry';
import { withCases } from '../experiments/trace/flat';
import { BUILTIN_MODELS } from '../load/builtin';
import type { ResultDocument } from '../results/document';
import { namedCell } from '../results/finding';
import { TRACE_KINDS, type TraceKind } from '../results/traceMap';
import { textToDocument } from '../share/file';
import { circuitQuestion, type ImportedGraph } from '../share/graphs/imported';
import { readCircuit } from '../share/graphs/read';
import { defined } from '../util/defined';
import { named, parseJson, quoted, shown } from '../util/parse';
import { type Flat, resolveTrace, withPrompt } from './choices';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { type Out, outOf, readText } from './files';
import { type Flags, parseFlags } from './flags';
import { askNet } from './netQuestion';
import { attachLens } from './lens';
import { engineFlags, engineOf, openModel } from './models';
import { noticeLine } from './notices';
import { allowSnippets, snippetFlags } from './snippets';
import { showDocument } from './showDocument';

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
    tighten: { type: 'string', multiple: true },
    out: text,
  });
  const targets = flags.texts('tighten').map(targetOf);
  const asked = questionOf(flags);
  const model = flags.needed('model');
  const out = await outOf(context, flags.text('out'));
  const { engine } = await openModel(context, engineOf(flags), model);
  try {
    const question = await withPrompt(context, engine, asked);
    const spec = await resolveTrace(context, engine, question);
    await sayNotices(context, engine, withCases(question), false);
    await runAndShow(context, engine, spec, { out, targets });
  } finally {
    await engine.close();
  }
}

export async function run(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags(
    'run',
    argv,
    {
      ...engineFlags,
      set: text,
      images: text,
      max: text,
      lens: text,
      resume: { type: 'boolean' },
      tighten: { type: 'string', multiple: true },
      out: text,
      ...snippetFlags,
    },
    ['SPEC.json'],
  );
  const path = flags.args[0]!;
  const set = await setOf(context, flags.text('set'));
  const content = await readText(context.cwd, path);
  const circuit = await fromInput(() => readCircuit(parseJson(content, path), path));
  if (circuit) return runCircuit(context, flags, circuit, set);
  const targets = flags.texts('tighten').map(targetOf);
  const { asked, before } = await fromInput(async () => specOf(content, path, set));
  const ofNet = netExperimentOf(asked);
  if (ofNet) return askNet(context, flags, { experiment: ofNet, asked, before });
  const model = modelOf(asked);
  await allowSnippets(context, flags, asked, path);
  const out = await outOf(context, flags.text('out'));
  const { engine, info } = await openModel(context, engineOf(flags), modelToOpen(flags, model.id));
  try {
    checkModel(model, info);
    await attachLens(context, engine, flags.text('lens'));
    const spec = await fromInput(engine.resolve(asked));
    await sayNotices(context, engine, asked, true);
    await runAndShow(context, engine, spec, { out, targets, before });
  } finally {
    await engine.close();
  }
}

/** Evaluates another program's circuit on the model and prompts from the flags. */
async function runCircuit(
  context: Context,
  flags: Flags,
  circuit: ImportedGraph,
  set: object | undefined,
): Promise<void> {
  if (!set)
    throw new InputError(
      '--set: is missing, got a circuit without prompts, expected a file or a shipped set.',
    );
  const model = flags.needed('model');
  const out = await outOf(context, flags.text('out'));
  const { engine, info } = await openModel(context, engineOf(flags), model);
  try {
    const question = await fromInput(() => circuitQuestion(circuit, shapeOf(info.spec)));
    const asked = { ...question, model: { id: info.id, revision: info.revision }, set };
    const spec = await fromInput(engine.resolve(asked));
    await runAndShow(context, engine, spec, { out });
  } finally {
    await engine.close();
  }
}

/** A question from the flags of `trace`; anything omitted is chosen. */
function questionOf(flags: Flags): Flat {
  const bos = flags.oneOf('bos', ['on', 'off']);
  return defined<Flat>({
    prompt: flags.text('prompt'),
    bos: bos && bos === 'on',
    subject: flags.text('subject'),
    subjectRange: rangeOf(flags.text('subject-range')),
    answer: flags.text('answer'),
    distractor: flags.text('distractor'),
    metric: flags.oneOf('metric', metrics),
    corruptTo: flags.text('corrupt-to'),
    noise: flags.text('noise'),
    samples: flags.integer('samples', 1),
    seed: flags.integer('seed', 0),
    kinds: flags.text('kinds')?.split(',').map(kindOf),
    window: windowOf(flags.text('window')),
    groups: flags.isOn('group') ? flags.texts('group') : undefined,
  });
}

function rangeOf(given: string | undefined): readonly [number, number] | undefined {
  if (given === undefined) return undefined;
  const [, begin, end] = /^(\d+),(\d+)$/.exec(given) ?? [];
  if (begin === undefined || end === undefined) {
    throw new InputError(
      `--subject-range: wrong value, got ${quoted(given)}, expected two token positions b,e.`,
    );
  }
  return [Number(begin), Number(end)];
}

function kindOf(name: string): TraceKind {
  const kind = TRACE_KINDS.find((known) => known === name);
  if (kind) return kind;
  throw new InputError(
    `--kinds: wrong value, got ${quoted(name)}, expected hidden, mlp or attn, separated by commas.`,
  );
}

function windowOf(given: string | undefined): string | number | undefined {
  if (given === undefined || given === 'depth' || given === 'rome') return given;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  throw new InputError(
    `--window: wrong value, got ${quoted(given)}, expected a number of layers, depth or rome.`,
  );
}

/** --set: a file, or the name of a shipped set. */
async function setOf({ cwd }: Context, given: string | undefined): Promise<object | undefined> {
  if (given === undefined) return undefined;
  const isPath = /[./\\]/.test(given);
  return isPath ? { name: basename(given), text: await readText(cwd, given) } : { name: given };
}

/**
 * A question, a spec, or a document's spec; in the last case `before` is the document. `set`
 * replaces its cases.
 */
async function specOf(content: string, path: string, set: object | undefined) {
  const json = parseJson(content, path) as Record<string, unknown> | null;
  const before = json?.format === 'loci' ? await textToDocument(content) : null;
  const asked = before ? before.spec : json;
  if (asked === null || typeof asked !== 'object' || Array.isArray(asked))
    throw new InputError(`${path}: not a spec, got ${shown(json)}, expected an object.`);
  if (netExperimentOf(asked)) return { asked: asked as Record<string, unknown>, before };
  const experiment = experimentOf(asked);
  if (set) {
    if (before) throw new InputError(`${path}: is a document, got --set as well, expected a question.`);
    const { cases: _, set: own, ...question } = asked as Record<string, unknown>;
    return { asked: { ...question, set: { ...(own as object | undefined), ...set } }, before };
  }
  return { asked: isResolved(asked) ? experiment.parseSpec(asked) : asked, before };
}

/** The model named by a spec or question; a question may omit the revision. */
function modelOf(asked: Readonly<Record<string, unknown>>): { id: string; revision?: string } {
  const { id, revision } = (asked.model ?? {}) as { id?: unknown; revision?: unknown };
  if (typeof id !== 'string')
    throw new InputError(`spec: model.id: wrong value, got ${shown(id)}, expected the name of a model.`);
  return typeof revision === 'string' ? { id, revision } : { id };
}

/**
 * --model, else the built-in model named by the spec: a file never makes Loci fetch or read
 * another. The spec is then compared with the opened model.
 */
function modelToOpen(flags: Flags, id: string): string {
  const given = flags.text('model');
  if (given !== undefined) return given;
  if (BUILTIN_MODELS.some((model) => model.id === id)) return id;
  throw new InputError(
    `--model: is missing, got a spec about ${quoted(id)}, expected the name, folder or hub:ID of that model.`,
  );
}

function checkModel(asked: { id: string; revision?: string }, { id, revision }: ModelInfo): void {
  if (asked.id === id && (asked.revision === undefined || asked.revision === revision)) return;
  throw new InputError(
    `--model: not the spec's model, got ${quoted(id)} (${named(revision)}), expected ${quoted(asked.id)} (${named(asked.revision ?? 'any')}). Name its folder.`,
  );
}

/** Prints the question's notices before it runs. */
async function sayNotices(
  context: Context,
  engine: Engine,
  question: Readonly<Record<string, unknown>>,
  isFile: boolean,
): Promise<void> {
  for (const notice of await engine.notices(question)) context.note(noticeLine(notice, isFile));
}

interface Shown {
  readonly out: Out;
  /** Numbers of the trace for which to draw more noise. */
  readonly targets?: readonly Target[];
  /** The document whose question is run again. */
  readonly before?: ResultDocument | null;
}

async function runAndShow(
  context: Context,
  engine: Engine,
  spec: Record<string, unknown>,
  { out, targets = [], before = null }: Shown,
): Promise<void> {
  await showDocument(context, { out, before }, async (onEvent) => {
    const document = await engine.run('cli', spec, onEvent);
    if (targets.length === 0) return document;
    const request = await fromInput(() => tightenRequest(document, targets));
    const { seconds, forwards } = await fromInput(engine.estimateTighten(request));
    context.note(`Tightening: at most ${forwards} runs, about ${Math.ceil(seconds)} s.`);
    return engine.tighten('cli', request, onEvent);
  });
}

type Target = 'corrupted' | 'peak' | { readonly kind: string; readonly row: number; readonly layer: number };

/** --tighten: 'corrupted', 'peak', or a cell as kind,row,layer. */
function targetOf(given: string): Target {
  if (given === 'corrupted' || given === 'peak') return given;
  const [, kind, row, layer] = /^(hidden|mlp|attn),(\d+),(\d+)$/.exec(given) ?? [];
  if (kind === undefined) {
    throw new InputError(
      `--tighten: wrong value, got ${quoted(given)}, expected corrupted, peak, or kind,row,layer as in hidden,4,0.`,
    );
  }
  return { kind: kindOf(kind), row: Number(row), layer: Number(layer) };
}

/**
 * The peak is the cell that the finding names. Throws an Error if there is none, or for a study.
 */
function tightenRequest(document: ResultDocument, targets: readonly Target[]): TightenRequest {
  const cells = targets.map((target) => {
    if (target === 'corrupted') return target;
    if (target === 'peak') {
      const peak = namedCell(document);
      if (peak) return peak;
      throw new Error('--tighten: this trace has no peak, got peak, expected corrupted or a cell.');
    }
    const { kind, row, layer } = target;
    const layers = document.figures.find(({ name }) => name === kind)?.axes[1]?.labels.length ?? 1;
    // A layer beyond the last one is no cell of the next row.
    const cell = layer < layers ? row * layers + layer : Number.MAX_SAFE_INTEGER;
    return { figure: kind, cell };
  });
  return { document, targets: cells };
}
