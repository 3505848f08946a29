/** JSON in its text form, mutated by its structure and now and then as text. */
import type { Random } from '../random';
import { mutateJson } from './json';
import { mutateText } from './text';

export const mutateJsonText = (text: string, random: Random): string =>
  random.chance(0.07) ? mutateText(text, random) : JSON.stringify(mutateJson(JSON.parse(text), random));
