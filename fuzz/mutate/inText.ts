/** Mutates JSON text through its structure, and occasionally as plain text. */
import type { Random } from '../random';
import { mutateJson } from './json';
import { mutateText } from './text';

export const mutateJsonText = (text: string, random: Random): string =>
  random.chance(0.07) ? mutateText(text, random) : JSON.stringify(mutateJson(JSON.parse(text), random));
