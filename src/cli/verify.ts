/**
 * loci verify: the largest error per hook site, compared with PyTorch's golden activations and with
 * the float64 reference. Fails if any site exceeds the bar.
 */
import { basename, join } from 'node:path';
import { readdir } from 'node:fs/promises';
import type { Engine, ModelInfo, SiteError } from '../engine/api';
import { siteError, VERIFY_BARS } from '../engine/verify';
import { BUILTIN_MODELS } from '../load/builtin';
import type { ModelFolder } from '../load/folder';
import { siteCalled } from '../model/aliases';
import { listSites } from '../model/sites';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { type Flags, parseFlags, texts } from './flags';
import { type GoldenCase, readGoldens } from './goldens';
import { engineFlags, engineOf, type OpenModel, openModel } from './models';
import { errorTable, type SiteErrors } from './verifyTable';

export async function verify(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('verify', argv, {
    ...engineFlags,
    ...texts('prompt', 'against'),
    all: { type: 'boolean' },
    full: { type: 'boolean' },
  });
  if (flags.isOn('all') && flags.isOn('model'))
    throw new InputError('loci verify: got both --all and --model, expected one.');
  const names = flags.isOn('all') ? await allModels(context) : [flags.needed('model')];
  const failed: string[] = [];
  for (const name of names) {
    if (!(await verifyModel(context, flags, name))) failed.push(name);
  }
  if (failed.length > 0) {
    throw new Error(
      `verify: ${failed.join(', ')}: a site differs by more than ${VERIFY_BARS[engineOf(flags).weights].toExponential()} of its largest value, see above.`,
    );
  }
}

/** The built-in models and the tiny checkpoints beside the goldens, which cover every family. */
async function allModels({ root }: Context): Promise<string[]> {
  const folder = join(root, 'reference', 'goldens');
  const names = await readdir(folder).catch(() => []);
  const builtin = BUILTIN_MODELS.map(({ id }) => id);
  return [...builtin, ...names.filter((name) => name.startsWith('tiny-')).map((name) => join(folder, name))];
}

/** Prints the model's table; returns true if every site is within the bar. */
async function verifyModel(context: Context, flags: Flags, name: string): Promise<boolean> {
  const model = await openModel(context, engineOf(flags), name, withTokenizer);
  const { engine, info } = model;
  try {
    const goldens = await readGoldens([
      model.path,
      join(context.root, 'reference', 'goldens', basename(model.path)),
    ]);
    const cases = goldens ?? [];
    const prompts = goldens ? goldens.map(({ tokens }) => tokens) : [await promptTokens(model, flags)];
    const errors: SiteErrors[] = [];
    for (const golden of cases) {
      for (const error of await againstGolden(engine, info, golden))
        errors.push({ ...error, against: 'golden', where: golden.name });
    }
    const other = flags.oneOf('against', ['reference', 'onnxruntime']) ?? 'reference';
    for (const [i, tokens] of prompts.entries()) {
      const where = cases[i]?.name ?? 'prompt';
      const verification = await engine.verify(tokens, other);
      for (const error of verification.errors) errors.push({ ...error, against: other, where });
    }
    const { adapter } = await engine.environment();
    const note = goldens ? '' : '; there are no golden activations of this model';
    context.print(
      `${info.title} on ${adapter}, ${prompts.length} prompt${prompts.length === 1 ? '' : 's'}${note}`,
    );
    context.print(...errorTable(info.spec, errors, other, flags.isOn('full')));
    const bar = VERIFY_BARS[info.weights];
    const worst = errors.reduce((largest, { relative }) => Math.max(largest, relative), 0);
    const isGood = errors.every(({ relative }) => relative <= bar);
    context.print(
      `largest relative error ${worst.toExponential(1)}, bar ${bar.toExponential()}: ${isGood ? 'passed' : 'FAILED'}`,
      '',
    );
    return isGood;
  } finally {
    await engine.close();
  }
}

async function againstGolden(engine: Engine, info: ModelInfo, golden: GoldenCase): Promise<SiteError[]> {
  for (const site of golden.sites) siteCalled(info.spec, site);
  // The tokens are the golden's input, not an activation.
  const expected = listSites(info.spec).filter(({ kind }) => kind !== 'hook_tokens');
  const missing = expected.find(({ name }) => !golden.sites.includes(name));
  if (missing)
    throw new Error(
      `verify: the golden activations lack a site, got ${golden.sites.length} others, expected ${missing.name}, too.`,
    );
  const captured = await engine.capture({ tokens: golden.tokens, sites: golden.sites });
  const errors: SiteError[] = [];
  for (const site of golden.sites)
    errors.push(siteError(site, captured[site]!.data, (await golden.read(site)).data));
  return errors;
}

/** --prompt, else the model's first fact. */
async function promptTokens({ engine, info }: OpenModel, flags: Flags): Promise<number[]> {
  const prompt = flags.text('prompt') ?? info.facts[0]?.prompt;
  if (prompt === undefined) {
    throw new InputError(
      'loci verify: --prompt is missing, got nothing: the model has neither golden activations nor facts.',
    );
  }
  return (await fromInput(engine.tokenize(prompt, info.bos))).map(({ id }) => id);
}

/** Activations are compared on token ids, so a checkpoint needs no tokenizer. */
function withTokenizer(folder: ModelFolder): ModelFolder {
  const empty = { model: { type: 'BPE', vocab: { a: 0 }, merges: [] }, decoder: { type: 'ByteLevel' } };
  return {
    ...folder,
    readFile: async (name, signal) =>
      (await folder.readFile(name, signal)) ??
      (name === 'tokenizer.json' ? new Blob([JSON.stringify(empty)]) : null),
  };
}
