/** Whether the finding's net is open, and the way to it. */
import { useEffect } from 'react';
import { BUILTIN_NETS } from '../../../load/builtin';
import { isCommit, type ModelSource } from '../../../load/source';
import { Button } from '../../../ui/Button';
import { openNet } from '../../actions/net';
import { loadNetCatalogue } from '../../actions/netQuestion';
import { useLoci, useNet, useStatus } from '../../context';
import type { Finding } from '../../stores/session';

export function NetStale({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const { model } = finding.document;
  const isOpen = useNet(({ open }) => open?.sha256 === model.sha256);
  const isBusy = useNet(({ opening }) => opening !== null);
  const isRunning = useStatus(({ run }) => run !== null);
  // Its words are needed for a finding from a link, too.
  useEffect(() => void loadNetCatalogue(loci), [loci]);
  if (isOpen) return null;
  const source = sourceOf(model);
  return (
    <div className="stale">
      <p role="note" data-testid="other-model">
        This finding is about {model.title}, a net of pictures.
      </p>
      {source && (
        <Button
          look="link"
          data-testid="open-its-model"
          disabled={isBusy || isRunning}
          onClick={() => void openNet(loci, source)}
        >
          Open {model.title}
        </Button>
      )}
    </div>
  );
}

/** Null if only its reader's disk may hold it. */
function sourceOf({ id, revision }: Finding['document']['model']): ModelSource | null {
  if (revision === 'builtin')
    return BUILTIN_NETS.some((net) => net.id === id) ? { kind: 'builtin', id } : null;
  const [, name, file] = /^([\w.-]+\/[\w.-]+)(?:\/([\w./-]+\.onnx))?$/.exec(id) ?? [];
  if (name === undefined || !isCommit(revision)) return null;
  return { kind: 'hub', id: name, revision, ...(file !== undefined && { file }) };
}
