/**
 * A result as a Python script that runs the experiment again where others work: with TransformerLens, or with nnsight
 * (here, or on NDIF). The script holds the question, with tokens as ids, and the document's numbers, and says how far its
 * own are from them.
 */
import { experimentOf } from '../../experiments/registry';
import type { ResultDocument } from '../../results/document';
import { ablationPart } from './ablation';
import { attributionPart } from './attribution';
import { scriptFamilies, type ScriptFamily } from './families';
import { interventionPart } from './intervention';
import { knockoutPart } from './knockout';
import { lensPart } from './logitLens';
import { metricText, type Numbers, type PartOf, refuse, type ScriptBackend, type ScriptPart } from './part';
import { patchingPart } from './patching';
import { pathPatchingPart } from './pathPatching';
import compare from './python/compare.py?raw';
import masks from './python/masks.py?raw';
import transformerLens from './python/transformer_lens.py?raw';
import { fillIn, wrapped } from './template';
import { tracePart } from './trace';

const PARTS: Readonly<Record<string, PartOf>> = {
  'causal-trace': tracePart,
  'activation-patching': patchingPart,
  ablation: ablationPart,
  knockout: knockoutPart,
  'path-patching': pathPatchingPart,
  intervention: interventionPart,
  attribution: attributionPart,
  'logit-lens': lensPart,
};

/** Largest difference that the scripts accept. */
const TOLERANCE = '1e-4';

/** Kinds of documents that there are scripts for. */
export const hasScript = ({ kind }: ResultDocument): boolean => Object.hasOwn(PARTS, kind);

/** Throws one sentence if this result cannot be said as a script. */
export function scriptOf(document: ResultDocument, backend: ScriptBackend): string {
  const partOf = PARTS[document.kind];
  if (!partOf)
    return refuse(
      'there is no script for this experiment',
      `'${document.kind}'`,
      Object.keys(PARTS).join(', '),
    );
  const family = familyOf(document);
  const part = partOf(document, backend);
  const flags = new Set([...part.flags, ...part.sites, family.norm]);
  const runner = backend === 'nnsight' ? family.nnsight + masks : transformerLens;
  const text = [
    head(document, backend, part),
    part.constants,
    `TOLERANCE = ${TOLERANCE}`,
    lociNumbers(part.numbers),
    fillIn(runner, flags).trim(),
    '',
    metricText(document.spec.metric as 'p'),
    ...part.body.map((template) => fillIn(template, flags).trim()),
    fillIn(compare, flags).trim(),
  ];
  return `${spaced(text.join('\n\n'))}\n`;
}

/** Two empty lines before and after each function at the top level, as Python's style guide has it. */
function spaced(text: string): string {
  return text
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n+(?=(?:@torch|def |if __name__))/g, '\n\n\n')
    .replace(/(?<=\n@torch[^\n]*)\n+(?=def )/g, '\n')
    .replace(/(?<=\n {4}[^\n]*)\n+(?=[A-Z_a-z*][^\n]*(?: = |, ))/g, '\n\n\n');
}

function familyOf({ model }: ResultDocument): ScriptFamily {
  const known = Object.keys(scriptFamilies).join(', ');
  if (model.family === undefined)
    refuse('the document does not say what model this is', 'no family', `${known}. Run it again`);
  const family = Object.hasOwn(scriptFamilies, model.family) ? scriptFamilies[model.family] : undefined;
  if (!family) return refuse('scripts do not know the modules of this family', `'${model.family}'`, known);
  if (model.id.endsWith('.gguf'))
    return refuse('a GGUF file has other weights than the model it was made from', model.id, 'safetensors');
  return family;
}

const TITLES: Readonly<Record<ScriptBackend, string>> = {
  'transformer-lens': 'TransformerLens',
  nnsight: 'nnsight',
};

function head(document: ResultDocument, backend: ScriptBackend, { flags }: ScriptPart): string {
  const { title, asks } = experimentOf(document.spec).about;
  const { id, revision, weights } = document.model;
  const isHub = revision !== 'builtin' && revision !== 'local';
  const model = { builtin: `public/models/${id}`, local: id }[revision] ?? id;
  const lens = backend === 'transformer-lens';
  const packages = lens ? 'transformer-lens==4.3.0' : 'nnsight==0.8.1 transformers==5.23.0';
  const imports = lens
    ? [
        'from functools import partial\n',
        'import numpy as np',
        'import torch',
        ...(flags.includes('patching') ? ['from transformer_lens import patching'] : []),
        'from transformer_lens.model_bridge import TransformerBridge',
      ]
    : ['', 'import nnsight', 'import numpy as np', 'import torch', 'from nnsight import TransformersModel'];
  const where = isHub
    ? 'another copy of the model'
    : 'the folder of the model, with config.json, tokenizer and weights';
  return [
    `"""${title} with ${TITLES[backend]}: ${asks}`,
    '',
    `Made by Loci ${document.environment.loci} from a result of ${document.environment.time.slice(0, 10)} for the model ${id}.`,
    "It runs the experiment, prints how far each figure is from Loci's numbers, and exits with 1 if that is more than",
    `${TOLERANCE}.${weights === 'f16' ? ' Loci held the weights as half floats, this script has all their digits: expect more.' : ''} Tokens are ids, so that no tokenizer comes between.`,
    '',
    `    pip install ${packages} numpy`,
    `    python THIS_FILE [${where}]`,
    '"""',
    '',
    'import json',
    'import sys',
    ...imports,
    '',
    `MODEL = sys.argv[1] if len(sys.argv) > 1 else ${JSON.stringify(model)}`,
    `REVISION = ${isHub ? JSON.stringify(revision) : 'None'}`,
    ...(lens ? [] : ['REMOTE = False  # True: on NDIF, which needs an API key and a model that it serves']),
  ].join('\n');
}

/** The document's numbers, 9 significant digits. */
function lociNumbers(numbers: readonly Numbers[]): string {
  const round = (value: number | null) => (value === null ? null : Number(value.toPrecision(9)));
  const entries = numbers.map(
    ({ name, shape, values }) =>
      `${JSON.stringify(name)}: {"shape": ${JSON.stringify(shape)}, "values": [\n${wrapped(values.map(round), '')}\n]}`,
  );
  return `# Loci's own numbers, which this script is to find again.\nLOCI = json.loads(r"""{\n${entries.join(',\n')}\n}""")`;
}
