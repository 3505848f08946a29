import { describe, expect, it } from 'vitest';
import { loci } from './testing/fakes';

describe('loci tokens', () => {
  it('lists position, id and text, without an adapter', async () => {
    const { out, requests } = await loci(['tokens', '--model', 'atlas', '--prompt', 'The end']);
    expect(out).toBe('0\t10\t[BOS]\n1\t11\tThe\n2\t12\t·end');
    expect(requests).toMatchObject([{ engine: 'reference' }]);
    expect((await loci(['tokens', '--model', 'atlas', '--prompt', 'The end', '--bos', 'off'])).out).toBe(
      '0\t10\tThe\n1\t11\t·end',
    );
  });
});
