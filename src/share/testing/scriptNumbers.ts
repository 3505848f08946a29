/** The numbers that a script must find again: as it holds them, and as its document has them. */
import type { TraceSpec } from '../../experiments/trace/spec';
import type { ResultDocument } from '../../results/document';

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly (number | null)[];
}

/** `LOCI` of a script. */
export const numbersInScript = (script: string): Record<string, Numbers> =>
  JSON.parse(/^LOCI = (\{\n.*?\n\})$/ms.exec(script)![1]!.replace(/\bNone\b/g, 'null'));

/** Rounded to nine digits. */
export function numbersOf(document: ResultDocument): Record<string, Numbers> {
  if (document.kind === 'causal-trace') return numbersOfTrace(document);
  const figures = document.figures.filter(({ name }) => name !== 'differences');
  return Object.fromEntries(
    figures.map(({ name, axes, values }) => [
      name,
      rounded(
        axes.map(({ labels }) => labels.length),
        values,
      ),
    ]),
  );
}

function numbersOfTrace({ spec, figures, tokens }: ResultDocument): Record<string, Numbers> {
  const { kinds, groups, window } = spec as TraceSpec;
  const level = (name: string) => figures[0]!.levels!.find((one) => one.name === name)!.value;
  const [T, L] = [tokens.length, window.layers.length];
  const maps = kinds.flatMap((kind) => {
    const { values } = figures.find(({ name }) => name === kind)!;
    const effects = values.map((value) => value! - level('corrupted'));
    const ofGroups = groups.map(({ name }, g) => [
      `${kind} effect of ${name}`,
      rounded([L], effects.slice((T + g) * L, (T + g + 1) * L)),
    ]);
    return [
      [`${kind} restored`, rounded([T, L], values.slice(0, T * L))],
      [`${kind} effect`, rounded([T, L], effects.slice(0, T * L))],
      ...ofGroups,
    ];
  });
  const levels = ['clean', 'corrupted'].map((name) => [name, rounded([], [level(name)])]);
  return Object.fromEntries([...levels, ...maps]);
}

const rounded = (shape: Numbers['shape'], values: Numbers['values']): Numbers => ({
  shape,
  values: values.map((value) => (value === null ? null : Number(value.toPrecision(9)))),
});
