/** Every target by its name; each file is loaded by the child that runs one of its targets. */
import type { Target } from '../target';

const targets: Readonly<Record<string, () => Promise<Target>>> = {
  link: async () => (await import('./links')).link,
  'link-repair': async () => (await import('./links')).linkRepair,
  'document-trace': async () => (await import('./documents')).traceDocument,
  'document-study': async () => (await import('./documents')).studyDocument,
  'document-graph': async () => (await import('./documents')).graphDocument,
  'task-set-json': async () => (await import('./sets')).taskSetJson,
  'task-set-csv': async () => (await import('./sets')).taskSetCsv,
  render: async () => (await import('./render')).rendering,
  safetensors: async () => (await import('./safetensors')).safetensors,
};

export const targetNames = Object.keys(targets);

export async function loadTarget(name: string): Promise<Target> {
  const load = Object.hasOwn(targets, name) ? targets[name] : undefined;
  if (!load)
    throw new Error(`fuzz: no such target, got '${name}', expected one of ${targetNames.join(', ')}.`);
  return load();
}
