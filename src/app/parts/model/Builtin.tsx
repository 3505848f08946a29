/** The shipped models, except the open one. */
import { BUILTIN_MODELS } from '../../../load/builtin';
import { Button } from '../../../ui/Button';
import { openModel } from '../../actions/model';
import { useLoci, useStatus } from '../../context';

export function Builtin({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const open = useStatus(({ model }) => (model?.revision === 'builtin' ? model.id : null));
  return (
    <section className="model-list" aria-label="Comes with the page" data-testid="builtin">
      <h2>Comes with the page</h2>
      <ul>
        {BUILTIN_MODELS.filter(({ id }) => id !== open).map(({ id, title, about }) => (
          <li key={id}>
            <span className="model-list-name">{title}</span>
            <span className="small muted">{about}</span>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={`Open ${title}`}
              onClick={() => void openModel(loci, { kind: 'builtin', id })}
            >
              Open
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
