/** Result documents of every kind and version, as the text of a file that the page opens. */
import { textToDocument } from '../../src/share/file';
import { documents } from '../corpus';
import { mutateJson } from '../mutate/json';
import { mutateText } from '../mutate/text';
import { NOTHING_LOST, target } from '../target';

type Kind = 'trace' | 'study' | 'graph';

export function kindOf(text: string): Kind {
  const { kind } = JSON.parse(text) as { kind: string };
  return kind === 'causal-trace' ? 'trace' : kind === 'graph' ? 'graph' : 'study';
}

const document = (kind: Kind) =>
  target<string>({
    name: `document-${kind}`,
    seeds: () => documents().filter((text) => kindOf(text) === kind),
    mutate: (text, random) =>
      random.chance(0.05) ? mutateText(text, random) : JSON.stringify(mutateJson(JSON.parse(text), random)),
    async run(text) {
      await textToDocument(text);
      return NOTHING_LOST;
    },
  });

export const traceDocument = document('trace');
export const studyDocument = document('study');
export const graphDocument = document('graph');
