/** Says that a new build is ready. It lies over the page, so nothing moves. */
import { Button } from '../../ui/Button';
import { useLoci, useStatus } from '../context';
import './update.css';

export function UpdateNote() {
  const loci = useLoci();
  const reload = useStatus((state) => state.newVersion);
  return (
    <div role="status" className="update" data-testid="update">
      {reload && (
        <p className="update-line small">
          A new version is ready.{' '}
          <Button look="link" onClick={reload}>
            Reload
          </Button>{' '}
          <Button look="link" onClick={() => loci.status.setState({ newVersion: null })}>
            Later
          </Button>
        </p>
      )}
    </div>
  );
}
