/** loci lens fit: fits a Jacobian lens on texts. loci lens show: what a lens's file holds. */
import { openAsBlob } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Engine } from '../engine/api';
import { blobSource } from '../load/bytes';
import { type OpenedLens, openLens } from '../load/lens';
import { parseJson, quoted, shown } from '../util/parse';
import type { Context } from './context';
import { fromInput, InputError } from './errors';
import { outOf, readText } from './files';
import { parseFlags, texts } from './flags';
import { lensTable } from './lensTable';
import { engineFlags, engineOf, openModel } from './models';
import { progressLine } from './progress';

export async function lens(context: Context, [what, ...argv]: readonly string[]): Promise<void> {
  if (what === 'fit') return fitFile(context, argv);
  if (what === 'show') return showFile(context, argv);
  const got = what === undefined ? 'nothing' : quoted(what);
  throw new InputError(`loci lens: got ${got}, expected fit or show.`);
}

async function fitFile(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('lens fit', argv, {
    ...engineFlags,
    ...texts('texts', 'max-tokens', 'skip-first', 'layers', 'bos', 'dtype', 'out'),
  });
  const path = flags.needed('texts');
  const out = flags.needed('out');
  const format = out.endsWith('.safetensors') ? 'safetensors' : 'pt';
  const dtype = flags.oneOf('dtype', ['f16', 'f32']);
  const [maxTokens, skipFirst] = [flags.integer('max-tokens', 1), flags.integer('skip-first', 0)];
  const layers = layersOf(flags.text('layers'));
  const bos = flags.oneOf('bos', ['on', 'off']);
  const list = textsOf(path, await readText(context.cwd, path));
  const target = await outOf(context, out);
  const { engine } = await openModel(context, engineOf(flags), flags.needed('model'));
  const progress = progressLine(context);
  try {
    const request = {
      title: basename(path),
      texts: list,
      ...(bos && { bos: bos === 'on' }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(skipFirst !== undefined && { skipFirst }),
      ...(layers && { layers }),
    };
    const began = performance.now();
    const fitting = engine.fitLens('cli', request, ({ fraction, doing, secondsLeft }) =>
      progress.show(`${Math.round(fraction * 100)} % ${doing}, ${Math.ceil(secondsLeft)} s left`),
    );
    const { lens: fitted, skipped, takenUp } = await fromInput(fitting).finally(progress.clear);
    await target.write((await fromInput(engine.exportLens(format, dtype))).bytes);
    const seconds = Math.round((performance.now() - began) / 1000);
    const less = skipped > 0 ? `, ${skipped} left out as too short` : '';
    const more = takenUp > 0 ? `, ${takenUp} of them measured earlier` : '';
    const matrices = `${fitted.layers.length} matrices of ${fitted.dModel} x ${fitted.dModel}`;
    target.report(`${matrices} from ${fitted.prompts} texts${more}${less}, in ${seconds} s: ${out}`);
  } finally {
    await engine.close();
  }
}

async function showFile(context: Context, argv: readonly string[]): Promise<void> {
  const flags = parseFlags('lens show', argv, texts('against'), ['FILE']);
  const open = async (path: string): Promise<OpenedLens> => {
    const { name, file } = await lensFile(context, path);
    return fromInput(openLens(blobSource(name, file), null));
  };
  const other = flags.text('against');
  context.print(...lensTable(await open(flags.args[0]!), other === undefined ? null : await open(other)));
}

/** --lens: opens a file's lens in the open model. */
export async function attachLens(context: Context, engine: Engine, path: string | undefined): Promise<void> {
  if (path !== undefined) await fromInput(engine.openLens(await lensFile(context, path)));
}

async function lensFile({ cwd }: Context, path: string) {
  try {
    return { name: basename(path), file: await openAsBlob(resolve(cwd, path)) };
  } catch {
    throw new InputError(`${quoted(path)}: cannot be read, expected a file with a lens.`);
  }
}

/** A JSON list of texts, or of lists of token ids; else a text per line. */
function textsOf(path: string, content: string): readonly (string | readonly number[])[] {
  if (!path.endsWith('.json')) return content.split(/\r?\n/).filter((line) => line.trim() !== '');
  const json = parseJson(content, path);
  const isText = (one: unknown): boolean =>
    typeof one === 'string' || (Array.isArray(one) && one.every((id) => Number.isSafeInteger(id)));
  if (Array.isArray(json) && json.every(isText)) return json as (string | number[])[];
  throw new InputError(`${path}: not a list of texts, got ${shown(json)}, expected ["..", "..", ...].`);
}

function layersOf(given: string | undefined): readonly number[] | undefined {
  if (given === undefined) return undefined;
  if (/^\d+(,\d+)*$/.test(given)) return given.split(',').map(Number);
  throw new InputError(
    `loci lens fit: --layers: wrong value, got ${quoted(given)}, expected numbers with commas between, as in 0,2,4.`,
  );
}
