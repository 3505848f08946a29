/**
 * Lists a model's weights from its spec and its family's module names. All families share one list
 * of slots, in the order of the pass; a slot exists only if the spec calls for it. Tensors have
 * Hugging Face's names: the module's plus '.weight' or '.bias'.
 */
import { range } from '../../util/range';
import {
  type ExpertsSpec,
  expertsOf,
  type ModelSpec,
  type WeightPart,
  type WeightSlot,
  qkvWidth,
} from '../spec';
import { denseHead } from '../denseHead';
import type { BlockSiteKind } from '../siteKinds';
import { append } from '../../util/lists';

/** A module's path without the base model's prefix, or several, the usual one first. */
export type ModulePath = string | readonly string[];

/**
 * Modules of a mixture of experts: the router, and for expert e `${each}.${e}.${gate}`, `in` and
 * `out`. If stacked, the tensors `${each}.${gate}`, which also holds the linear part, and `out`.
 */
export interface ExpertModules {
  readonly router: ModulePath;
  readonly each: ModulePath;
  readonly gate: string;
  readonly in: string;
  readonly out: string;
}

/** Module paths of a family's checkpoints. Paths within a block are relative to it. */
export interface ModuleNames {
  /** Possible prefixes of the paths below except those of `head`; the usual one first. */
  readonly prefixes: readonly string[];
  readonly embed: ModulePath;
  /** The output of `embed` precedes `embedScale`, so no site holds it. */
  readonly embedsUnscaled?: true;
  readonly positions?: ModulePath;
  readonly tokenTypes?: ModulePath;
  readonly embedNorm?: ModulePath;
  /** Block l is `${block}.${l}`. */
  readonly block: string;
  readonly inBlock: {
    readonly ln1?: ModulePath;
    readonly ln1_post?: ModulePath;
    readonly ln2?: ModulePath;
    readonly ln2_post?: ModulePath;
    /** Three modules, or one that holds all three. */
    readonly q?: ModulePath;
    readonly k?: ModulePath;
    readonly v?: ModulePath;
    readonly qkv?: ModulePath;
    readonly qNorm?: ModulePath;
    readonly kNorm?: ModulePath;
    /** A bare tensor, not a module's. */
    readonly sinks?: ModulePath;
    readonly o: ModulePath;
    readonly gate?: ModulePath;
    readonly in?: ModulePath;
    /** One module that holds the rows of `gate`, then those of `in`, without biases. */
    readonly gateIn?: ModulePath;
    readonly out: ModulePath;
    readonly experts?: ExpertModules;
    /** Modules without weights that people name: all attention, the whole MLP, its activation. */
    readonly attn?: ModulePath;
    readonly mlp?: ModulePath;
    readonly act?: ModulePath;
    /** Further modules, with the site of each one's output. */
    readonly others?: Readonly<Record<string, BlockSiteKind>>;
  };
  readonly finalNorm?: ModulePath;
  readonly head: HeadModules;
  /** Modules of a 'classes' head, if the family has one. */
  readonly classes?: HeadModules;
  /**
   * Maps row `row` of the `qkv` tensor to its row in W_QKV; absent if the order already matches.
   */
  readonly placeQkv?: (spec: ModelSpec) => (row: number) => number;
  /** Names of a norm's tensors; default ['weight'] and ['bias']. */
  readonly normTensors?: { readonly w: readonly string[]; readonly b: readonly string[] };
}

/** Modules of a head; full paths, without any prefix. */
export interface HeadModules {
  readonly unembed: ModulePath;
  readonly dense?: ModulePath;
  readonly norm?: ModulePath;
}

/** The modules of this spec's head. */
export function headModules({ head }: Pick<ModelSpec, 'head'>, names: ModuleNames): HeadModules {
  if (head !== 'classes') return names.head;
  if (!names.classes) throw new Error('internal: slots: the family names no modules of a classes head.');
  return names.classes;
}

const paths = (module: ModulePath): readonly string[] => (typeof module === 'string' ? [module] : module);

/** Full paths of block `l` itself, the usual one first. */
export const blockPaths = ({ prefixes, block }: ModuleNames, l: number): string[] =>
  prefixes.map((prefix) => `${prefix}${block}.${l}`);

/** All full paths of a module, the usual one first; block null for modules outside the blocks. */
export function modulePaths(names: ModuleNames, module: ModulePath, block: number | null): string[] {
  const inside = block === null ? '' : `${names.block}.${block}.`;
  return names.prefixes.flatMap((prefix) => paths(module).map((path) => `${prefix}${inside}${path}`));
}

/** Full paths of a head's module, which takes no prefix. */
export const headPaths = (module: ModulePath): readonly string[] => paths(module);

/** Every weight that a forward pass reads, in the order of the pass. */
export function slotsOf(spec: ModelSpec, names: ModuleNames): WeightSlot[] {
  const builder = new SlotBuilder(spec, names);
  return [
    ...builder.embedding(),
    ...range(0, spec.nLayers).flatMap((l) => builder.block(l)),
    ...builder.head(),
  ];
}

/** Names under which a checkpoint may store the unembedding, and its bias. */
export const unembeddingNames = (
  spec: Pick<ModelSpec, 'head'>,
  names: ModuleNames,
  tensor: 'weight' | 'bias' = 'weight',
): string[] => paths(headModules(spec, names).unembed).map((path) => `${path}.${tensor}`);

/**
 * Whether a tensor belongs to what the spec computes: inside a block, beside a table, norm or head
 * that is read, or below the base model's prefix. Other tensors belong to heads for other tasks.
 */
export function insideModel(spec: ModelSpec, names: ModuleNames): (tensor: string) => boolean {
  const { prefixes, block, embed, positions, tokenTypes, embedNorm, finalNorm } = names;
  const outside = [embed, positions, tokenTypes, embedNorm, finalNorm].flatMap((module) =>
    module === undefined ? [] : modulePaths(names, module, null),
  );
  const heads = spec.head === 'none' ? [] : Object.values(headModules(spec, names)).flatMap(headPaths);
  const modules = [...prefixes.map((prefix) => `${prefix}${block}`), ...outside, ...heads];
  const begins = [...modules.map((path) => `${path}.`), ...prefixes.filter((prefix) => prefix !== '')];
  return (tensor) => begins.some((begin) => tensor.startsWith(begin));
}

/** A module that the spec needs. The name maps are our own, so a missing module is a bug. */
function needed(module: ModulePath | undefined, name: string): ModulePath {
  if (module === undefined) throw new Error(`internal: slots: the family names no module for ${name}.`);
  return module;
}

class SlotBuilder {
  constructor(
    private readonly spec: ModelSpec,
    private readonly names: ModuleNames,
  ) {}

  embedding(): WeightSlot[] {
    const { names, spec } = this;
    const { dModel: D, positions } = spec;
    const table = (name: string, module: ModulePath | undefined, rows: number) =>
      one(name, [rows, D], this.tensors(module, name, null, 'weight'), 'table');
    // A checkpoint may store a tied table only under the unembedding's name.
    const tied = spec.tied ? unembeddingNames(spec, names) : [];
    const embed = this.tensors(names.embed, 'embed.W_E', null, 'weight');
    return [
      one('embed.W_E', [spec.nEmbeddings, D], [...embed, ...tied], 'table'),
      ...(positions.kind === 'learned'
        ? [table('pos_embed.W_pos', names.positions, spec.nCtx + positions.offset)]
        : []),
      ...(spec.nTokenTypes > 0 ? [table('embed.W_token_type', names.tokenTypes, spec.nTokenTypes)] : []),
      ...(spec.embedNorm ? this.norm('embed.ln', names.embedNorm, null) : []),
    ];
  }

  block(l: number): WeightSlot[] {
    const { spec } = this;
    const { placement } = spec;
    const { dModel: D, dMlp: M, dHead: K, nHeads: H, mlp, bias } = spec;
    const m = this.names.inBlock;
    const isBefore = placement === 'pre' || placement === 'sandwich';
    const at = `blocks.${l}`;
    const norm = (name: 'ln1' | 'ln1_post' | 'ln2' | 'ln2_post') => this.norm(`${at}.${name}`, m[name], l);
    const matrix = (name: string, module: ModulePath | undefined, inputs: number, outputs: number) =>
      one(`${at}.${name}`, this.oriented(inputs, outputs), this.tensors(module, name, l, 'weight'), 'matrix');
    const vector = (name: string, module: ModulePath | undefined, size: number, isHere: boolean) =>
      isHere ? [one(`${at}.${name}`, [size], this.tensors(module, name, l, 'bias'))] : [];
    const attention = [
      ...(isBefore ? norm('ln1') : []),
      ...this.qkv(l),
      ...this.qkNorms(l),
      ...(spec.attention.sinks
        ? [one(`${at}.attn.sinks`, [H], modulePaths(this.names, needed(m.sinks, 'attn.sinks'), l))]
        : []),
      matrix('attn.W_O', m.o, H * K, D),
      ...vector('attn.b_O', m.o, D, bias.o),
      ...(placement === 'sandwich' ? norm('ln1_post') : []),
      ...(isBefore ? [] : norm('ln1')),
    ];
    if (M === 0) return attention;
    const experts = expertsOf(spec, l);
    const ofMlp = experts
      ? [
          matrix('mlp.W_gate', m.experts?.router, D, experts.count),
          ...vector('mlp.b_gate', m.experts?.router, experts.count, experts.bias),
          ...(experts.stored === 'each' ? this.experts(l, experts) : this.stackedExperts(l, experts)),
        ]
      : [
          ...(m.gateIn
            ? this.gateIn(l, m.gateIn)
            : [
                ...(mlp.gated ? [matrix('mlp.W_gate', m.gate, D, M)] : []),
                ...vector('mlp.b_gate', m.gate, M, mlp.gated && bias.mlp),
                matrix('mlp.W_in', m.in, D, M),
                ...vector('mlp.b_in', m.in, M, bias.mlp),
              ]),
          matrix('mlp.W_out', m.out, M, D),
          ...vector('mlp.b_out', m.out, D, bias.mlp),
        ];
    return [
      ...attention,
      ...(isBefore ? norm('ln2') : []),
      ...ofMlp,
      ...(placement === 'sandwich' ? norm('ln2_post') : []),
      ...(isBefore ? [] : norm('ln2')),
    ];
  }

  /** All experts' matrices, one below the other. */
  private experts(l: number, { count, width }: ExpertsSpec): WeightSlot[] {
    const names = this.names.inBlock.experts;
    const each = paths(needed(names?.each, 'mlp.experts'));
    const { dModel: D } = this.spec;
    return (['gate', 'in', 'out'] as const).map((letter) => {
      const [inputs, outputs] = letter === 'out' ? [width, D] : [D, width];
      const name = `mlp.experts.W_${letter}`;
      const parts = range(0, count).map((e) => {
        const module = each.map((path) => `${path}.${e}.${names![letter]}`);
        return { sources: this.tensors(module, name, l, 'weight'), shape: [outputs, inputs] };
      });
      return { name: `blocks.${l}.${name}`, shape: [count * outputs, inputs], parts, role: 'matrix' };
    });
  }

  /** The checkpoint's layout: gate and linear part interleaved, [X, D, 2 M], and [X, M, D]. */
  private stackedExperts(l: number, { count: X, width: M, bias }: ExpertsSpec): WeightSlot[] {
    const names = this.names.inBlock.experts;
    const each = needed(names?.each, 'mlp.experts');
    const { dModel: D } = this.spec;
    const stack = (name: string, tensor: string, shape: number[], role: WeightSlot['role']): WeightSlot => {
      const sources = modulePaths(this.names, each, l).map((path) => `${path}.${tensor}`);
      return one(`blocks.${l}.mlp.experts.${name}`, shape, sources, role);
    };
    const [gate, out] = [names!.gate, names!.out];
    return [
      stack('W_gate_in', gate, [X, D, 2 * M], 'matrix'),
      ...(bias ? [stack('b_gate_in', `${gate}_bias`, [X, 2 * M], 'vector')] : []),
      stack('W_out', out, [X, M, D], 'matrix'),
      ...(bias ? [stack('b_out', `${out}_bias`, [X, D], 'vector')] : []),
    ];
  }

  head(): WeightSlot[] {
    const { spec, names } = this;
    const { dModel: D, dVocab: V } = spec;
    const modules = headModules(spec, names);
    const dense = denseHead(spec);
    const slots: WeightSlot[] = [];
    if (spec.finalNorm) append(slots, this.norm('ln_final', names.finalNorm, null));
    if (dense) {
      const densePaths = paths(needed(modules.dense, `${dense.name}.W`));
      slots.push(one(`${dense.name}.W`, [D, D], tensors(densePaths, ['weight']), 'matrix'));
      slots.push(one(`${dense.name}.b`, [D], tensors(densePaths, ['bias'])));
      if (dense.norm) append(slots, this.normAt(dense.norm, paths(needed(modules.norm, dense.norm))));
    }
    if (spec.head === 'none') return slots;
    if (!spec.tied) slots.push(one('unembed.W_U', [V, D], unembeddingNames(spec, names), 'table'));
    if (spec.bias.unembed) slots.push(one('unembed.b_U', [V], unembeddingNames(spec, names, 'bias')));
    return slots;
  }

  /** Queries, keys and values side by side, from one tensor or from three. */
  private qkv(l: number): WeightSlot[] {
    const { spec, names } = this;
    const { dModel: D, dHead: K, nHeads: H, nKvHeads: G } = spec;
    const { q, k, v, qkv } = names.inBlock;
    const width = qkvWidth(spec);
    const place = names.placeQkv?.(spec);
    const modules: [ModulePath | undefined, number][] = qkv
      ? [[qkv, width]]
      : [
          [q, H * K],
          [k, G * K],
          [v, G * K],
        ];
    const parts = (tensor: 'weight' | 'bias', shape: (rows: number) => number[]): WeightPart[] =>
      modules.map(([module, rows]) => ({
        sources: this.tensors(module, 'attn.W_QKV', l, tensor),
        shape: shape(rows),
        ...(place && { place }),
      }));
    const matrix = (rows: number) => this.oriented(D, rows);
    const at = `blocks.${l}.attn`;
    const slots: WeightSlot[] = [
      { name: `${at}.W_QKV`, shape: matrix(width), parts: parts('weight', matrix), role: 'matrix' },
    ];
    if (spec.bias.qkv) {
      const vector = (rows: number) => [rows];
      slots.push({ name: `${at}.b_QKV`, shape: [width], parts: parts('bias', vector), role: 'vector' });
    }
    return slots;
  }

  /** The gate's and the linear part's weights, from one tensor of 2 M rows without bias. */
  private gateIn(l: number, module: ModulePath): WeightSlot[] {
    const { dModel: D, dMlp: M } = this.spec;
    const half = (name: string, first: number): WeightSlot => {
      const sources = this.tensors(module, name, l, 'weight');
      const part = { sources, shape: [2 * M, D], taken: [first, first + M] } as const;
      return { name: `blocks.${l}.mlp.${name}`, shape: [M, D], parts: [part], role: 'matrix' };
    };
    return [half('W_gate', 0), half('W_in', M)];
  }

  private qkNorms(l: number): WeightSlot[] {
    const { nHeads: H, nKvHeads: G, dHead: K, attention } = this.spec;
    if (attention.qkNorm === 'none') return [];
    const { qNorm, kNorm } = this.names.inBlock;
    const size = (heads: number) => [attention.qkNorm === 'full' ? heads * K : K];
    return [
      one(`blocks.${l}.attn.q_norm.w`, size(H), this.tensors(qNorm, 'attn.q_norm', l, 'weight')),
      one(`blocks.${l}.attn.k_norm.w`, size(G), this.tensors(kNorm, 'attn.k_norm', l, 'weight')),
    ];
  }

  private norm(name: string, module: ModulePath | undefined, l: number | null): WeightSlot[] {
    const { hasWeight, hasBias } = this.spec.norm;
    if (!hasWeight && !hasBias) return [];
    return this.normAt(name, modulePaths(this.names, needed(module, name), l));
  }

  private normAt(name: string, at: readonly string[]): WeightSlot[] {
    const { dModel: D, norm } = this.spec;
    const called = this.names.normTensors ?? { w: ['weight'], b: ['bias'] };
    return [
      ...(norm.hasWeight ? [one(`${name}.w`, [D], tensors(at, called.w))] : []),
      ...(norm.hasBias ? [one(`${name}.b`, [D], tensors(at, called.b))] : []),
    ];
  }

  /** Names of a module's tensor; block null for modules outside the blocks. */
  private tensors(module: ModulePath | undefined, name: string, l: number | null, tensor: 'weight' | 'bias') {
    return tensors(modulePaths(this.names, needed(module, name), l), [tensor]);
  }

  private oriented(inputs: number, outputs: number): number[] {
    return this.spec.orientation === 'in-out' ? [inputs, outputs] : [outputs, inputs];
  }
}

const tensors = (at: readonly string[], called: readonly string[]): string[] =>
  called.flatMap((tensor) => at.map((path) => `${path}.${tensor}`));

/** A slot that is one tensor, unchanged from the checkpoint. */
function one(
  name: string,
  shape: readonly number[],
  sources: readonly string[],
  role: WeightSlot['role'] = 'vector',
): WeightSlot {
  return { name, shape, parts: [{ sources, shape }], role };
}
