/** Direct logit attribution's part of a script. */
import type { AttributionSpec } from '../../experiments/attribution/experiment';
import { python } from '../../util/code/python';
import { files } from './files';
import { caseConstants, casesFlags, numbersOf, type PartOf } from './part';

export const attributionPart: PartOf = (document) => {
  const spec = document.spec as unknown as AttributionSpec;
  const labels = (name: string) =>
    document.figures.find((figure) => figure.name === name)?.axes.at(-1)?.labels ?? [];
  const components = labels('components');
  const has = (part: AttributionSpec['parts'][number]) => spec.parts.includes(part);
  const neurons = labels('neurons').flatMap((label) => {
    const [, layer, neuron] = /^L(\d+)N(\d+)$/.exec(label) ?? [];
    return neuron === undefined ? [] : [[Number(layer), Number(neuron)]];
  });
  const biases = labels('biases');
  const positions = components.includes('pos_embed') ? ['hook_pos_embed'] : [];
  const sites = [
    'hook_attn_out',
    'hook_mlp_out',
    ...(has('heads') ? ['attn.hook_z'] : []),
    ...(has('neurons') ? ['mlp.hook_post'] : []),
    ...(has('sources') ? ['attn.hook_v', 'attn.hook_pattern'] : []),
  ];
  return {
    constants: [
      ...caseConstants(document, spec, 'roles'),
      python`POSITIONS = ${positions}  # of learned positions`,
      python`SITES = ${sites}  # what is read of each block`,
      ...(biases.length > 0 ? [python`BIASES = ${biases}  # that belong to no head and no neuron`] : []),
      ...(has('neurons') ? [python`NEURONS = ${neurons}  # layer and neuron, those that write most`] : []),
    ],
    body: [files.roles, files.attribution],
    measure: python`attribute`,
    flags: [
      ...casesFlags(spec, 'roles'),
      'weights',
      spec.metric === 'logit-diff' ? 'difference' : 'logit',
      ...spec.parts,
      ...(biases.length > 0 ? ['biases'] : []),
      ...components
        .slice(-2)
        .filter((label) => label === 'ln_final bias' || label === 'b_U')
        .map((label) => label.replace('ln_final bias', 'ln_final_bias')),
    ],
    sites: ['hook_embed', ...positions, 'hook_resid_post', ...sites],
    numbers: numbersOf(document, ['differences']),
  };
};
