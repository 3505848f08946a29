/** The question of a probe: the classes, where to read them, and how to push the answer. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { quoted } from '../../util/parse';
import { range } from '../../util/range';
import { gridChoices, hasGrid, streamNames } from '../common/grids';
import { expectThat } from '../common/parse';
import { checkRows } from '../common/placeRows';
import { layer } from '../common/spec';
import { choice, given, number, resolving, type SpecOf, seed } from '../contract/fields';
import { splitCases } from './split';

export const KIND = 'probe';
/** Most numbers kept at once, over all cases. */
const MOST_NUMBERS = 16_000_000;
/** Most unknowns of one probe. */
const MOST_UNKNOWNS = 1024;

export const fields = {
  /** One per case; default: the label before its first colon. */
  classes: resolving(
    given(z.array(z.string().min(1)).max(MOST.cases), {
      kind: 'lines',
      label: 'Classes, one a line for each prompt (none: the label’s part before the colon)',
      default: null,
      example: 'Europe',
    }),
    (asked, { cases }) => {
      const labels = cases.map(({ label }) => label?.split(':')[0] ?? '');
      const known = asked !== undefined || labels.every((label) => label !== '');
      expectThat(
        known,
        `${KIND}: classes`,
        'nothing',
        "one per case, or cases with labels such as 'Europe:France'",
      );
      return asked ?? labels;
    },
  ),
  site: choice({ label: 'Read the', choices: gridChoices(streamNames), default: 'resid_post' }),
  /** Default: every layer. */
  layers: resolving(
    given(z.array(layer).min(1).max(MOST.layers), {
      kind: 'numbers',
      label: 'Layers (default: all)',
      default: null,
    }),
    (asked, _study, { spec }) => asked ?? range(0, spec.nLayers),
  ),
  /** Where a case is read. */
  position: choice({
    label: 'At',
    choices: { answer: 'the position of the answer', 'subject-last': 'the last token of the subject' },
    default: 'answer',
  }),
  lambda: number({ label: 'Penalty of the ridge', default: 1, min: 0, schema: z.number().positive() }),
  /** Share of training cases; the rest is held out. */
  train: number({ label: 'Share of the prompts for training', default: 0.7, min: 0.1, max: 0.9 }),
  seed: seed('Seed', 0),
  /** Probes trained on shuffled labels. */
  shuffles: number({ label: 'Probes of shuffled labels', default: 20, min: 1, max: 1000, whole: true }),
  /**
   * The causal check on held-out cases. steer: pushes the state from its class's mean to the next
   * class's, along the probe; patch: gives the corrupted run the clean run's component.
   */
  causal: choice({
    label: 'Then move the state along it',
    choices: { steer: 'to the next class', patch: 'from the twin to the prompt', none: 'not at all' },
    default: 'steer',
  }),
  controls: number({ label: 'Random directions beside it', default: 3, min: 1, max: 100, whole: true }),
};

export type ProbeSpec = SpecOf<typeof fields>;

/** Class names, sorted; a case's class is an index into them. */
export const classNames = ({ classes }: Pick<ProbeSpec, 'classes'>): string[] => [...new Set(classes)].sort();

export const splitOf = ({ cases, train, seed: of }: ProbeSpec) => splitCases(cases, train, of);

export const probeNeeds = (json: unknown) => ({
  corrupted: (json as { causal?: unknown } | null)?.causal === 'patch',
});

export function checkProbe(spec: ProbeSpec, model?: ModelSpec): void {
  const { cases, classes, layers } = spec;
  const at = (field: string) => `${KIND}: ${field}`;
  expectThat(
    classes.length === cases.length,
    at('classes'),
    `${classes.length} classes`,
    `${cases.length}, one per case`,
  );
  const names = classNames(spec);
  expectThat(names.length > 1, at('classes'), `only ${quoted(names[0]!)}`, 'two or more classes');
  expectThat(new Set(layers).size === layers.length, at('layers'), layers.join(), 'each layer once');
  checkRows(spec.position, spec, at('position'));
  const { train, held } = splitOf(spec);
  expectThat(
    held.length > 0,
    at('train'),
    `all ${train.length} cases`,
    'some that are held out: more subjects, or a smaller share',
  );
  const trained = new Set(train.map((i) => classes[i]));
  const missing = names.find((name) => !trained.has(name));
  expectThat(
    missing === undefined,
    at('train'),
    `no training case of ${quoted(missing ?? '')} with seed ${spec.seed}`,
    'cases of every class: more cases, or another seed',
  );
  if (model) checkAgainst(spec, train.length, model);
}

function checkAgainst({ site, layers, cases }: ProbeSpec, train: number, model: ModelSpec): void {
  const { nLayers: L, dModel: D } = model;
  const outside = layers.find((layer) => layer >= L);
  expectThat(outside === undefined, `${KIND}: layers`, outside, `layers below ${L}`);
  expectThat(hasGrid(model, site), `${KIND}: site`, quoted(site), 'a site that this model has');
  const unknowns = Math.min(train, D);
  expectThat(
    unknowns <= MOST_UNKNOWNS,
    `${KIND}: cases`,
    `${train} training cases of width ${D}`,
    `at most ${MOST_UNKNOWNS} of them, or a narrower model`,
  );
  const numbers = cases.length * layers.length * D;
  expectThat(
    numbers <= MOST_NUMBERS,
    `${KIND}: layers`,
    `${numbers} numbers (cases x layers x width)`,
    `at most ${MOST_NUMBERS}: fewer layers`,
  );
}
