import { expect, it } from 'vitest';
import { refuseNotFinite } from './finite';
import golden from './golden/trace-v1.json';

it('a document of finite numbers passes, with null where nothing is defined', () => {
  refuseNotFinite({ ...golden, note: null });
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is named', (value) => {
  const document = structuredClone(golden);
  document.kinds.hidden.effect[2]![1] = value;
  expect(() => refuseNotFinite(document)).toThrow(
    'internal: document.kinds.hidden.effect[2][1]: is not finite, expected a number or null.',
  );
});
