/**
 * Packs a published tokenizer: `node reference/published/pack.mjs NAME FOLDER [LIKE LIKE_FOLDER]` reads tokenizer.json
 * and, if there is one, tokenizer_config.json of FOLDER and writes NAME.br beside this file: brotli of JSON, the
 * vocabulary as a list in the order of ids, each merge as the token that it makes and the length of its left part. With
 * LIKE, the name of another that has the same merges and is found in LIKE_FOLDER: the ids of its tokens, where they are
 * others, and the tokens that it lacks. `src/load/testing/published.ts` unpacks it and compares the hash.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const [name, folder, like, likeFolder] = process.argv.slice(2);
const read = (at, file) => JSON.parse(readFileSync(join(at, file), 'utf8'));
const published = read(folder, 'tokenizer.json');
const config = existsSync(join(folder, 'tokenizer_config.json'))
  ? read(folder, 'tokenizer_config.json')
  : null;
// Repeats what tokenizer.json has; nothing reads it.
if (config) delete config.added_tokens_decoder;

const { vocab, merges, ...model } = published.model;
const tokens = tokensOf(vocab);
const inOrder = Object.fromEntries(tokens.map((token, id) => [token, id]));
const whole = { ...published, model: { ...model, vocab: inOrder, ...(merges ? { merges } : {}) } };
const packed = {
  sha256: createHash('sha256').update(JSON.stringify(whole)).digest('hex'),
  tokenizer: { ...published, model },
  config,
  arePairs: Array.isArray(merges?.[0]),
  ...(like ? { like, ...differences(read(likeFolder, 'tokenizer.json').model) } : { tokens, cuts: cuts() }),
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

function tokensOf(idOf) {
  const list = [];
  for (const [token, id] of Object.entries(idOf)) list[id] = token;
  return list;
}

function cuts() {
  let last = -1;
  return merges?.map((merge) => {
    const [left, right] = pairOf(merge);
    const step = vocab[left + right] - last;
    last += step;
    return step === 1 ? left.length : [step, left.length];
  });
}

function pairOf(merge) {
  return Array.isArray(merge) ? merge : merge.split(' ');
}

function differences(other) {
  const theirs = other.merges.map((merge) => pairOf(merge).join(' '));
  if (merges.some((merge, i) => pairOf(merge).join(' ') !== theirs[i]))
    throw new Error(`${like} has other merges`);
  const others = tokensOf(other.vocab);
  // null: the same; -1: it has no such token.
  const ids = others.map((token, id) => (vocab[token] === id ? null : (vocab[token] ?? -1)));
  const known = new Set(others);
  const more = tokens.flatMap((token, id) => (known.has(token) ? [] : [[id, token]]));
  return { ...(ids.every((id) => id === null) ? {} : { ids }), ...(more.length > 0 ? { more } : {}) };
}
