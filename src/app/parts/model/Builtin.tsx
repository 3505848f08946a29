/** The shipped models, except the open one. */
import { BUILTIN_MODELS, BUILTIN_NETS } from '../../../load/builtin';
import { Button } from '../../../ui/Button';
import { openModel } from '../../actions/model';
import { useLoci, useNet, useStatus } from '../../context';
import { closeNet, openNet } from '../../actions/net';

export function Builtin({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const net = useNet(({ open }) => open?.model.id ?? null);
  const open = useStatus(({ model }) => (model?.revision === 'builtin' && net === null ? model.id : null));
  const openModelHere = (id: string) => {
    closeNet(loci);
    void openModel(loci, { kind: 'builtin', id });
  };
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
              onClick={() => openModelHere(id)}
            >
              Open
            </Button>
          </li>
        ))}
        {BUILTIN_NETS.filter(({ id }) => id !== net).map(({ id, title, about }) => (
          <li key={id}>
            <span className="model-list-name">{title}</span>
            <span className="small muted">{about}</span>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={`Open ${title}`}
              onClick={() => void openNet(loci, { kind: 'builtin', id })}
            >
              Open
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
