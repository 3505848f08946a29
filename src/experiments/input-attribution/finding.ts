/** The finding of input attribution: the token of the prompt that gives most. */
import { isAddedRow } from '../../results/asked';
import { plain } from '../../results/format';
import { placeText } from '../../results/place';
import { overCases } from '../common/average';
import { amountText, largestCell, overText } from '../common/largest';
import { metricText } from '../common/metric';
import type { DocumentContext } from '../experiment';
import { meanGap } from './completeness';
import { byRow, markedRows, tokensFigure } from './figures';
import type { Case } from './runs';
import { BASELINES, type InputSpec, isSigned, METHODS } from './spec';

/** By the first method; with a path also whether its sum is complete. */
export function findingOf(spec: InputSpec, cases: readonly Case[], context: DocumentContext): string {
  const method = spec.methods[0]!;
  const rows = markedRows(spec, context);
  const figure = { ...tokensFigure(spec, [method], cases, rows), axes: [rows.axis] };
  // A token that nobody typed does not compete.
  const typed = ({ i }: Case) => {
    const one = { ...spec.cases[i]!, bos: spec.bos };
    return rows.positions(i).map((places) => places.filter((t) => !isAddedRow(one, t)));
  };
  const samples = {
    rows: cases.map((one) => byRow(one, method, typed(one))),
    over: overCases(spec, cases),
  };
  const best = largestCell([{ figure, samples }], 'either');
  const metric = metricText(spec, context.outcome);
  if (!best) return `The prompt has no words that could give anything to ${metric}.`;
  const place = placeText(figure, best.cell);
  const amount = amountText(best.value, best.interval, figure.unit, best.range);
  const over = overText(figure);
  if (!isSigned(method))
    return `The ${METHODS[method]} of ${metric} is largest at ${place}: ${amount}${over}.`;
  const verb = best.value < 0 ? 'takes most from' : 'gives most to';
  if (method !== 'integrated-gradients')
    return `By ${METHODS[method]}, ${place} ${verb} ${metric}: ${amount}${over}.`;
  const { change, gap } = meanGap(cases)!;
  const whole = `of ${plain(change)} in all (gap ${plain(gap)})`;
  return `By ${METHODS[method]} from ${BASELINES[spec.baseline]}, ${place} ${verb} ${metric}: ${amount}, ${whole}${over}.`;
}
