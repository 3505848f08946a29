/** One block backward: MLP and attention, and norms of the stream itself. */
import { copyWhole, rowSlot } from '../context';
import { at } from './at';
import { attentionBack } from './attention';
import { addTo, type Back, gradient } from './back';
import { branchesBack } from './branches';
import { mlpBack } from './mlp';
import { normBack } from './norm';

/** g [R, D]: of the stream after block l; becomes that of the stream before it. */
export function blockBack(back: Back, l: number, g: string): void {
  const { ctx } = back;
  const { spec } = ctx;
  const D = spec.dModel;
  const block = `blocks.${l}`;
  const isPost = spec.placement === 'post';
  const branch = gradient(ctx, 'branch_stream', D);
  const copy = (to: string): void => copyWhole(ctx, `${block} branch back`, g, to, D);
  const add = (from: string): void => addTo(ctx, `${block} sum back`, rowSlot(ctx, from), rowSlot(ctx, g), D);
  const attend = (): void => branchesBack(back, block, attentionBack(back, l, branch), branch);
  if (isPost) {
    at(back, `${block}.hook_normalized_resid_post`, rowSlot(ctx, g));
    normBack(back, { ln: `${block}.ln2`, g });
  }
  at(back, `${block}.hook_resid_post`, rowSlot(ctx, g));
  if (spec.dMlp > 0) {
    copy(branch);
    const ofMlp = spec.parallel ? gradient(ctx, 'branch_mlp', D) : branch;
    if (spec.parallel) copy(ofMlp);
    mlpBack(back, l, ofMlp);
    if (spec.parallel) attend();
    add(ofMlp);
    if (!spec.parallel) {
      if (isPost) {
        at(back, `${block}.hook_normalized_resid_mid`, rowSlot(ctx, g));
        normBack(back, { ln: `${block}.ln1`, g });
      }
      at(back, `${block}.hook_resid_mid`, rowSlot(ctx, g));
    }
  }
  if (!spec.parallel) {
    copy(branch);
    attend();
  }
  add(branch);
  at(back, `${block}.hook_resid_pre`, rowSlot(ctx, g));
}
