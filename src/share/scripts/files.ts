/** The Python sources of the scripts. */
import { pythonFile } from '../../util/code/pythonFile';
import ablation from './python/ablation.py?raw';
import activationPatching from './python/activation_patching.py?raw';
import attribution from './python/attribution.py?raw';
import causalTrace from './python/causal_trace.py?raw';
import changes from './python/changes.py?raw';
import compare from './python/compare.py?raw';
import intervention from './python/intervention.py?raw';
import knockout from './python/knockout.py?raw';
import logitLens from './python/logit_lens.py?raw';
import masks from './python/masks.py?raw';
import nnsight from './python/nnsight.py?raw';
import pathPatching from './python/path_patching.py?raw';
import roles from './python/roles.py?raw';
import sweep from './python/sweep.py?raw';
import transformerLens from './python/transformer_lens.py?raw';

export const files = {
  ablation: pythonFile(ablation),
  activationPatching: pythonFile(activationPatching),
  attribution: pythonFile(attribution),
  causalTrace: pythonFile(causalTrace),
  changes: pythonFile(changes),
  compare: pythonFile(compare),
  intervention: pythonFile(intervention),
  knockout: pythonFile(knockout),
  logitLens: pythonFile(logitLens),
  masks: pythonFile(masks),
  nnsight: pythonFile(nnsight),
  pathPatching: pythonFile(pathPatching),
  roles: pythonFile(roles),
  sweep: pythonFile(sweep),
  transformerLens: pythonFile(transformerLens),
};
