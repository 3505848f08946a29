/** The name of one prompt of a study in messages. */
import { excerpt } from './spelling';
import { quoted } from '../../util/parse';

/** 'probe: prompt 3 ('The capital of ...')', counted from 1; `where` alone for a single prompt. */
export function caseName(where: string, cases: readonly { readonly prompt: string }[], i: number): string {
  return cases.length === 1 ? where : `${where}: prompt ${i + 1} (${quoted(excerpt(cases[i]!.prompt, 30))})`;
}
