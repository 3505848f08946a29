/**
 * The address bar tells what is on the screen. A finding that is shown (run, opened, chosen again) is one entry of the
 * browser's history; what is selected or cut in it replaces that entry. Back, forward and reload show what the entry
 * holds and run nothing. A bad address stands until another finding is shown.
 */
import { z } from 'zod';
import { showFirstFinding } from './actions/boot';
import { hasLink, linkOf, openLink, reopen } from './actions/share';
import type { Loci } from './loci';
import { currentFinding } from './stores/session';

/** What is needed of the browser. */
export interface Bar {
  readonly href: () => string;
  readonly state: () => unknown;
  readonly push: (state: Entry, url: string) => void;
  readonly replace: (state: Entry, url: string) => void;
}

const entrySchema = z.object({
  /** Ids of findings are unique in one visit only. */
  visit: z.string(),
  finding: z.string(),
  /** Its link would be too long: the address has no fragment. */
  isLarge: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;

/** Milliseconds between changes: browsers allow about 100 in 30 s. */
const PAUSE = 400;
/** A graph of 30,000 edges takes a second to write: most of the time belongs to the reader. */
const REST = 10;
/** Browsers refuse addresses beyond a million or two. */
const LONGEST = 1_000_000;
const LARGE =
  'The finding that was here is too large for a link, so a page that is loaded anew cannot show it. ' +
  'Export such a finding as JSON to keep it.';

export interface Address {
  /** The reader went back, forward, or changed the address. */
  readonly moved: () => Promise<void>;
  /** Writes at once what waits to be written. */
  readonly flush: () => void;
}

/** The finding of the address and its entry, else the first example: nothing is run, no engine is needed. */
export async function showAddress(loci: Loci, bar: Bar): Promise<void> {
  const hash = hashOf(bar);
  await showFirstFinding(loci, hash);
  if (!hasLink(hash) && entryOf(bar)?.isLarge) loci.view.setState({ linkError: LARGE });
}

/** Keeps the address true from now on; what is shown now belongs to the present entry. */
export function keepAddress(loci: Loci, bar: Bar, visit = `${Date.now()}-${Math.random()}`): Address {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = shownIn(loci);
  let pause = PAUSE;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };

  const write = (): void => {
    stop();
    const shown = shownIn(loci);
    const isOther = shown[0] !== written[0];
    if (!isOther && (isSame(shown, written) || loci.view.getState().linkError !== null)) return;
    written = shown;
    const started = performance.now();
    const link = shortLink(loci, bar.href());
    pause = Math.max(PAUSE, REST * (performance.now() - started));
    const entry: Entry = { visit, finding: String(shown[0]), isLarge: link === null };
    loci.view.setState({ isUnaddressed: link === null });
    tolerant(() => (isOther ? bar.push : bar.replace)(entry, link ?? withoutHash(bar.href())));
  };

  const changed = (): void => {
    const shown = shownIn(loci);
    const finding = currentFinding(loci.session.getState());
    if (!finding || isSame(shown, written)) return;
    // What a run has found so far is not its finding yet.
    const isUnfinished = finding.partial && loci.status.getState().run !== null;
    const isOther = shown[0] !== written[0];
    if (isOther || isUnfinished) stop();
    if (isUnfinished) return;
    // Not at once even then: the view of the finding is set after it.
    timer ??= setTimeout(write, isOther ? 0 : pause);
  };

  /** The entry as it stands shows what is shown. */
  const adopt = (): void => {
    stop();
    written = shownIn(loci);
    if (loci.view.getState().linkError !== null || written[0] === null) return;
    const isLarge = entryOf(bar)?.isLarge === true && !hasLink(hashOf(bar));
    loci.view.setState({ isUnaddressed: isLarge });
    tolerant(() => bar.replace({ visit, finding: String(written[0]), isLarge }, bar.href()));
  };

  const moved = async (): Promise<void> => {
    stop();
    const entry = entryOf(bar);
    const href = bar.href();
    const isKnown = loci.session.getState().findings.some(({ id }) => id === entry?.finding);
    if (entry?.visit === visit && isKnown) await reopen(loci, entry.finding, hashOf(bar));
    else if (hasLink(hashOf(bar))) await openLink(loci, href);
    else await showAddress(loci, bar);
    // Unless the reader went on meanwhile.
    if (bar.href() === href) adopt();
  };

  for (const store of [loci.session, loci.view, loci.graph, loci.status]) store.subscribe(changed);
  adopt();
  return { moved, flush: () => timer !== undefined && write() };
}

export const browserBar: Bar = {
  href: () => location.href,
  state: () => history.state,
  push: (state, url) => history.pushState(state, '', url),
  replace: (state, url) => history.replaceState(state, '', url),
};

/** All that a link holds: the finding's id first, then its document and what is selected in it. */
function shownIn(loci: Loci): readonly unknown[] {
  const { session, view, graph } = loci;
  const finding = currentFinding(session.getState());
  const { locked, head, withoutSink } = view.getState();
  return [finding?.id ?? null, finding?.document, locked, head, withoutSink, graph.getState().view];
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => a.every((part, i) => part === b[i]);

/** Null if the finding is too large for a link. */
function shortLink(loci: Loci, href: string): string | null {
  try {
    const link = linkOf(loci, href);
    return link !== null && link.length <= LONGEST ? link : null;
  } catch {
    return null;
  }
}

/** A browser that has had enough refuses; the next change writes it all. */
function tolerant(change: () => void): void {
  try {
    change();
  } catch {
    // The page works without.
  }
}

function entryOf(bar: Bar): Entry | null {
  const { success, data } = entrySchema.safeParse(bar.state());
  return success ? data : null;
}

const hashOf = (bar: Bar): string => /#.*$/s.exec(bar.href())?.[0] ?? '';
const withoutHash = (href: string): string => href.replace(/#.*$/s, '');
