import { expect, it } from 'vitest';
import { sampleStudy } from '../../results/testing/sampleStudy';
import { howToRead } from './reading';

it('says how to read a figure in two sentences, with the names of its axes', () => {
  const [figure] = sampleStudy([{ shape: [2, 2] }]).figures;
  const words = howToRead(figure!);
  for (const { name } of figure!.axes) expect(words).toContain(name);
  expect(words.match(/\. |\.$/g)).toHaveLength(2);
  expect(howToRead({ ...figure!, drawn: 'map' })).toMatch(
    /^A cell lies over its part of the picture; .*\. Tap a cell/,
  );
  expect(howToRead({ ...figure!, drawn: 'lines' })).toMatch(/^It shows .* by .*\. Tap a point/);
});
