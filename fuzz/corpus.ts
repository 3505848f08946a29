/** Files of this repository from which cases start. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SampleFigure } from '../src/results/testing/sampleStudy';
import { sampleStudy } from '../src/results/testing/sampleStudy';
import { type SampleGraph, sampleGraphDocument } from '../src/results/testing/sampleGraph';

export const ROOT = process.env.LOCI_ROOT ?? process.cwd();

const at = (path: string) => join(ROOT, path);

export const textOf = (path: string): string => readFileSync(at(path), 'utf8');
export const bytesOf = (path: string): Uint8Array<ArrayBuffer> => Uint8Array.from(readFileSync(at(path)));
export const jsonOf = (path: string): unknown => JSON.parse(textOf(path));

/** Paths of a folder's files with this ending, in order. */
export const filesIn = (folder: string, ending: string): string[] =>
  (existsSync(at(folder)) ? readdirSync(at(folder)) : [])
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`);

/**
 * Documents of every kind and version as JSON; `fuzz/corpus` has one for each experiment without a
 * golden one.
 */
export const documentFiles = (): string[] => [
  ...filesIn('src/results/golden', '.json'),
  ...filesIn('reference/exports/golden', '.json'),
  ...filesIn('fuzz/corpus', '.json'),
];

const TEXT = ['[BOS]', 'The', '·capital', '·of', '·France', '·is'];
/** Figures of every mark and rank. */
const FIGURES: readonly (readonly SampleFigure[])[] = [
  [
    { shape: [4, 5], drawn: 'heatmap', intervals: 'symmetric', texts: true, missing: 0.1 },
    { shape: [2, 3, 4], drawn: 'heatmap' },
  ],
  [
    { shape: [6], drawn: 'bars', intervals: 'ranges' },
    { shape: [3, 6], drawn: 'lines', intervals: 'skew', missing: 0.2 },
  ],
  [{ shape: [2, 2, 2, 3], drawn: 'table', texts: true }],
];
const GRAPHS: readonly SampleGraph[] = [
  { intervals: true, tests: true },
  { scored: 0.4, estimates: true, intervals: true },
  { heads: 4, kvHeads: 2, hasMlp: false, layers: 3 },
  { layers: 1, positions: TEXT, intervals: true },
  { present: 0.3, kept: 0 },
];

/** Documents as text, with every kind of finding. */
export const documents = (): string[] => [
  ...documentFiles().map(textOf),
  ...GRAPHS.map((sample) => JSON.stringify(sampleGraphDocument(sample))),
  ...FIGURES.map((figures) => JSON.stringify(sampleStudy(figures))),
];

/** Links of every version, with a trace, a study or a graph. */
export const linkFiles = (): string[] => [
  ...filesIn('src/share/golden', '.txt'),
  ...filesIn('src/app/examples/links', '.txt'),
];
