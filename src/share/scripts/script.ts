/**
 * A result as a Python script that repeats the experiment with TransformerLens or nnsight (locally
 * or on NDIF). It holds the question as token ids and the document's numbers, and reports its
 * deviation from them.
 */
import { append } from '../../util/lists';
import { quoted } from '../../util/parse';
import { experimentOf } from '../../experiments/registry';
import type { ResultDocument } from '../../results/document';
import { joined, numberLines, type Python, python, textOf } from '../../util/code/python';
import { ablationPart } from './ablation';
import { attributionPart } from './attribution';
import { files } from './files';
import { interventionPart } from './intervention';
import { knockoutPart } from './knockout';
import { lensPart } from './logitLens';
import {
  metricCode,
  type Numbers,
  numbersOf,
  type PartOf,
  refuse,
  type ScriptBackend,
  type ScriptPart,
} from './part';
import { patchingPart } from './patching';
import { pathPatchingPart } from './pathPatching';
import { tracePart } from './trace';

const PARTS: ReadonlyMap<string, PartOf> = new Map([
  ['causal-trace', tracePart],
  ['activation-patching', patchingPart],
  ['ablation', ablationPart],
  ['knockout', knockoutPart],
  ['path-patching', pathPatchingPart],
  ['intervention', interventionPart],
  ['attribution', attributionPart],
  ['logit-lens', lensPart],
]);

/** Sections for a family's modules and its final norm. Mistral and Qwen 2 have Llama's modules. */
const FAMILIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['gpt2', ['gpt2', 'LayerNorm']],
  ['llama', ['llama', 'RMSNorm']],
  ['mistral', ['llama', 'RMSNorm']],
  ['qwen2', ['llama', 'RMSNorm']],
]);

/** Largest difference accepted by scripts. */
const TOLERANCE = python`1e-4`;

/** Kinds of documents with scripts. */
export const hasScript = ({ kind }: ResultDocument): boolean => PARTS.has(kind);

/** Throws one sentence if a script cannot express this result. */
export function scriptOf(document: ResultDocument, backend: ScriptBackend): string {
  const partOf = PARTS.get(document.kind);
  if (!partOf)
    return refuse(
      'there is no script for this experiment',
      `'${document.kind}'`,
      [...PARTS.keys()].join(', '),
    );
  const family = familyFlags(document);
  const part = partOf(document, backend);
  const flags = new Set([...part.flags, ...part.sites, ...family]);
  const runner = backend === 'nnsight' ? [files.nnsight, files.masks] : [files.transformerLens];
  const code = [
    head(document, backend, part),
    joined(part.constants, '\n'),
    python`TOLERANCE = ${TOLERANCE}`,
    lociNumbers(part.numbers ?? numbersOf(document)),
    ...runner.map((file) => file(flags)),
    metricCode(document.spec.metric as 'p'),
    ...part.body.map((file) => file(flags)),
    ...(part.measure ? [figuresCode(part.measure, flags.has('several'))] : []),
    files.compare(flags),
  ];
  return `${spaced(textOf(joined(code, '\n\n')))}\n`;
}

/** `figures()`: {figure: values} of the one case, or the mean over several. */
const figuresCode = (measure: Python, isSeveral: boolean): Python =>
  isSeveral
    ? python`def figures():\n    return mean_over_cases([${measure}(case) for case in CASES])`
    : python`def figures():\n    return ${measure}(CASES[0])`;

/** Two blank lines around top-level functions (PEP 8). */
function spaced(text: string): string {
  const out: string[] = [];
  let before = '';
  let empty = 0;
  for (const line of text.split('\n')) {
    if (line === '') {
      empty++;
      continue;
    }
    if (before !== '') append(out, EMPTY.slice(0, emptyBetween(before, line, empty)));
    out.push(line);
    before = line;
    empty = 0;
  }
  return [...out, ...EMPTY.slice(0, Math.min(empty, 1))].join('\n');
}

const EMPTY = ['', ''];

function emptyBetween(before: string, line: string, empty: number): number {
  if (before.startsWith('@torch') && line.startsWith('def ')) return 0;
  if (/^(?:@torch|def |if __name__)/.test(line)) return 2;
  if (before.startsWith('    ') && /^[A-Z_a-z*].*(?: = |, )/.test(line)) return 2;
  return Math.min(empty, 1);
}

function familyFlags({ model }: ResultDocument): readonly string[] {
  const known = [...FAMILIES.keys()].join(', ');
  if (model.family === undefined)
    refuse('the document does not say what model this is', 'no family', `${known}. Run it again`);
  const flags = FAMILIES.get(model.family);
  if (!flags) return refuse('scripts do not know the modules of this family', quoted(model.family), known);
  if (model.id.endsWith('.gguf'))
    return refuse('a GGUF file has other weights than the model it was made from', model.id, 'safetensors');
  return flags;
}

const TITLES: Readonly<Record<ScriptBackend, Python>> = {
  'transformer-lens': python`TransformerLens`,
  nnsight: python`nnsight`,
};
function head(document: ResultDocument, backend: ScriptBackend, { flags }: ScriptPart): Python {
  const { title, asks } = experimentOf(document.spec).about;
  const { loci, time } = document.environment;
  const { id, revision, weights } = document.model;
  const isHub = revision !== 'builtin' && revision !== 'local';
  const lens = backend === 'transformer-lens';
  const packages = lens ? python`transformer-lens==4.3.0` : python`nnsight==0.8.1 transformers==5.23.0`;
  const imports = lens
    ? [
        python`from functools import partial\n`,
        python`import numpy as np`,
        python`import torch`,
        ...(flags.includes('patching') ? [python`from transformer_lens import patching`] : []),
        python`from transformer_lens.model_bridge import TransformerBridge`,
      ]
    : [
        python``,
        python`import nnsight`,
        python`import numpy as np`,
        python`import torch`,
        python`from nnsight import TransformersModel`,
      ];
  const where = isHub
    ? python`another copy of the model`
    : python`the folder of the model, with config.json, tokenizer and weights`;
  const halves =
    weights === 'f16'
      ? python` Loci held the weights as half floats, this script has all their digits: expect more.`
      : python``;
  const lines = [
    python`"""A result of Loci, run again with ${TITLES[backend]}.`,
    python``,
    python`It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than`,
    python`${TOLERANCE}.${halves} Tokens are ids, so that no tokenizer comes between.`,
    python``,
    python`    pip install ${packages} numpy`,
    python`    python THIS_FILE [${where}]`,
    python`"""`,
    python``,
    python`import sys`,
    ...imports,
    python``,
    python`ABOUT = ${`${title}: ${asks}`}`,
    python`MADE = ${`Made by Loci ${loci} from a result of ${time.slice(0, 10)} for the model ${id}.`}`,
    python`MODEL = sys.argv[1] if len(sys.argv) > 1 else ${revision === 'builtin' ? `public/models/${id}` : id}`,
    python`REVISION = ${isHub ? revision : null}`,
    ...(lens
      ? []
      : [python`REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves`]),
  ];
  return joined(lines, '\n');
}

/** The document's numbers with 9 significant digits. */
function lociNumbers(numbers: readonly Numbers[]): Python {
  const names = numbers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) refuse('figures are told apart by name', `two of the name '${twice}'`, 'one');
  const round = (value: number | null) => (value === null ? null : Number(value.toPrecision(9)));
  const entries = numbers.map(
    ({ name, shape, values }) =>
      python`${name}: {"shape": ${shape}, "values": [\n${numberLines(values.map(round))}\n]}`,
  );
  return python`# Loci's own numbers, which this script is to find again.\nLOCI = {\n${joined(entries, ',\n')}\n}`;
}
