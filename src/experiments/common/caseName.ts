/** What a sentence calls one prompt of a study. */
import { excerpt } from './spelling';
import { quoted } from '../../util/parse';

/** 'probe: prompt 3 ('The capital of ...')', counted from 1; `where` alone if there is no other prompt. */
export function caseName(where: string, cases: readonly { readonly prompt: string }[], i: number): string {
  return cases.length === 1 ? where : `${where}: prompt ${i + 1} (${quoted(excerpt(cases[i]!.prompt, 30))})`;
}
