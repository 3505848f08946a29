/** The question of a probe: which classes, where they are read, and how the answer is pushed. */
import { z } from 'zod';
import type { ModelSpec } from '../../model/spec';
import { MOST } from '../../util/bounds';
import { parseWith, quoted } from '../../util/parse';
import { hasGrid, streamNames } from '../common/grids';
import { expectThat, parseStudy } from '../common/parse';
import { checkRows } from '../common/placeRows';
import type { ResolveContext } from '../common/prompt';
import { resolveStudy } from '../common/question';
import { layer, studyFields } from '../common/spec';
import { splitCases } from './split';

export const KIND = 'probe';
/** Numbers of all cases that are kept at once. */
const MOST_NUMBERS = 16_000_000;
/** Unknowns of one probe. */
const MOST_UNKNOWNS = 1024;

const seed = z.number().int().min(0).max(0xffffffff);

const probeSpec = z
  .object({
    ...studyFields,
    kind: z.literal(KIND),
    /** One per case. */
    classes: z.array(z.string().min(1)).max(MOST.cases),
    site: z.enum(streamNames).default('resid_post'),
    layers: z.array(layer).min(1).max(MOST.layers),
    /** Where a case is read. */
    position: z.enum(['answer', 'subject-last']).default('answer'),
    /** The ridge's penalty. */
    lambda: z.number().positive().default(1),
    /** Share of the cases for training; the others are held out. */
    train: z.number().min(0.1).max(0.9).default(0.7),
    seed: seed.default(0),
    /** Probes of shuffled training labels. */
    shuffles: z.number().int().min(1).max(1000).default(20),
    /**
     * The causal check on held-out cases. steer: push the state from its class's mean to the next class's, along the
     * probe; patch: give the corrupted run the clean run's component along the probe.
     */
    causal: z.enum(['steer', 'patch', 'none']).default('steer'),
    /** Random directions. */
    controls: z.number().int().min(1).max(100).default(3),
  })
  .strict();

export type ProbeSpec = z.infer<typeof probeSpec>;

/** Names of the classes, sorted; a case's class is its place among them. */
export const classNames = ({ classes }: Pick<ProbeSpec, 'classes'>): string[] => [...new Set(classes)].sort();

export const splitOf = ({ cases, train, seed: of }: ProbeSpec) => splitCases(cases, train, of);

export function parseProbe(json: unknown, model?: ModelSpec): ProbeSpec {
  const spec = parseStudy(probeSpec, json, KIND, model, {
    corrupted: (json as { causal?: unknown } | null)?.causal === 'patch',
  });
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
  return spec;
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

const asked = z.looseObject({
  classes: z.array(z.string()).optional(),
  layers: z.array(layer).min(1).max(MOST.layers).optional(),
});

/** A case's class is its label's part before the first colon, unless classes are given; every layer is probed. */
export async function resolveProbe(question: unknown, context: ResolveContext): Promise<ProbeSpec> {
  const study = await resolveStudy(question, KIND, context);
  const { classes, layers } = parseWith(asked, question, KIND);
  const { cases } = study as unknown as Pick<ProbeSpec, 'cases'>;
  const labels = cases.map(({ label }) => label?.split(':')[0] ?? '');
  const all = Array.from({ length: context.spec.nLayers }, (_, l) => l);
  expectThat(
    classes !== undefined || labels.every((label) => label !== ''),
    `${KIND}: classes`,
    'nothing',
    "one per case, or cases with labels such as 'Europe:France'",
  );
  return parseProbe(
    { ...study, kind: KIND, classes: classes ?? labels, layers: layers ?? all },
    context.spec,
  );
}
