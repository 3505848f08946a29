/** All targets by name; a child process loads a file only to run one of its targets. */
import type { Target } from '../target';

const targets: Readonly<Record<string, () => Promise<Target>>> = {
  link: async () => (await import('./links')).link,
  'link-repair': async () => (await import('./links')).linkRepair,
  'document-trace': async () => (await import('./documents')).traceDocument,
  'document-study': async () => (await import('./documents')).studyDocument,
  'document-graph': async () => (await import('./documents')).graphDocument,
  spec: async () => (await import('./specs')).spec,
  'net-spec': async () => (await import('./specs')).netSpec,
  question: async () => (await import('./specs')).question,
  circuit: async () => (await import('./specs')).circuit,
  'task-set-json': async () => (await import('./sets')).taskSetJson,
  'task-set-csv': async () => (await import('./sets')).taskSetCsv,
  numbers: async () => (await import('./numbers')).numbers,
  npy: async () => (await import('./numbers')).npy,
  safetensors: async () => (await import('./safetensors')).safetensors,
  'pickle-archive': async () => (await import('./pickles')).pickleArchive,
  'pickle-stream': async () => (await import('./pickles')).pickleStream,
  'pickle-names': async () => (await import('./pickles')).pickleNames,
  'lens-bytes': async () => (await import('./lenses')).lensBytes,
  'lens-claims': async () => (await import('./lenses')).lensClaims,
  'gguf-bytes': async () => (await import('./gguf')).ggufBytes,
  'gguf-metadata': async () => (await import('./gguf')).ggufMetadata,
  'gguf-tokenizer': async () => (await import('./gguf')).ggufTokenizer,
  'onnx-graph': async () => (await import('./onnx')).onnxGraph,
  picture: async () => (await import('./pictures')).picture,
  preprocessor: async () => (await import('./pictures')).preprocessor,
  labels: async () => (await import('./pictures')).labels,
  config: async () => (await import('./models')).config,
  card: async () => (await import('./models')).card,
  facts: async () => (await import('./models')).facts,
  'shard-index': async () => (await import('./models')).shardIndex,
  'chat-template': async () => (await import('./models')).jinja,
  snippet: async () => (await import('./models')).snippet,
  'tokenizer-json': async () => (await import('./tokenizers')).tokenizerJson,
  'tokenizer-config': async () => (await import('./tokenizers')).tokenizerConfig,
  vocabulary: async () => (await import('./tokenizers')).vocabulary,
  'cache-record': async () => (await import('./stored')).cacheRecord,
  'hub-address': async () => (await import('./stored')).hubAddress,
  'server-headers': async () => (await import('./stored')).serverHeaders,
  'command-line': async () => (await import('./commands')).commandLine,
  export: async () => (await import('./exports')).exporting,
  'link-out': async () => (await import('./exports')).linkOut,
  edits: async () => (await import('./edits')).edits,
  'render-link': async () => (await import('./render')).renderingLink,
  render: async () => (await import('./render')).rendering,
};

export const targetNames = Object.keys(targets);

export async function loadTarget(name: string): Promise<Target> {
  if (name === 'self-test') return (await import('./selfTest')).selfTest;
  const load = Object.hasOwn(targets, name) ? targets[name] : undefined;
  if (!load)
    throw new Error(`fuzz: no such target, got '${name}', expected one of ${targetNames.join(', ')}.`);
  return load();
}
