import { expect, it } from 'vitest';
import { sampleDocument } from '../../results/testing/sampleDocument';
import { whatDiffers } from './differs';

const document = sampleDocument();
const asked = (change: object) => ({ ...document, spec: { ...document.spec, ...change } });

it('names what changed since the finding before', () => {
  expect(whatDiffers(document, null)).toBe('');
  expect(whatDiffers(document, document)).toBe('');
  expect(whatDiffers(asked({ metric: 'rank' }), document)).toBe('other metric');
  expect(whatDiffers(asked({ prompt: 'Another' }), document)).toBe('other prompt');
  expect(whatDiffers({ ...document, kind: 'ablation' }, document)).toBe('other question');
  expect(whatDiffers(asked({ seed: 5 }), document)).toBe('other settings');
});
