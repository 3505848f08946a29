/**
 * A GGUF file's tokenizer as tokenizer.json and tokenizer_config.json: byte-level BPE ('gpt2') and
 * SentencePiece ('llama').
 */
import type { Metadata } from './metadata';
import { byteLevel, preTokenizerOf } from './preTokenizers';
import { quoted } from '../../util/parse';

/** ggml's kinds of token. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

/** Characters of a merged SentencePiece token; published ones have up to 48. */
const MAX_PIECE = 256;

/**
 * Characters examined to find all merges, the square of each piece's length: enough for 262
 * thousand pieces of 22 characters.
 */
const MAX_WORK = 2 ** 27;

/** Of Phi-3's names that are found whole, those that leave the white space after them; the files do not say it. */
const PHI3_PLAIN = new Set(['<unk>', '<s>', '<|endoftext|>']);

export interface GgufTokenizer {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: object;
  /** Assumptions, a sentence each. */
  readonly notes: readonly string[];
}

/** Parts of tokenizer.json, and what the rest is derived from. */
interface Parts {
  readonly addsBos: boolean;
  readonly notes?: readonly string[];
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
  readonly decoder: object;
  readonly model: object;
}

/** Throws an Error if the tokenizer's kind is unsupported. */
export function tokenizerOf(metadata: Metadata, where: string): GgufTokenizer {
  const kind = metadata.text('tokenizer.ggml.model');
  const tokens = metadata.texts('tokenizer.ggml.tokens');
  const types = metadata.has('tokenizer.ggml.token_type')
    ? metadata.numbers('tokenizer.ggml.token_type')
    : [];
  const isPhi3 = kind === 'llama' && metadata.maybeText('general.architecture') === 'phi3';
  const added = tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED && !(kind === 'llama' && type === UNKNOWN)) return [];
    const special = type !== USER_DEFINED;
    const rstrip = isPhi3 && type !== UNKNOWN && !PHI3_PLAIN.has(content);
    return [{ id, content, special, normalized: false, lstrip: false, rstrip, single_word: false }];
  });
  const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (!make) {
    throw new Error(
      `${where}: tokenizer.ggml.model: not supported, got ${quoted(kind)}, expected gpt2 or llama.`,
    );
  }
  const { addsBos, notes = [], ...parts } = make(metadata, tokens, types, where);
  const tokenizerJson = { version: '1.0', added_tokens: added, post_processor: null, ...parts };
  return { tokenizerJson, tokenizerConfig: configOf(metadata, tokens, addsBos), notes };
}

function byteLevelBpe(
  metadata: Metadata,
  tokens: readonly string[],
  types: readonly number[],
  where: string,
): Parts {
  const name = metadata.maybeText('tokenizer.ggml.pre');
  const known = preTokenizerOf(name, where);
  // Special tokens are found by name, never by merging.
  const vocab = Object.fromEntries(
    tokens.flatMap((token, id) => (types[id] === CONTROL || types[id] === USER_DEFINED ? [] : [[token, id]])),
  );
  return {
    addsBos: known.addsBos ?? false,
    notes: assumed(name, where),
    normalizer: known.nfc ? { type: 'NFC' } : null,
    pre_tokenizer: known.pre,
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      vocab,
      merges: metadata.texts('tokenizer.ggml.merges'),
      ignore_merges: known.ignoreMerges ?? false,
      byte_fallback: false,
    },
  };
}

/** llama.cpp assumes 'default' if a file does not say; no published tokenizer uses it. */
function assumed(name: string | undefined, where: string): string[] {
  if (name !== undefined && name !== 'default') return [];
  const got = name === undefined ? 'is missing' : "is 'default'";
  return [
    `${where}: tokenizer.ggml.pre ${got}: text is split as llama.cpp does in that case, which may not be how the model was trained. Numbers for a prompt may differ from the published model's.`,
  ];
}

/** SentencePiece merges by score: every way to combine two pieces is a merge, best pieces first. */
function sentencePiece(
  metadata: Metadata,
  tokens: readonly string[],
  types: readonly number[],
  where: string,
): Parts {
  const scores = metadata.numbers('tokenizer.ggml.scores');
  const vocab = new Map(tokens.map((token, id) => [token, id]));
  const merges: {
    readonly pair: string;
    readonly score: number;
    readonly left: number;
    readonly right: number;
  }[] = [];
  let work = 0;
  for (const [piece, id] of vocab) {
    // Tokens found by name may have any length; no merge makes them.
    if (piece.length > MAX_PIECE && (types[id] ?? NORMAL) !== NORMAL) continue;
    if (piece.length > MAX_PIECE) {
      throw new Error(
        `${where}: tokenizer.ggml.tokens: token ${id} is too long, got ${piece.length} characters, expected at most ${MAX_PIECE}.`,
      );
    }
    work += piece.length ** 2;
    if (work > MAX_WORK) {
      throw new Error(
        `${where}: tokenizer.ggml.tokens: are too long to be merged, got ${MAX_WORK} ways to put the first ${id} together, expected fewer.`,
      );
    }
    const letters = Array.from(piece);
    for (let i = 1; i < letters.length; i++) {
      const [a, b] = [letters.slice(0, i).join(''), letters.slice(i).join('')];
      const [left, right] = [vocab.get(a), vocab.get(b)];
      if (left === undefined || right === undefined) continue;
      merges.push({ pair: `${a} ${b}`, score: scores[id] ?? 0, left, right });
    }
  }
  // Some converters write equal scores when they have none: the order of merges is lost.
  if (merges.length > 1 && merges.every(({ score }) => score === merges[0]!.score)) {
    throw new Error(
      `${where}: tokenizer.ggml.scores: do not determine the order of merges, got ${merges[0]!.score} for every token, expected scores that differ.`,
    );
  }
  merges.sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  const unknown = tokens[types.indexOf(UNKNOWN)] ?? '<unk>';
  const addsSpace = metadata.isOn('tokenizer.ggml.add_space_prefix') ?? true;
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  return {
    addsBos: true,
    normalizer: {
      type: 'Sequence',
      normalizers: addsSpace ? [{ type: 'Prepend', prepend: '▁' }, spaces] : [spaces],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(addsSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(vocab),
      merges: merges.map(({ pair }) => pair),
      unk_token: unknown,
      fuse_unk: true,
      byte_fallback: true,
    },
  };
}

/** By `tokenizer.ggml.model`. */
const MAKERS: Readonly<Record<string, typeof sentencePiece>> = { gpt2: byteLevelBpe, llama: sentencePiece };

/** `addsBos`: the default if the file does not say. */
function configOf(metadata: Metadata, tokens: readonly string[], addsBos: boolean): object {
  const token = (key: string) => {
    const id = metadata.maybeNumber(`tokenizer.ggml.${key}_token_id`);
    return id === undefined ? undefined : tokens[id];
  };
  const [bos, eos] = [token('bos'), token('eos')];
  const template = metadata.maybeText('tokenizer.chat_template');
  return {
    ...(bos === undefined ? {} : { bos_token: bos }),
    ...(eos === undefined ? {} : { eos_token: eos }),
    add_bos_token: metadata.isOn('tokenizer.ggml.add_bos_token') ?? addsBos,
    ...(template === undefined ? {} : { chat_template: template }),
  };
}
