/** Path patching's part of a script. */
import type { PathSpec } from '../../experiments/path-patching/experiment';
import type { PathReceiver } from '../../experiments/path-patching/paths';
import { receiverName } from '../../model/edges';
import { joined, type Python, python } from '../../util/code/python';
import { files } from './files';
import { caseConstants, casesFlags, type PartOf } from './part';

export const pathPatchingPart: PartOf = (document) => {
  const spec = document.spec as unknown as PathSpec;
  const sets = spec.receive === 'together' ? [spec.receivers] : spec.receivers.map((to) => [to]);
  const receivers = sets.map(
    (set) => python`    ${`to ${set.map(receiverName).join(' ')}`}: [${joined(set.map(tuple), ', ')}],\n`,
  );
  const senders = spec.senders?.map((from) =>
    from.part === 'head' ? python`("head", ${from.layer}, ${from.head})` : python`("mlp", ${from.layer})`,
  );
  return {
    constants: [
      ...caseConstants(document, spec, null),
      python`RECEIVERS = {  # figure: what is patched together; (input, layer, head), for k and v the key-value head\n${joined(receivers, '')}}`,
      ...(senders ? [python`SENDERS = [${joined(senders, ', ')}]`] : []),
    ],
    body: [files.roles, files.pathPatching],
    measure: python`path_patch`,
    flags: [
      ...casesFlags(spec, null),
      spec.direction,
      spec.scale,
      ...(senders ? [] : ['everything']),
      spec.mlps,
    ],
    sites: ['attn.hook_z', 'hook_mlp_out', ...spec.receivers.flatMap(siteOf)],
  };
};

function tuple(to: PathReceiver): Python {
  if (to.part === 'logits') return python`("logits",)`;
  if (to.part === 'head') return python`(${to.input}, ${to.layer}, ${to.head})`;
  return python`(${to.part}, ${to.layer})`;
}

function siteOf(to: PathReceiver): string[] {
  if (to.part === 'logits') return [];
  if (to.part === 'head') return [`attn.hook_${to.input}`];
  return [to.part === 'mlp' ? 'hook_mlp_in' : 'hook_resid_pre'];
}
