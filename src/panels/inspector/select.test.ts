import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { selectTrace } from '../trace/select';
import { selectInspector } from './select';

describe('selectInspector', () => {
  const document = sampleDocument();
  const trace = selectTrace(document);

  it('says what was replaced by what, at which hook site', () => {
    const view = selectInspector(document, trace, { row: 4, layer: 2, kind: 'hidden' });
    expect(view.site).toBe('blocks.2.hook_resid_post');
    expect(view.sentence).toContain('after block 2 was replaced by its value from the clean run');
    expect(view.cell).toBe(trace.maps[0]!.cells[4]![2]);
  });

  it('has no numbers for places that the trace does not have', () => {
    expect(selectInspector(document, trace, { row: 4, layer: -1, kind: 'hidden' }).cell).toBeNull();
  });
});
