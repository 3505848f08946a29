/**
 * Packs a published tokenizer: `node reference/published/pack.mjs NAME FOLDER [LIKE]` reads tokenizer.json and, if
 * there is one, tokenizer_config.json of FOLDER and writes NAME.br beside this file: brotli of JSON, the vocabulary as
 * a list in the order of ids, each merge as the token that it makes and the length of its left part; or LIKE, the name
 * of another that has the same. `src/load/testing/published.ts` unpacks it and compares the hash.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const [name, folder, like] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const published = read('tokenizer.json');
const config = existsSync(join(folder, 'tokenizer_config.json')) ? read('tokenizer_config.json') : null;
// Repeats what tokenizer.json has; nothing reads it.
if (config) delete config.added_tokens_decoder;

const { vocab, merges, ...model } = published.model;
const tokens = [];
for (const [token, id] of Object.entries(vocab)) tokens[id] = token;
const inOrder = Object.fromEntries(tokens.map((token, id) => [token, id]));
let last = -1;
const cuts = merges?.map((merge) => {
  const [left, right] = Array.isArray(merge) ? merge : merge.split(' ');
  const step = vocab[left + right] - last;
  last += step;
  return step === 1 ? left.length : [step, left.length];
});
const whole = { ...published, model: { ...model, vocab: inOrder, ...(merges ? { merges } : {}) } };
const packed = {
  sha256: createHash('sha256').update(JSON.stringify(whole)).digest('hex'),
  tokenizer: { ...published, model },
  config,
  arePairs: Array.isArray(merges?.[0]),
  ...(like ? { like } : { tokens, cuts }),
};
const text = Buffer.from(JSON.stringify(packed));
const bytes = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  },
});
writeFileSync(join(import.meta.dirname, `${name}.br`), bytes);
console.log(`${name}: ${tokens.length} tokens, ${merges?.length ?? 0} merges, ${bytes.length} bytes`);
