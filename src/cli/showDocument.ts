/** Runs a question, and writes and prints its document. */
import type { EngineEvent } from '../engine/api';
import type { ResultDocument } from '../results/document';
import { plainText, scientific } from '../results/format';
import { printDocument } from '../results/print';
import { deviation } from '../share/deviation';
import { documentToText } from '../share/file';
import type { Context } from './context';
import type { Out } from './files';
import { progressLine } from './progress';

interface Shown {
  readonly out: Out;
  /** The document whose question is run again. */
  readonly before?: ResultDocument | null;
}

/** Shows the progress of `work`; writes and prints its document. */
export async function showDocument(
  context: Context,
  { out, before = null }: Shown,
  work: (onEvent: (event: EngineEvent) => void) => Promise<ResultDocument>,
): Promise<void> {
  const progress = progressLine(context);
  const onEvent = (event: EngineEvent): void => {
    if (event.type === 'progress') {
      progress.show(
        `${Math.round(event.fraction * 100)} % ${event.doing}, ${Math.ceil(event.secondsLeft)} s left`,
      );
    }
    if (event.type === 'recovering') progress.show(`starting again: ${event.reason}`);
  };
  const document = await work(onEvent).finally(progress.clear);
  await out.write(documentToText(document));
  out.report(
    ...printDocument(document).split('\n'),
    ...(before ? ['', ...deviationLines(before, document)] : []),
  );
}

function deviationLines(before: ResultDocument, after: ResultDocument): string[] {
  const { rows, isWithin } = deviation(before, after);
  const lines = rows.map(
    ({ name, largest, tolerance, isWithin: ok }) =>
      `${name}: at most ${plainText(scientific(largest))} off (tolerance ${scientific(tolerance)})${ok ? '' : ' !'}`,
  );
  const verdict = isWithin ? 'The result is confirmed.' : 'The result is not confirmed.';
  return ['Compared with the document:', ...lines, verdict];
}
