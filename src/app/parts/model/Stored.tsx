/** Models kept on this device: open or delete. */
import type { ModelSource } from '../../../engine/api';
import { Button } from '../../../ui/Button';
import { byteCount } from '../../../ui/format';
import { deleteStored, previewModel } from '../../actions/model';
import { useLoci, useStatus } from '../../context';
import { hubBase } from '../../hubBase';
import { storedModels } from './storedModels';

export function Stored({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const storage = useStatus((state) => state.storage);
  if (!storage || storage.files.length === 0) return null;
  return (
    <section className="model-list" aria-label="Kept on this device" data-testid="stored">
      <h2>Kept on this device</h2>
      <ul>
        {storedModels(storage.files).map(({ title, id, file, present, bytes, keys }) => (
          <li key={title}>
            <span className="model-list-name">{title}</span>
            <span className="small muted">
              {present < bytes ? `${byteCount(present)} of ${byteCount(bytes)}` : byteCount(bytes)}
            </span>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={`Look up ${title}`}
              onClick={() => void previewModel(loci, sourceOf(id, file))}
            >
              Look up
            </Button>
            <Button
              look="quiet"
              disabled={isBusy}
              aria-label={`Delete ${title} from this device`}
              onClick={() => void deleteStored(loci, keys)}
            >
              Delete
            </Button>
          </li>
        ))}
      </ul>
      {storage.usage !== null && storage.quota !== null && (
        <p className="small muted">
          {byteCount(storage.usage)} used of {byteCount(storage.quota)} that the browser allows.
        </p>
      )}
    </section>
  );
}

function sourceOf(id: string, file: string | null): ModelSource {
  const base = hubBase();
  return { kind: 'hub', id, ...(file === null ? {} : { file }), ...(base === '' ? {} : { base }) };
}
