/** Path patching's part of a script. */
import type { PathSpec } from '../../experiments/path-patching/experiment';
import type { PathReceiver } from '../../experiments/path-patching/paths';
import { receiverName } from '../../model/edges';
import type { StudyDocument } from '../../results/study';
import { casesFlags, casesText, numbersOf, type PartOf } from './part';
import body from './python/path_patching.py?raw';
import roles from './python/roles.py?raw';
import { literal } from './template';

export const pathPatchingPart: PartOf = (any) => {
  const document = any as StudyDocument;
  const spec = document.spec as unknown as PathSpec;
  const sets = spec.receive === 'together' ? [spec.receivers] : spec.receivers.map((to) => [to]);
  const receivers = sets.map(
    (set) => `    "to ${set.map(receiverName).join(' ')}": [${set.map(tuple).join(', ')}],\n`,
  );
  const senders = spec.senders?.map((from) =>
    from.part === 'head' ? `("head", ${from.layer}, ${from.head})` : `("mlp", ${from.layer})`,
  );
  return {
    constants: [
      casesText(document, spec, null),
      `RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head\n${receivers.join('')}}`,
      ...(senders ? [`SENDERS = [${senders.join(', ')}]`] : []),
    ].join('\n'),
    body: [roles, body],
    flags: [
      ...casesFlags(spec, null),
      spec.direction,
      spec.scale,
      ...(senders ? [] : ['everything']),
      spec.mlps,
    ],
    sites: ['attn.hook_z', 'hook_mlp_out', ...spec.receivers.flatMap(siteOf)],
    numbers: numbersOf(document),
  };
};

function tuple(to: PathReceiver): string {
  if (to.part === 'logits') return '("logits",)';
  if (to.part === 'head') return `(${literal(to.input)}, ${to.layer}, ${to.head})`;
  return `(${literal(to.part)}, ${to.layer})`;
}

function siteOf(to: PathReceiver): string[] {
  if (to.part === 'logits') return [];
  if (to.part === 'head') return [`attn.hook_${to.input}`];
  return [to.part === 'mlp' ? 'hook_mlp_in' : 'hook_resid_pre'];
}
