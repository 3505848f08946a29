/**
 * Keeps the address bar in step with the page. Each shown finding (run, opened, reselected) is one
 * history entry; changes of selection or cuts replace it. Back, forward and reload restore an entry
 * and run nothing. A bad address stays until another finding is shown.
 */
import { z } from 'zod';
import { showFirstFinding } from './actions/boot';
import { hasLink, linkOf, openLink, reopen } from './actions/share';
import type { Loci } from './loci';
import { currentFinding } from './stores/session';

/** The browser functions needed. */
export interface Bar {
  readonly href: () => string;
  readonly state: () => unknown;
  readonly push: (state: Entry, url: string) => void;
  readonly replace: (state: Entry, url: string) => void;
}

const entrySchema = z.object({
  /** Finding ids are unique only within a visit. */
  visit: z.string(),
  finding: z.string(),
  /** The link would be too long: no fragment. */
  isLarge: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;

/** Milliseconds between updates: browsers allow about 100 in 30 s. */
const PAUSE = 400;
/** A graph of 30,000 edges takes a second to write: leave most of the time to the user. */
const REST = 10;
/** Browsers refuse addresses beyond one or two million characters. */
const LONGEST = 1_000_000;
const LARGE =
  'The finding that was here is too large for a link, so a page that is loaded anew cannot show it. ' +
  'Export such a finding as JSON to keep it.';

export interface Address {
  /** The user went back or forward, or edited the address. */
  readonly moved: () => Promise<void>;
  /** Writes pending changes at once. */
  readonly flush: () => void;
}

/** Shows the address's finding and entry, else the first example. Runs nothing, needs no engine. */
export async function showAddress(loci: Loci, bar: Bar): Promise<void> {
  const hash = hashOf(bar);
  await showFirstFinding(loci, hash);
  if (!hasLink(hash) && entryOf(bar)?.isLarge) loci.view.setState({ linkError: LARGE });
}

/** Keeps the address current from now on; the current finding belongs to the current entry. */
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
    // A run's partial result is not a finding yet.
    const isUnfinished = finding.partial && loci.status.getState().run !== null;
    const isOther = shown[0] !== written[0];
    if (isOther || isUnfinished) stop();
    if (isUnfinished) return;
    // Deferred even then: the finding's view is set after it.
    timer ??= setTimeout(write, isOther ? 0 : pause);
  };

  /** Marks the current entry as up to date. */
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
    // Unless the user has moved on.
    if (bar.href() === href) adopt();
  };

  for (const store of [loci.session, loci.view, loci.graph, loci.edits, loci.status])
    store.subscribe(changed);
  adopt();
  return { moved, flush: () => timer !== undefined && write() };
}

export const browserBar: Bar = {
  href: () => location.href,
  state: () => history.state,
  push: (state, url) => history.pushState(state, '', url),
  replace: (state, url) => history.replaceState(state, '', url),
};

/** The contents of a link: the finding's id, document and selection. */
function shownIn(loci: Loci): readonly unknown[] {
  const { session, view, graph, edits } = loci;
  const finding = currentFinding(session.getState());
  const { locked, head, withoutSink, beside } = view.getState();
  const { changes, twin } = edits.getState();
  const made = [graph.getState().view, changes, twin];
  return [finding?.id ?? null, finding?.document, locked, head, withoutSink, beside, ...made];
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

/** Browsers may refuse frequent updates; the next change writes everything. */
function tolerant(change: () => void): void {
  try {
    change();
  } catch {
    // The page works without it.
  }
}

function entryOf(bar: Bar): Entry | null {
  const { success, data } = entrySchema.safeParse(bar.state());
  return success ? data : null;
}

const hashOf = (bar: Bar): string => /#.*$/s.exec(bar.href())?.[0] ?? '';
const withoutHash = (href: string): string => href.replace(/#.*$/s, '');
