/** Startup: first a finding, then the engine, then the model. */
import type { ModelSource } from '../../engine/api';
import { BUILTIN_MODELS } from '../../load/builtin';
import { exampleLink, examples } from '../examples';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { showFinding } from './findings';
import { openModel } from './model';
import { checkDraft } from './question';
import { hasLink, openLink } from './share';

/** The model that the page opens with. */
export const EMBEDDED: ModelSource = { kind: 'builtin', id: BUILTIN_MODELS[0].id };

/** Shows the address's finding, else the first example. Needs no engine. */
export async function showFirstFinding(loci: Loci, hash: string): Promise<void> {
  const isGood = hasLink(hash) && (await openLink(loci, hash));
  if (isGood) return;
  const { linkError } = loci.view.getState();
  await showExample(loci, 0);
  if (linkError !== null) loci.view.setState({ linkError });
}

/** Opens a worked example, or shows it again. The last click wins. */
export async function showExample(loci: Loci, index: number): Promise<void> {
  if (!examples[index]) return;
  const isCurrent = loci.latest.example();
  const before = opened.get(loci)?.get(index);
  if (before !== undefined) {
    showFinding(loci, before);
    return;
  }
  let link: string;
  try {
    link = await exampleLink(index);
  } catch (error) {
    loci.view.setState({ linkError: messageOf(error) });
    return;
  }
  if (!isCurrent() || !(await openLink(loci, link, 'example'))) return;
  const ids = opened.get(loci) ?? new Map<number, string>();
  ids.set(index, loci.session.getState().currentId!);
  opened.set(loci, ids);
}

const opened = new WeakMap<Loci, Map<number, string>>();

/** Starts the engine, opens the embedded model, and loads the catalogue. */
export async function startEngine(loci: Loci, missingGpu: Promise<string | null>): Promise<void> {
  loci.status.setState({ gpuMissing: await missingGpu });
  const questions = loadCatalogue(loci).catch((error: unknown) => {
    loci.status.setState({ runError: messageOf(error) });
  });
  await Promise.all([openModel(loci, EMBEDDED), questions]);
  await checkDraft(loci);
}

/** Loads the registry after the first paint. */
async function loadCatalogue(loci: Loci): Promise<void> {
  const { experiments } = await import('../../experiments/registry');
  loci.status.setState({ catalogue: experiments.map(({ kind, about }) => ({ kind, about })) });
}
