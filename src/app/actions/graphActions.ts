/** Page actions requested by a node or an edge of the picture. */
import type { GraphAction } from '../../panels/graph/actions';
import { namedPlace } from '../../panels/selection';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import type { GraphFinding } from './graph';
import { measureNow } from './measureEdges';
import { chooseQuestion } from './question';

/** Attention and lens need a finding with one prompt. */
export function offersOf({ document }: GraphFinding): readonly GraphAction['type'][] {
  return document.cases.asked === 1 ? ['measure', 'attention', 'lens', 'ablate'] : ['measure', 'ablate'];
}

/** Returns where to look next: a test handle or label; null: stay. */
export async function actOnGraph(loci: Loci, action: GraphAction): Promise<string | null> {
  switch (action.type) {
    // The view holds the cuts.
    case 'cut':
    case 'restore':
      return null;
    case 'measure':
      await measureNow(loci, [action.edge]);
      return null;
    case 'attention':
      loci.view.setState({ head: { layer: action.layer, head: action.head } });
      return '[aria-label="Attention"]';
    case 'lens': {
      const document = currentFinding(loci.session.getState())?.document;
      const place = document && { row: document.tokens.length - 1, layer: action.layer };
      if (place) loci.view.setState({ locked: namedPlace(document, place) });
      return '[aria-label="Logit lens"]';
    }
    case 'ablate': {
      const unit = action.node.startsWith('a') ? 'attn_head_out_all_pos' : 'mlp_out';
      await chooseQuestion(loci, 'ablation', { units: [unit] });
      return '[aria-label="Question"]';
    }
  }
}
