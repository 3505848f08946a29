/** loci run of a question about a net (docs/images.md): --images gives its pictures. */
import { join } from 'node:path';
import type { AnyNetExperiment, NetQuestion } from '../experiments/net/experiment';
import { classCount } from '../engine/net/classes';
import { type NetAsked, runNetStudy } from '../engine/net/study';
import { measuredStore } from '../engine/measuredStore';
import { diskStore } from '../load/diskStore';
import type { ResultDocument } from '../results/document';
import { quoted } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { cacheFolder, outOf } from './files';
import type { Flags } from './flags';
import { imageOf, type NetImage, type NamedNet, openNet } from './nets';
import { showDocument } from './showDocument';
import { isPictureName, pictureFile, pictureSet } from './pictures';

/** Pictures of a class that are measured, unless --max says otherwise. */
const MOST_PICTURES = 100;

interface Asked {
  readonly experiment: AnyNetExperiment;
  /** As typed, or a document's. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** The document whose question is run again. */
  readonly before: ResultDocument | null;
}

/** Opens the net, asks, and shows the document. */
export async function askNet(context: Context, flags: Flags, asking: Asked): Promise<void> {
  const { asked, before } = asking;
  const { id } = (asked.model ?? {}) as { id?: unknown };
  const model = flags.text('model') ?? (typeof id === 'string' ? id : flags.needed('model'));
  const out = await outOf(context, flags.text('out'));
  const store = flags.isOn('resume')
    ? measuredStore(diskStore(join(cacheFolder(context.env), 'studies')))
    : null;
  const net = await openNet(context, model);
  try {
    const study = await studyOf(context, flags, asking, net);
    await showDocument(context, { out, before }, (onEvent) =>
      fromInput(runNetStudy('cli', net, study, { onEvent, store })),
    );
  } finally {
    await net.engine.close();
  }
}

async function studyOf(context: Context, flags: Flags, asking: Asked, net: NamedNet): Promise<NetAsked> {
  const { experiment, asked } = asking;
  const { info, label, preprocessing, model } = net;
  const images = await imagesOf(context, flags, asking, net);
  const { images: before, model: _, preprocessing: __, name: ___, ...question } = asked;
  const spec = await fromInput(() =>
    experiment.resolve(question, {
      model,
      preprocessing,
      images: images.map(({ name, sha256 }) => ({ name, sha256 })),
      net: info.spec,
      classes: classCount(info.spec),
      label,
    }),
  );
  if (before !== undefined) checkSame(before as NetQuestion['images'], images);
  return { experiment, spec, images: images.map(({ data }) => data) };
}

async function imagesOf(
  { cwd }: Context,
  flags: Flags,
  { experiment, asked }: Asked,
  net: NamedNet,
): Promise<NetImage[]> {
  const { takes, asksClass } = experiment;
  // What the net does not take is said by `resolve`.
  if (takes === 'latents' || net.preprocessing === null) return [];
  const path = flags.text('images');
  if (path === undefined)
    throw new InputError(
      `--images: is missing, got a question about ${takes === 'picture' ? 'a picture' : 'pictures'}, expected its file, folder or archive.`,
    );
  if (isPictureName(path)) return [await imageOf(net, await pictureFile(cwd, path))];
  const all = await pictureSet(cwd, path);
  const names = Array.isArray(asked.images)
    ? (asked.images as NetQuestion['images']).map(({ name }) => name)
    : null;
  const own = names
    ? names.flatMap((name) => all.find((file) => file.name === name) ?? [])
    : all
        .filter(({ name }) => !asksClass || name.startsWith(`${folderOf(asked.class, net)}/`))
        .slice(0, flags.integer('max', 1) ?? MOST_PICTURES);
  if (own.length === 0)
    throw new InputError(
      `--images: holds no pictures of ${quoted(`${asked.class}`)}, got none, expected a folder of that name.`,
    );
  return Promise.all(own.map((file) => imageOf(net, file)));
}

/** A class's pictures are in a folder of its name, whether a question has its name or its number. */
const folderOf = (asked: unknown, { label }: NamedNet): string =>
  typeof asked === 'number' ? label(asked) : `${asked}`;

function checkSame(before: NetQuestion['images'], now: readonly NetImage[]): void {
  const other = before.find((one, i) => !now[i]?.sha256.startsWith(one.sha256));
  if (before.length === now.length && !other) return;
  throw new InputError(
    `--images: not the pictures of the document, got ${now.length}${other ? ` without ${quoted(other.name)} as it was` : ''}, expected the same ${before.length}.`,
  );
}
