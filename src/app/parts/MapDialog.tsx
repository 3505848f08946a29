/** The map of experiments (Mueller et al. 2025), mediators by searches. A cell asks. */
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { chooseQuestion } from '../actions/question';
import { type Catalogue, emptyReason, inCell, MEDIATORS, SEARCH_NAMES, SEARCHES } from '../catalogue';
import { useLoci, useStatus } from '../context';
import type { About, Mediator, Search } from '../../experiments/experiment';

export function MapDialog({ onClose }: { readonly onClose: () => void }) {
  const catalogue = useStatus((state) => state.catalogue) ?? [];
  return (
    <Dialog title="Map of experiments" className="map" testId="map" onClose={onClose}>
      <p className="muted small">
        Down: the part of the model that is varied. Across: how parts are searched. After Mueller et al.,{' '}
        <a href="https://arxiv.org/abs/2408.01416">The quest for the right mediator</a>.
      </p>
      <div className="map-scroll">
        <table>
          <thead>
            <tr>
              <td />
              {SEARCHES.map((search) => (
                <th key={search} scope="col" className="left">
                  {SEARCH_NAMES[search]} <span className="small">({search})</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {MEDIATORS.map((mediator) => (
              <tr key={mediator}>
                <th scope="row">{mediator}</th>
                {SEARCHES.map((search) => (
                  <MapCell key={search} {...{ catalogue, mediator, search, onClose }} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}

interface MapCellProps {
  readonly catalogue: Catalogue;
  readonly mediator: Mediator;
  readonly search: Search;
  readonly onClose: () => void;
}

function MapCell({ catalogue, mediator, search, onClose }: MapCellProps) {
  const loci = useLoci();
  const found = inCell(catalogue, mediator, search);
  if (found.length === 0)
    return <td className="map-empty small">{emptyReason(catalogue, mediator, search)}</td>;
  return (
    <td>
      {found.map(({ kind, about }) => (
        <Button
          key={kind}
          look="link"
          title={about.asks}
          onClick={() => {
            onClose();
            void chooseQuestion(loci, kind, startIn(about, mediator, search));
          }}
        >
          {search === 'gradient' && about.byGradient ? `${about.title}, estimated` : about.title}
        </Button>
      ))}
    </td>
  );
}

/** The option values of a cell; undefined: those that the form begins with. */
function startIn(
  { starts, byGradient }: About,
  mediator: Mediator,
  search: Search,
): Readonly<Record<string, unknown>> | undefined {
  const own = starts?.[mediator];
  return search === 'gradient' && byGradient ? { ...own, ...byGradient } : own;
}
