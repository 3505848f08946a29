/** All export formats, for both the page and the command line. */
import { documentToCsv } from '../results/csv';
import type { ResultDocument } from '../results/document';
import { TRACE_KINDS } from '../results/traceMap';
import { fileStem } from '../util/code/fileName';
import type { ExportFormat } from './exportFormat';
import { figuresToNpz, traceToNpz } from './npz';
import { toDot } from './graphs/dot';
import { toEapIg } from './graphs/eapIg';
import { type GraphDocument, hasGraph } from './graphs/names';
import { toNeuronpedia } from './graphs/neuronpedia';
import { backends, type ScriptBackend } from './scripts/part';
import { hasScript, scriptOf } from './scripts/script';

const SCRIPTS: Readonly<Record<ScriptBackend, string>> = {
  'transformer-lens': 'TransformerLens script',
  nnsight: 'nnsight script',
};

/** The formats for this kind of document. */
export function exportFormats(document: ResultDocument): ExportFormat[] {
  const model = document.model.id.replace(/^.*[/\\]/s, '');
  const name = fileStem(`loci-${document.kind}-${model}`, 'loci');
  const scripts = backends.map(
    (backend): ExportFormat => ({
      id: backend,
      label: SCRIPTS[backend],
      fileName: `${name.replaceAll('-', '_')}_${backend.replaceAll('-', '_')}.py`,
      content: () => scriptOf(document, backend),
    }),
  );
  const csv: ExportFormat = {
    id: 'csv',
    label: 'CSV',
    fileName: `${name}.csv`,
    content: () => documentToCsv(document),
  };
  const graphs = hasGraph(document) ? graphFormats(document, name) : [];
  return [...(hasScript(document) ? scripts : []), ...graphs, ...arrays(document, name), csv];
}

function arrays(document: ResultDocument, name: string): ExportFormat[] {
  const content = () => figuresToNpz(document);
  const traced = document.kind === 'causal-trace' ? TRACE_KINDS : [];
  return [
    { id: 'npz', label: 'NumPy arrays', fileName: `${name}.npz`, content },
    // A ROME file holds one kind.
    ...traced
      .filter((kind) => document.figures.some((figure) => figure.name === kind))
      .map((kind) => ({
        id: `npz-${kind}`,
        label: `NumPy arrays of ROME (${kind})`,
        fileName: `${name}-${kind}.npz`,
        content: () => traceToNpz(document, kind),
      })),
  ];
}

function graphFormats(document: GraphDocument, name: string): ExportFormat[] {
  return [
    {
      id: 'eap-ig',
      label: 'EAP-IG circuit',
      fileName: `${name}-eap-ig.json`,
      content: () => toEapIg(document),
    },
    {
      id: 'neuronpedia',
      label: 'Neuronpedia graph',
      fileName: `${name}-neuronpedia.json`,
      content: () => toNeuronpedia(document),
    },
    { id: 'dot', label: 'Graphviz picture', fileName: `${name}.dot`, content: () => toDot(document) },
  ];
}
