/** Task sets, as JSON and as CSV. */
import { parseTaskSet } from '../../src/experiments/common/set';
import { filesIn, textOf } from '../corpus';
import { mutateJson } from '../mutate/json';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

async function run(text: string): Promise<readonly string[]> {
  parseTaskSet(text, 'fuzz');
  return NOTHING_LOST;
}

export const taskSetJson = target<string>({
  name: 'task-set-json',
  seeds: () => filesIn('public/sets', '.json').map(textOf),
  mutate: (text, random) =>
    random.chance(0.2) ? mutateText(text, random) : JSON.stringify(mutateJson(JSON.parse(text), random)),
  run,
});

const CSV = [
  'prompt,subject,answer\nThe capital of France is,France, Paris\nThe capital of Peru is,Peru, Lima\n',
  'prompt,answer,distractor,label\r\n"A, ""quoted"" prompt", yes, no,a:b\r\n"two\nlines", 1, 2,\r\n',
  '\uFEFFcorrupted,prompt\nThe capital of Spain is,The capital of Italy is\n\n',
];

export const taskSetCsv = target<string>({
  name: 'task-set-csv',
  seeds: () => CSV,
  mutate: (text, random) => mutateText(text, random, ['"', ',', '\n', '""', '\r', '=1+1', 'subject']),
  run,
});
