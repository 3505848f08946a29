/** Built-in models for resolving questions in tests. */
import { readFile } from 'node:fs/promises';
import { diskFolder } from '../../load/disk';
import { openCheckpoint } from '../../load/open';
import type { ResolveContext } from '../common/prompt';
import { inThisThread } from '../../load/tokenizer/inThisThread';

export async function builtinContext(id: string): Promise<ResolveContext> {
  const folder = diskFolder(`public/models/${id}`);
  const { tokenizer, spec, bos, card } = await openCheckpoint(
    { kind: 'builtin', id },
    { folder, startThread: inThisThread },
  );
  return {
    model: { id, revision: 'builtin' },
    spec,
    bosDefault: bos,
    special: tokenizer.special,
    maskToken: null,
    addsSpace: tokenizer.addsSpace,
    sigma: card?.sigma ?? null,
    lens: null,
    encode: tokenizer.encode,
    decode: (ids) => ids.map(tokenizer.decode),
    readSet: (name) => readFile(`public/sets/${name}.json`, 'utf8'),
    predict: () => Promise.reject(new Error('the answer is given')),
  };
}
