/**
 * loci gradients: the gradient of the answer's logit, or of another number of the logits, at hook
 * sites: a table of how large it is, and a safetensors file with TransformerLens's names.
 */
import type { DecodingTables, Engine, FoundGradients, Frozen, ModelInfo } from '../engine/api';
import { seedMetrics } from '../experiments/common/seed';
import { writeSafetensors } from '../load/writeSafetensors';
import { outcomeOf } from '../model/outcomes';
import { isContinuous } from '../model/siteKinds';
import { listSites } from '../model/sites';
import { defined } from '../util/defined';
import { quoted } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf } from './files';
import { parseFlags, texts } from './flags';
import { gradientTable, seedText } from './gradientTable';
import { engineFlags, engineOf, openModel } from './models';
import { sitesOf } from './sites';
import { readTables, tablesAt } from './tables';

const DEFAULT_SITES = 'hook_resid_pre';
const FREEZABLE: readonly Frozen[] = ['norm', 'pattern'];

export async function gradients(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('gradients', argv, {
    ...engineFlags,
    ...texts('prompt', 'bos', 'metric', 'answer', 'distractor', 'sites', 'freeze', 'edits', 'out'),
  });
  const prompt = flags.needed('prompt');
  const model = flags.needed('model');
  const bos = flags.oneOf('bos', ['on', 'off']);
  const seed = defined({
    metric: flags.oneOf('metric', seedMetrics),
    answer: flags.text('answer'),
    distractor: flags.text('distractor'),
  });
  const frozen = frozenOf(flags.text('freeze'));
  const tables = await readTables(context, flags.text('edits'));
  const out = flags.text('out');
  const target = await outOf(context, out);
  const { engine, info } = await openModel(context, engineOf(flags), model);
  try {
    const every = listSites(info.spec).filter(isContinuous);
    const sites = await fromInput(() => sitesOf(info.spec, flags.text('sites') ?? DEFAULT_SITES, every));
    const asked = { prompt, bos: bos ? bos === 'on' : info.bos, ...seed };
    const edits = await editsOf(engine, asked, tables);
    const found = await fromInput(engine.gradients({ ...asked, sites, frozen, ...edits }));
    const of = await seedName(engine, info, found);
    const tensors = Object.fromEntries(sites.map((site) => [site, found.gradients[site]!]));
    await target.write(writeSafetensors(tensors, metadataOf(info, { prompt, of, frozen, found })));
    const but = frozen.length > 0 ? `, constant: ${frozen.join(', ')}` : '';
    target.report(`gradient of ${of}, ${found.tokens.length} tokens${but}`);
    target.report(...gradientTable(info.spec, tensors));
  } finally {
    await engine.close();
  }
}

function frozenOf(text: string | undefined): Frozen[] {
  const given = text?.split(',').map((one) => one.trim()) ?? [];
  const wrong = given.find((one) => !FREEZABLE.some((known) => known === one));
  if (wrong !== undefined)
    throw new InputError(
      `loci gradients: --freeze: wrong value, got ${quoted(wrong)}, expected ${FREEZABLE.join(', ')} or both with a comma between.`,
    );
  return FREEZABLE.filter((known) => given.includes(known));
}

/** The tables of --edits, with 'all' as the prompt's positions. */
async function editsOf(
  engine: Engine,
  { prompt, bos }: { readonly prompt: string; readonly bos: boolean },
  tables: DecodingTables | null,
) {
  if (!tables) return {};
  const { length } = await fromInput(engine.tokenize(prompt, bos));
  return fromInput(() => tablesAt(tables, length));
}

async function seedName(engine: Engine, { spec }: ModelInfo, { seed }: FoundGradients): Promise<string> {
  const [scalar] = 'mean' in seed ? seed.mean : [];
  const ids =
    'weights' in scalar! ? scalar.weights.map(([id]) => id) : 'token' in scalar! ? [scalar.token] : [];
  const words = new Map<number, string>();
  for (const id of ids) words.set(id, spec.head === 'classes' ? '' : await engine.decode([id]));
  return seedText(
    scalar!,
    outcomeOf(spec, (id) => words.get(id)!),
  );
}

interface About {
  readonly prompt: string;
  readonly of: string;
  readonly frozen: readonly Frozen[];
  readonly found: FoundGradients;
}

const metadataOf = ({ id, revision, sha256 }: ModelInfo, { prompt, of, frozen, found }: About) => ({
  format: 'loci-gradients',
  prompt,
  tokens: JSON.stringify(found.tokens),
  of,
  seed: JSON.stringify(found.seed),
  frozen: frozen.join(','),
  model: id,
  revision,
  sha256,
});
