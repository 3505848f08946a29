/** The responses of every input at every dose, and the values that the net meets by itself. */
import { logitSite, netSite, type NetSpec } from '../../model/net';
import { range } from '../../util/range';
import type { Cells } from '../common/average';
import { askOutcomes } from '../concepts/ask';
import { conceptsOf } from '../concepts/concepts';
import { inputsOf, tonesFor } from '../concepts/drawn';
import type { Outcome } from '../concepts/outcome';
import { isGenerator } from '../concepts/pictures';
import type { NetLab } from '../net/experiment';
import type { DoseSpec } from './spec';

export interface Measured {
  /** [input][doses, then baselines][outcome]; null: the concept is not there. */
  readonly numbers: readonly (readonly Cells[])[];
  /** Of the outcomes. */
  readonly names: readonly string[];
  /** Values that the net meets without edits. */
  readonly usual: readonly [number, number];
  readonly site: string;
  /** Whether the inputs are drawn latents. */
  readonly isDrawn: boolean;
}

export async function measureDoses(spec: DoseSpec, lab: NetLab): Promise<Measured> {
  const { doses, baselines, channel } = spec;
  const site = spec.site ?? lab.net.sites[0]!.name;
  checkChannel(lab.net, site, channel);
  const outcomes = outcomesOf(spec, lab);
  const inputs = inputsOf(lab, spec);
  const numbers = await askOutcomes(lab, {
    inputs,
    chosen: range(0, inputs.length),
    doing: 'doses',
    share: [0, 0.95],
    sets: [...doses, ...baselines].map((value) => [
      { site, channels: [channel], op: 'set', source: { kind: 'constant', value } },
    ]),
    outcomes: () => outcomes,
  });
  return {
    numbers,
    names: outcomes.map((one) => (one.of === 'logit' ? lab.label(one.label) : one.concept.name)),
    usual: await usualRange(lab, site, channel, inputs),
    site,
    isDrawn: isGenerator(lab.net),
  };
}

/** Throws one sentence for a channel that the site does not have. */
function checkChannel(net: NetSpec, site: string, channel: number): void {
  const count = netSite(net, site).shape[0]!;
  if (channel < count) return;
  throw new Error(`dose-response: ${site} has no such channel, got ${channel}, expected 0 to ${count - 1}.`);
}

function outcomesOf(spec: DoseSpec, lab: NetLab): Outcome[] {
  const { outcome, label } = spec;
  if (outcome !== 'logit') {
    const tones = tonesFor(lab, spec);
    return conceptsOf(lab.net, spec)
      .filter(({ isMeasured }) => isMeasured)
      .map((concept) => ({ of: outcome, concept, tones }));
  }
  const count = netSite(lab.net, logitSite(lab.net)).shape.at(-1)!;
  if (lab.classes !== null && label < count) return [{ of: 'logit', label }];
  throw new Error(
    `dose-response: label: there is no such class, got ${label}, expected ${lab.classes === null ? 'a net that names classes' : `0 to ${count - 1}`}.`,
  );
}

/** 95 % of what a latent is drawn from; of a channel, its smallest and largest value. */
async function usualRange(
  lab: NetLab,
  site: string,
  channel: number,
  inputs: readonly Float32Array[],
): Promise<readonly [number, number]> {
  if (isGenerator(lab.net) && site === lab.net.sites[0]!.name) return [-1.96, 1.96];
  const runs = inputs.map((_, image) => ({ id: `picture ${image}`, image }));
  const tensors = await lab.ask({ images: inputs, runs, reads: [site], doing: site, share: [0.95, 1] });
  const { data, shape } = tensors[site]!;
  const channels = shape[1]!;
  const each = data.length / (shape[0]! * channels);
  let [least, most] = [Infinity, -Infinity];
  for (const i of range(0, inputs.length)) {
    const from = (i * channels + channel) * each;
    for (const value of data.subarray(from, from + each)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return [least, most];
}
