/** pytorch_model.bin: the archive and the older stream, from torch.save and with hostile names. */
import { blobSource } from '../../src/load/bytes';
import { openPickled } from '../../src/load/pickle';
import { archive, dict, pickle, storage, tensor } from '../../src/load/testing/pickles';
import { bytesOf, filesIn } from '../corpus';
import { mutateBytes } from '../mutate/bytes';
import { setField } from '../mutate/json';
import { TEXTS } from '../mutate/names';
import { inUtf8, lostNames, NOTHING_LOST, target } from '../target';

const WHERE = 'pytorch_model.bin';

async function open(bytes: Uint8Array) {
  const { source, tensors } = await openPickled(blobSource(WHERE, new Blob([Uint8Array.from(bytes)])), WHERE);
  for (const { begin, end } of tensors) await source.read(begin, end);
  return tensors;
}

async function run(bytes: Uint8Array): Promise<readonly string[]> {
  await open(bytes);
  return NOTHING_LOST;
}

const files = (isArchive: boolean) =>
  filesIn('reference/loading/pickles', '.bin')
    .map(bytesOf)
    .filter((bytes) => (bytes[0] === 0x50) === isArchive);

export const pickleArchive = target<Uint8Array>({
  name: 'pickle-archive',
  seeds: () => files(true),
  mutate: (bytes, random) => mutateBytes(bytes, random),
  run,
});

export const pickleStream = target<Uint8Array>({
  name: 'pickle-stream',
  seeds: () => files(false),
  mutate: (bytes, random) => mutateBytes(bytes, random),
  run,
});

/** An archive whose tensors have these names and share one storage. */
function archiveOf(names: readonly string[]): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  for (const name of names) setField(entries, name, tensor(storage(4), 0, [2, 2], [2, 1]));
  return archive({ 'model/data.pkl': pickle(dict(entries)), 'model/data/0': new Uint8Array(16) });
}

export const pickleNames = target<object>({
  name: 'pickle-names',
  seeds: () => [['wte.weight', 'h.0.weight']],
  mutate: (_, random) => Array.from({ length: 1 + random.below(4) }, () => random.pick(TEXTS)),
  async run(names) {
    const tensors = await open(archiveOf(names as string[]));
    return lostNames(
      inUtf8(names as string[]),
      tensors.map(({ name }) => name),
    );
  },
});
