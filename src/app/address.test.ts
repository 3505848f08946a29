import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleDocument } from '../results/testing/sampleDocument';
import { sampleGraphDocument } from '../results/testing/sampleGraph';
import { readLink } from '../share/link';
import { showExample } from './actions/boot';
import { addFinding, addResult, showFinding, updateFinding } from './actions/findings';
import { cutWires } from './actions/cuts';
import { type Address, type Bar, keepAddress, showAddress } from './address';
import type { Loci } from './loci';
import { EMPTY_DRAFT } from './stores/draft';
import { currentFinding } from './stores/session';
import { createFakeLoci } from './testing';

const PAGE = 'https://example.org/loci/';
const japan = sampleDocument({ seed: 5 });
const france = sampleDocument({ seed: 6 });

/** A browser's history. `limit`: changes allowed. */
function fakeHistory(url = PAGE) {
  const entries: { url: string; state: unknown }[] = [{ url, state: null }];
  const self = { at: 0, changes: 0, limit: Number.POSITIVE_INFINITY };
  const change = (): void => {
    if (++self.changes > self.limit) throw new Error('SecurityError: too many calls');
  };
  const bar: Bar = {
    href: () => entries[self.at]!.url,
    state: () => structuredClone(entries[self.at]!.state),
    push: (state, to) => {
      change();
      entries.splice(++self.at, entries.length, { url: to, state });
    },
    replace: (state, to) => {
      change();
      entries[self.at] = { url: to, state };
    },
  };
  const go = async (address: Address, steps: number): Promise<void> => {
    self.at += steps;
    await address.moved();
  };
  /** As if the user pasted another address. */
  const visit = async (address: Address, to: string): Promise<void> => {
    entries.splice(++self.at, entries.length, { url: to, state: null });
    await address.moved();
  };
  return { bar, entries, self, go, visit };
}

/** A page load: fresh memory, the tab's history. */
async function load(bar: Bar): Promise<{ loci: Loci; address: Address }> {
  const { loci, engine } = createFakeLoci();
  vi.spyOn(engine, 'run');
  await showAddress(loci, bar);
  return { loci, address: keepAddress(loci, bar) };
}

/** Rows as in the samples. */
const ROWS: Readonly<Record<number, string>> = { 1: 'The', 4: '·Bur', 5: '·is' };
const at = (figure: string, row: number, layer: number) => ({
  figure,
  place: { position: ROWS[row]!, layer: `${layer}` },
});

const promptIn = (loci: Loci) => currentFinding(loci.session.getState())?.document;
const pause = (ms = 1000) => vi.advanceTimersByTimeAsync(ms);
const inAddress = async (bar: Bar) => (await readLink(bar.href())).document;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the address', () => {
  it('of the start page stays clean until something is done', async () => {
    const { bar, entries } = fakeHistory();
    const { loci } = await load(bar);
    loci.view.setState({ hover: at('mlp', 1, 1), theme: 'dark' });
    await pause();
    expect(bar.href()).toBe(PAGE);
    loci.view.setState({ locked: at('mlp', 1, 1) });
    await pause();
    expect((await readLink(bar.href())).view).toMatchObject({ selection: { figure: 'mlp', cell: 7 } });
    expect(entries).toHaveLength(1);
  });

  it('holds a run’s finding when it is complete, and reload shows it', async () => {
    const { bar, entries } = fakeHistory();
    const { loci } = await load(bar);
    loci.view.setState({ locked: at('attn', 5, 5) });
    loci.status.setState({
      run: { id: 'r', fraction: 0, secondsLeft: null, doing: '', forwards: null, cancelling: false },
    });
    const id = addResult(loci, japan, EMPTY_DRAFT);
    updateFinding(loci, id, { partial: true });
    await pause();
    expect(entries).toHaveLength(1);
    loci.status.setState({ run: null });
    updateFinding(loci, id, { partial: false });
    await pause();
    expect(entries).toHaveLength(2);
    expect((await inAddress(bar)).spec).toEqual(japan.spec);

    const again = await load(bar);
    expect(promptIn(again.loci)!.spec).toEqual(japan.spec);
    await pause();
    expect(entries).toHaveLength(2);
  });

  it('holds what a cancelled run had found', async () => {
    const { bar, entries } = fakeHistory();
    const { loci } = await load(bar);
    const id = addResult(loci, japan, EMPTY_DRAFT);
    updateFinding(loci, id, { partial: true });
    await pause();
    expect(entries).toHaveLength(2);
  });

  it('follows back and forward with the view of each, and runs nothing', async () => {
    const { bar, entries, go } = fakeHistory();
    const { loci, address } = await load(bar);
    const start = promptIn(loci);
    addFinding(loci, france, 'link');
    await pause();
    loci.view.setState({ locked: at('mlp', 4, 2) });
    await pause();
    await showExample(loci, 1);
    await pause();
    expect(entries).toHaveLength(3);
    await go(address, -1);
    // The document itself, not the link's rounded copy.
    expect(promptIn(loci)).toBe(france);
    expect(loci.view.getState().locked).toEqual(at('mlp', 4, 2));
    await go(address, -1);
    expect(promptIn(loci)).toBe(start);
    expect(loci.view.getState().locked).toBeNull();
    await go(address, 2);
    expect(loci.session.getState().findings).toHaveLength(3);
    await pause();
    expect(entries).toHaveLength(3);
    expect(loci.engine.run).not.toHaveBeenCalled();
  });

  it('follows the entries of an earlier visit', async () => {
    const { bar, go, entries } = fakeHistory();
    const before = await load(bar);
    addFinding(before.loci, japan, 'link');
    await pause();
    addFinding(before.loci, france, 'link');
    await pause();
    const { loci, address } = await load(bar);
    await go(address, -1);
    expect(promptIn(loci)!.spec).toEqual(japan.spec);
    await go(address, -1);
    expect(currentFinding(loci.session.getState())!.origin).toBe('example');
    expect(loci.view.getState().linkError).toBeNull();
    await go(address, 1);
    await go(address, 1);
    expect(promptIn(loci)!.spec).toEqual(france.spec);
    await go(address, -1);
    // Each opened once.
    expect(loci.session.getState().findings).toHaveLength(3);
    expect(entries).toHaveLength(3);
  });

  it('follows the history column and the cuts of a graph', async () => {
    const { bar, entries } = fakeHistory();
    const { loci } = await load(bar);
    const first = loci.session.getState().currentId!;
    addFinding(loci, sampleGraphDocument(), 'link');
    await pause();
    loci.status.setState({ gpuMissing: 'There is no WebGPU here.' });
    await cutWires(loci, ['m0']);
    await cutWires(loci, ['m1']);
    await pause();
    expect(entries).toHaveLength(2);
    expect((await readLink(bar.href())).view).toMatchObject({ graph: { cut: ['m0', 'm1'] } });
    showFinding(loci, first);
    await pause();
    expect(entries).toHaveLength(3);
  });

  it('keeps a bad link until another finding is shown', async () => {
    const bad = `${PAGE}#v=1&n=99&c=00000000&d=AAAA`;
    const { bar, entries, go } = fakeHistory(bad);
    const { loci, address } = await load(bar);
    expect(loci.view.getState().linkError).toMatch(/cut off/);
    loci.view.setState({ locked: at('mlp', 1, 1) });
    await pause();
    expect(bar.href()).toBe(bad);
    addFinding(loci, japan, 'link');
    await pause();
    expect(entries.map(({ url }) => url === bad)).toEqual([true, false]);
    expect(loci.view.getState().linkError).toBeNull();
    await go(address, -1);
    expect(loci.view.getState().linkError).toMatch(/cut off/);
    expect(promptIn(loci)).toBe(japan);
    await pause();
    expect(bar.href()).toBe(bad);
  });

  it('takes a pasted link, and the last of two', async () => {
    const { bar, visit, entries } = fakeHistory();
    const other = fakeHistory();
    const links: string[] = [];
    const source = await load(other.bar);
    for (const document of [japan, france]) {
      addFinding(source.loci, document, 'link');
      await pause();
      links.push(other.bar.href());
    }
    const { loci, address } = await load(bar);
    await Promise.all(links.map((link) => visit(address, link)));
    expect(promptIn(loci)!.spec).toEqual(france.spec);
    await pause();
    expect(entries.map(({ url }) => url)).toEqual([PAGE, ...links]);
  });

  it('says so where a finding is too large, and a reload shows no other in its place', async () => {
    const { bar, entries, go } = fakeHistory();
    const { loci, address } = await load(bar);
    const large = { ...sampleGraphDocument(), notes: [noise(60_000)] };
    addFinding(loci, large, 'link');
    await pause();
    expect(bar.href()).toBe(PAGE);
    expect(entries).toHaveLength(2);
    expect(loci.view.getState().isUnaddressed).toBe(true);
    addFinding(loci, japan, 'link');
    await pause();
    expect(loci.view.getState().isUnaddressed).toBe(false);
    await go(address, -1);
    expect(promptIn(loci)).toBe(large);
    expect(loci.view.getState().isUnaddressed).toBe(true);
    const again = await load(bar);
    expect(again.loci.view.getState().linkError).toMatch(/too large for a link/);
  });

  it('is changed seldom enough for browsers, and never throws', async () => {
    const { bar, self } = fakeHistory();
    const { loci } = await load(bar);
    self.changes = 0;
    for (let i = 0; i < 3000; i++) {
      loci.view.setState({ head: { layer: i % 3, head: i % 2 } });
      await pause(10);
    }
    expect(self.changes).toBeGreaterThan(10);
    expect(self.changes).toBeLessThan(100);
    self.limit = self.changes;
    addFinding(loci, japan, 'link');
    await pause();
    expect(promptIn(loci)).toBe(japan);
  });
});

/** Incompressible text. */
function noise(length: number): string {
  let x = 1;
  return Array.from({ length }, () => {
    x = (x * 48271) % 2147483647;
    return String.fromCharCode(33 + (x % 90));
  }).join('');
}
