/** Opening and verifying models. */
import type { ModelSource } from '../../engine/api';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { completeQuestion } from './findings';
import { loadReadings } from './readings';

/** Opens a model; the finding that is shown stays, the question in the editor is checked against the new model. */
export async function openModel(loci: Loci, source: ModelSource): Promise<void> {
  const isCurrent = loci.latest.model();
  loci.status.setState({
    phase: 'loading',
    opening: { loadedBytes: 0, totalBytes: null, doing: 'opening' },
    openError: null,
    verified: null,
  });
  try {
    const model = await loci.engine.open(source, (opening) => {
      if (isCurrent()) loci.status.setState({ opening });
    });
    if (!isCurrent()) return;
    const changed = loci.status.getState().model !== null;
    const environment = await loci.engine.environment();
    loci.status.setState({ phase: 'ready', model, environment, opening: null });
    if (changed) loci.draft.setState(({ draft }) => ({ draft: { ...draft, bos: model.bos } }));
    await Promise.all([completeQuestion(loci), loadReadings(loci)]);
  } catch (error) {
    if (!isCurrent()) return;
    const { model } = loci.status.getState();
    loci.status.setState({ phase: model ? 'ready' : 'failed', opening: null, openError: messageOf(error) });
  }
}

/** Compares every hook site on the prompt in the editor with the float64 reference. */
export async function verifyModel(loci: Loci): Promise<void> {
  loci.status.setState({ verified: { state: 'running' } });
  try {
    const { tokens } = loci.draft.getState();
    const errors = await loci.engine.verify(tokens.map((token) => token.id));
    const worst = errors.reduce((a, b) => (b.relative > a.relative ? b : a));
    loci.status.setState({
      verified: { state: 'done', relative: worst.relative, site: worst.site, sites: errors.length },
    });
  } catch (error) {
    loci.status.setState({ verified: { state: 'failed', message: messageOf(error) } });
  }
}
