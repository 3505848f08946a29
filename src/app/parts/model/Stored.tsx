/** Models of the hub that are kept on this device: reopen or delete them. */
import type { StoredFile } from '../../../engine/api';
import { megabytes } from '../../../ui/format';
import { deleteStored } from '../../actions/model';
import { useLoci, useStatus } from '../../context';

export function Stored({ isBusy }: { readonly isBusy: boolean }) {
  const loci = useLoci();
  const storage = useStatus((state) => state.storage);
  if (!storage || storage.files.length === 0) return null;
  return (
    <section className="model-stored" aria-label="Kept on this device" data-testid="stored">
      <h3 className="small muted">
        Kept on this device
        {storage.usage !== null &&
          storage.quota !== null &&
          ` (${megabytes(storage.usage)} of ${megabytes(storage.quota)} allowed)`}
      </h3>
      <ul>
        {byModel(storage.files).map(({ model, files }) => {
          const present = files.reduce((sum, file) => sum + file.present, 0);
          const whole = files.reduce((sum, file) => sum + file.bytes, 0);
          return (
            <li key={model}>
              <span>{model}</span>
              <span className="small muted">
                {present < whole ? `${megabytes(present)} of ${megabytes(whole)}` : megabytes(whole)}
              </span>
              <button
                type="button"
                className="button quiet"
                disabled={isBusy}
                aria-label={`Delete ${model} from this device`}
                onClick={() =>
                  void deleteStored(
                    loci,
                    files.map((file) => file.key),
                  )
                }
              >
                Delete
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function byModel(files: readonly StoredFile[]): { model: string; files: StoredFile[] }[] {
  const groups = new Map<string, StoredFile[]>();
  for (const file of files) groups.set(file.model, [...(groups.get(file.model) ?? []), file]);
  return [...groups].map(([model, own]) => ({ model, files: own }));
}
