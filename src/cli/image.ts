/** loci image: what a net says to a picture, its sites, and their values as a safetensors file. */
import { classCount, likeliest } from '../engine/net/classes';
import { writeSafetensors } from '../load/writeSafetensors';
import { netSite } from '../model/net';
import { maxOf } from '../util/lists';
import { visible } from '../util/visible';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf } from './files';
import { type Flags, parseFlags, texts } from './flags';
import { imageOf, openNet, type NamedNet } from './nets';
import { pictureFile } from './pictures';

export async function image(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('image', argv, {
    ...texts('model', 'image', 'top', 'sites', 'out'),
    verify: { type: 'boolean' },
  });
  const [model, path] = [flags.needed('model'), flags.text('image')];
  const top = flags.integer('top', 1) ?? 5;
  if (path === undefined && (flags.isOn('verify') || flags.text('out') !== undefined))
    throw new InputError('--image: is missing, got nothing, expected a picture for --verify and --out.');
  const out = await outOf(context, flags.text('out'));
  const net = await openNet(context, model);
  try {
    if (path === undefined) {
      out.report(...siteTable(net));
      return;
    }
    const { data, name, sha256 } = await imageOf(net, await pictureFile(context.cwd, path));
    const { spec, environment } = net.info;
    const answer = spec.sites.at(-1)!.name;
    const sites = [...(await sitesOf(net, flags)), answer];
    const captured = await fromInput(net.engine.capture([data], [...new Set(sites)]));
    const scores = captured[answer]!.data;
    if (flags.text('out') !== undefined) {
      const tensors = Object.fromEntries(sites.map((site) => [site, captured[site]!]));
      const { title, sha256: model256 } = net.info;
      await out.write(
        writeSafetensors(tensors, {
          format: 'loci-sites',
          image: name,
          imageSha256: sha256,
          model: title,
          sha256: model256,
        }),
      );
    }
    if (classCount(spec) === null) out.report(`${answer} [${captured[answer]!.shape}]: no list of classes`);
    else
      out.report(
        ...likeliest(spec, scores, top).map(
          ({ id, p, score }) =>
            `${(100 * p).toFixed(1).padStart(5)} %  ${visible(net.label(id))}  (${id}, ${score.toFixed(3)})`,
        ),
      );
    out.report(
      `${environment.runtime}, ${environment.provider}, ${environment.device}, optimization ${environment.optimization}`,
    );
    if (flags.isOn('verify')) {
      const { against, bar, relative } = await net.engine.verify(data);
      out.report(
        `${relative.toExponential(1)} of the largest value off ${against} (bar ${bar.toExponential(0)})${relative <= bar ? '' : ' !'}`,
      );
    }
  } finally {
    await net.engine.close();
  }
}

async function sitesOf({ info: { spec } }: NamedNet, flags: Flags): Promise<string[]> {
  const asked = flags.text('sites');
  if (asked === undefined) return [];
  if (asked === 'all') return spec.sites.map(({ name }) => name);
  return fromInput(() => asked.split(',').map((name) => netSite(spec, name).name));
}

/** One line per site; those that cut the net are marked. */
function siteTable({ info: { spec } }: NamedNet): string[] {
  const rows = spec.sites.map(({ name, operator, lead, shape, isCut }) => [
    visible(name),
    operator,
    `[${lead === 1 ? shape : [lead, ...shape]}]`,
    isCut ? 'cuts the net' : '',
  ]);
  const widths = rows[0]!.map((_, column) => maxOf(rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
