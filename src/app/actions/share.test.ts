import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { currentFinding } from '../stores/session';
import { createFakeLoci } from '../testing';
import { showExample, showFirstFinding } from './boot';
import { addFinding, showFinding, togglePin } from './findings';
import { exportText, linkOf, openFile, openLink } from './share';

const document = sampleDocument();

describe('links', () => {
  it('carry the finding and what is selected', () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const head = { layer: 1, head: 2 };
    loci.view.setState({ locked: { row: 3, layer: 2, kind: 'mlp' }, head, withoutSink: false });
    const url = linkOf(loci, 'https://example.org/loci/#old')!;
    expect(url.startsWith('https://example.org/loci/#v=1&')).toBe(true);

    const other = createFakeLoci().loci;
    expect(openLink(other, url)).toBe(true);
    expect(currentFinding(other.session.getState())!.document.spec).toEqual(document.spec);
    expect(other.view.getState()).toMatchObject({
      locked: { row: 3, layer: 2, kind: 'mlp' },
      head,
      withoutSink: false,
    });
    expect(other.draft.getState().draft.prompt).toBe(document.spec.prompt);
  });

  it('say what is wrong and leave an example', () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const url = linkOf(loci, 'https://example.org/')!;
    const other = createFakeLoci().loci;
    showFirstFinding(other, url.slice(url.indexOf('#'), -20));
    expect(other.view.getState().linkError).toMatch(/cut off/);
    expect(currentFinding(other.session.getState())!.origin).toBe('example');
  });
});

describe('worked examples', () => {
  it('open, and open again without a second entry', () => {
    const { loci } = createFakeLoci();
    showFirstFinding(loci, '');
    showExample(loci, 1);
    showExample(loci, 0);
    expect(loci.view.getState().linkError).toBeNull();
    expect(loci.session.getState().findings).toHaveLength(2);
  });
});

describe('history', () => {
  it('reopens and pins', () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const first = loci.session.getState().currentId!;
    addFinding(loci, sampleDocument({ seed: 2 }), 'link');
    showFinding(loci, first);
    expect(currentFinding(loci.session.getState())!.document).toBe(document);
    togglePin(loci, first);
    expect(currentFinding(loci.session.getState())!.pinned).toBe(true);
  });
});

describe('files', () => {
  it('go out in three text formats, and JSON comes back in', () => {
    const { loci } = createFakeLoci();
    addFinding(loci, document, 'link');
    const finding = currentFinding(loci.session.getState())!;
    expect(exportText(finding, 'csv').split('\r\n').length).toBeGreaterThan(200);
    expect(exportText(finding, 'svg')).toMatch(/^<svg /);
    openFile(loci, exportText(finding, 'json'));
    expect(loci.session.getState().findings).toHaveLength(2);
    expect(currentFinding(loci.session.getState())!.document).toEqual(document);
    openFile(loci, '{');
    expect(loci.view.getState().shareError).toMatch(/document/);
  });
});
