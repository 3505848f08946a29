/** Files with a Jacobian lens: torch.save's, with the payloads of lenses and fits, and safetensors. */
import { blobSource } from '../../src/load/bytes';
import { openLens } from '../../src/load/lens';
import { writeLens } from '../../src/load/lens/write';
import { archive, dict, int, intDict, pickle, storage, tensor, text } from '../../src/load/testing/pickles';
import { bytesOf } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import type { Random } from '../random';
import { NOTHING_LOST, target } from '../target';

const GOLDEN = 'reference/goldens/jacobian_lens';

async function run(bytes: Uint8Array): Promise<readonly string[]> {
  await openLens(blobSource('lens.pt', new Blob([Uint8Array.from(bytes)])), null);
  return NOTHING_LOST;
}

const matrices = new Map([0, 2].map((layer) => [layer, Float32Array.from({ length: 16 }, (_, i) => i - 4)]));
const SMALL = { sha256: '', title: 'a', dModel: 4, layers: [0, 2], prompts: 3, skipFirst: 16, matrices };

export const lensBytes = target<Uint8Array>({
  name: 'lens-bytes',
  seeds: () => [
    writeLens(SMALL, 'pt', 'f32'),
    writeLens(SMALL, 'pt', 'f16'),
    writeLens(SMALL, 'safetensors', 'f32'),
    bytesOf(`${GOLDEN}/tiny-gpt_neox.pt`),
    bytesOf(`${GOLDEN}/checkpoint.pt`),
  ],
  mutate: (bytes, random) => mutateBytes(bytes, random),
  run,
});

/** What a payload says, by field; a case changes one to three of its numbers. */
type Payload = Readonly<
  Record<'layer' | 'other' | 'd' | 'rows' | 'stride' | 'count' | 'prompts' | 'kind', number>
>;

const NUMBERS = [0, 1, 2, 3, 4, 5, 16, 64, 999, 1000, 4096, 65_536, 2 ** 24, 2 ** 31 - 1, 2 ** 32, 2 ** 52];

/** A file of one or two matrices [rows, d] in a storage of `count` floats. */
function fileOf({ layer, other, d, rows, stride, count, prompts, kind }: Payload): Uint8Array {
  const one = tensor(storage(count), 0, [rows, d], [stride, 1]);
  const layers = intDict([
    [layer, one],
    [other, one],
  ]);
  const metadata = dict({ estimator: text('jacobian_lens'), skip_first_positions: int(prompts) });
  const fields: Record<string, Uint8Array> =
    kind % 2 === 0
      ? { J: layers, n_prompts: int(prompts), d_model: int(d), metadata }
      : { jacobian_sum: layers, n_done: int(prompts), target_layer: int(other) };
  const data = new Uint8Array(4 * Math.min(count, 64));
  return archive({ 'm/data.pkl': pickle(dict(fields)), 'm/data/0': data });
}

const GOOD: Payload = { layer: 0, other: 1, d: 4, rows: 4, stride: 4, count: 16, prompts: 3, kind: 0 };

function changed(payload: Payload, random: Random): Payload {
  const fields = Object.keys(payload) as (keyof Payload)[];
  const more = Array.from({ length: random.below(3) }, () => [random.pick(fields), random.pick(NUMBERS)]);
  return { ...payload, ...Object.fromEntries(more) };
}

export const lensClaims = target<object>({
  name: 'lens-claims',
  seeds: () => [GOOD, { ...GOOD, kind: 1 }],
  mutate: (payload, random) => changed(payload as Payload, random),
  run: (payload) => run(fileOf(payload as Payload)),
});
