/** Parses a trace spec from outside (a link, a file, a program): fields first, then the whole. */
import type { ModelSpec } from '../../model/spec';
import { parseWith, quoted } from '../../util/parse';
import { checkCase, checkOutcomes, expectThat } from '../common/parse';
import { checkWindow, checkWindowLayers } from '../common/window';
import { type TraceSpec, traceSpec } from './spec';

const WHERE = 'trace';

/**
 * JSON -> spec. Throws one sentence with path, got and expected. With `model`, also checks layers,
 * token ids and prompt length.
 */
export function parseTraceSpec(json: unknown, model?: ModelSpec): TraceSpec {
  const spec = parseWith(traceSpec, json, WHERE);
  const { corruption, kinds, window, metric } = spec;
  const corrupted = corruption.type === 'tokens' ? { prompt: '', tokens: corruption.tokens } : undefined;
  checkCase(WHERE, { ...spec, corrupted }, { metric }, model);
  checkGroups(spec);
  expectThat(new Set(kinds).size === kinds.length, `${WHERE}: kinds`, kinds.join(), 'each kind once');
  checkWindow(WHERE, window);
  if (model) {
    checkWindowLayers(WHERE, window, model.nLayers);
    checkOutcomes(WHERE, spec, [spec], model);
  }
  return spec;
}

function checkGroups({ tokens, groups }: TraceSpec): void {
  const T = tokens.length;
  groups.forEach(({ name, rows }, i) => {
    const where = `${WHERE}: groups[${i}]`;
    const outside = rows.find((row) => row >= T);
    expectThat(outside === undefined, `${where}.rows`, outside, `positions below ${T}`);
    const first = groups.findIndex((other) => other.name === name);
    expectThat(first === i, `${where}.name`, `${quoted(name)} again`, 'a name of its own');
  });
}
