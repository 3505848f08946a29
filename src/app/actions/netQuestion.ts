/** The question about the open net: its kind, class and settings, and its run. */
import type { NetOpen, NetPicture } from '../../engine/net/serviceApi';
import type { NetQuestion } from '../../experiments/net/experiment';
import type { ResultDocument } from '../../results/document';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import type { NetEntry, NetState } from '../stores/net';
import { rerunWith, runAndShow, type Work } from './run';

/** The questions that fit a net. */
export function questionsFor(
  { preprocessing, classes }: Pick<NetOpen, 'preprocessing' | 'classes'>,
  catalogue: readonly NetEntry[] | null,
): readonly NetEntry[] {
  return (catalogue ?? []).filter(
    ({ takes, asksClass }) =>
      (takes === 'either' || (takes === 'latents') === (preprocessing === null)) &&
      (!asksClass || classes !== null),
  );
}

export async function loadNetCatalogue(loci: Loci): Promise<readonly NetEntry[]> {
  const { NET_EXPERIMENTS } = await import('../../experiments/ofNets');
  const catalogue = NET_EXPERIMENTS.map(({ kind, about, takes, asksClass }) => ({
    kind,
    about,
    takes,
    asksClass,
  }));
  loci.net.setState({ catalogue });
  return catalogue;
}

export function chooseNetQuestion(loci: Loci, kind: string): void {
  loci.net.setState({ kind });
}

export function setNetOption(loci: Loci, name: string, value: unknown): void {
  loci.net.setState(({ kind, options }) => ({
    options: { ...options, [kind]: { ...options[kind], [name]: value } },
  }));
}

export function setNetClass(loci: Loci, id: number | null): void {
  loci.net.setState({ class: id });
}

/** The class asked about: the chosen one, or the picture's likeliest. */
export function classAsked({ class: id, answer }: Pick<NetState, 'class' | 'answer'>) {
  return id ?? answer?.classes[0]?.id ?? null;
}

/** The pictures that a question is about: the one shown, or all of the class. */
export function picturesAsked(state: NetState): readonly NetPicture[] {
  const { catalogue, kind, pictures, shown, open } = state;
  const entry = catalogue?.find((one) => one.kind === kind);
  if (!entry || entry.takes === 'latents' || open?.preprocessing === null) return [];
  if (entry.takes === 'picture') return pictures.slice(shown, shown + 1);
  // A question about no class is about all pictures.
  const id = entry.asksClass ? classAsked(state) : null;
  const name = id === null ? null : (open?.labels?.[id] ?? `class ${id}`);
  const own = pictures.filter((picture) => picture.name.startsWith(`${name}/`));
  return own.length > 0 ? own : pictures;
}

/** What the net's thread needs of a picture. */
const inputOf = ({ name, sha256, data }: NetPicture) => ({ name, sha256, data });

/** Runs the question about the open net. */
export async function runNet(loci: Loci): Promise<void> {
  const state = loci.net.getState();
  const { catalogue, kind, options, open } = state;
  const entry = catalogue?.find((one) => one.kind === kind);
  if (!open || !entry) return;
  const question = { kind, ...options[kind], ...(entry.asksClass && { class: classAsked(state) }) };
  const pictures = picturesAsked(state).map(inputOf);
  const start: Work['start'] = (id, onEvent) => loci.nets.ask(id, question, pictures, onEvent);
  await runAndShow(loci, { isOfNet: true, spec: question, kind: null, start }, loci.draft.getState().draft);
}

/** A small link holds the first digits of a hash. */
const isSame = (sha256: string, asked: string): boolean => asked !== '' && sha256.startsWith(asked);

/** A finding's question again, on the open net with the pictures given; or why that cannot be. */
function netAgain(loci: Loci, { model, spec }: ResultDocument): Work | string {
  const { open, pictures } = loci.net.getState();
  if (open?.sha256 !== model.sha256)
    return `This finding is about ${model.title}. Open that net to re-run it.`;
  const asked = (spec as unknown as NetQuestion).images;
  const found = asked.map(({ sha256 }) => pictures.find((picture) => isSame(picture.sha256, sha256)));
  const missing = asked.find((_, i) => !found[i]);
  if (missing)
    return `Give the finding’s pictures to re-run it: ${missing.name} is missing (SHA-256 ${missing.sha256.slice(0, 12)}).`;
  const given = found.map((picture) => inputOf(picture!));
  const start: Work['start'] = (id, onEvent) => loci.nets.ask(id, spec, given, onEvent);
  return { isOfNet: true, spec, kind: null, start };
}

/** Recomputes the current finding, and reports the deviation or why that cannot be. */
export async function rerunNet(loci: Loci): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  if (!finding) return;
  const work = netAgain(loci, finding.document);
  if (typeof work === 'string') loci.status.setState({ rerunError: work });
  else await rerunWith(loci, finding, work);
}
