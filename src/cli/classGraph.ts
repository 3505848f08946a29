/** loci class-graph: the channels of a net that lead to a class, after Ahmad et al. (docs/class-graph.md). */
import { type ClassRequest, runClassGraph } from '../engine/net/classGraph';
import { classCount } from '../engine/net/classes';
import { RULES } from '../experiments/class-graph/search';
import { printDocument } from '../results/print';
import { documentToText } from '../share/file';
import { quoted } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf } from './files';
import { parseFlags, texts } from './flags';
import { imageOf, type OpenedNet, openNet } from './nets';
import { pictureSet } from './pictures';
import { progressLine } from './progress';
import { range } from '../util/range';

const MOST_IMAGES = 100;
/** Width of the range from which u is drawn, as in the published code. */
const SOFT = 0.01;

export async function classGraph(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags(
    'class-graph',
    argv,
    texts('model', 'images', 'class', 'rule', 'beta', 'seed', 'max', 'out'),
  );
  const [model, set, asked] = [flags.needed('model'), flags.needed('images'), flags.needed('class')];
  const rule = RULES[flags.oneOf('rule', ['paired', 'ahmad']) ?? 'paired'];
  const beta = flags.number('beta');
  const seed = flags.integer('seed', 0) ?? 1;
  const u = beta === undefined ? { low: 0, high: 0, seed } : { low: beta, high: beta + SOFT, seed };
  const most = flags.integer('max', 2) ?? MOST_IMAGES;
  const out = await outOf(context, flags.text('out'));
  const net = await openNet(context, model);
  const progress = progressLine(context);
  try {
    const label = labelOf(net, asked);
    const name = net.label(label);
    const files = (await pictureSet(context.cwd, set))
      .filter((file) => file.name.startsWith(`${asked}/`))
      .slice(0, most);
    if (files.length === 0)
      throw new InputError(
        `--images: holds no pictures of ${quoted(asked)}, got none, expected a folder of that name.`,
      );
    const images = await Promise.all(files.map((file) => imageOf(net, file)));
    const request: ClassRequest = { label, name, rule, u, images, preprocessing: net.preprocessing };
    const document = await fromInput(
      runClassGraph(net.engine, net.info, request, ({ fraction, doing }) =>
        progress.show(`${doing} (${Math.round(100 * fraction)} %)`),
      ),
    ).finally(progress.clear);
    await out.write(documentToText(document));
    out.report(...printDocument(document).split('\n'));
  } finally {
    await net.engine.close();
  }
}

/** A class by its name, or by its number. */
function labelOf({ info, label }: OpenedNet, asked: string): number {
  const count = classCount(info.spec);
  if (count === null)
    throw new InputError('--model: does not name classes, got a net of another kind, expected a classifier.');
  const ids = range(0, count);
  const found = ids.find((id) => label(id) === asked) ?? ids.find((id) => `${id}` === asked);
  if (found !== undefined) return found;
  throw new InputError(
    `--class: there is no such class, got ${quoted(asked)}, expected a name such as ${quoted(label(0))}, or 0 to ${count - 1}.`,
  );
}
