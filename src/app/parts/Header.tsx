/** The first row: model, status, run, share. */
import type { ReactNode } from 'react';
import { Button } from '../../ui/Button';
import { useStatus, useView, useLoci } from '../context';
import { statusText } from '../statusText';
import { HelpDialog } from './HelpDialog';
import { ModelMenu } from './model/ModelMenu';
import { VerifiedBadge } from './model/VerifiedBadge';
import { RunControls } from './RunControls';
import { ShareControls } from './ShareControls';

/** `children`: beside the model. */
export function Header({ children }: { readonly children: ReactNode }) {
  const status = useStatus(statusText);
  const phase = useStatus((state) => (state.gpuMissing === null ? state.phase : 'limited'));
  return (
    <header className="header">
      <h1>Loci</h1>
      <ModelMenu />
      {children}
      <VerifiedBadge />
      <span role="status" data-testid="status" className="small status" data-phase={phase} title={status}>
        {status}
      </span>
      <RunControls />
      <div className="header-tools">
        <ShareControls />
        <ThemeToggle />
        <HelpDialog />
      </div>
    </header>
  );
}

function ThemeToggle() {
  const loci = useLoci();
  const theme = useView((state) => state.theme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      look="icon"
      data-testid="theme-toggle"
      aria-label={`Switch to ${other} colours`}
      title={`Switch to ${other} colours`}
      onClick={() => loci.view.setState({ theme: other })}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </Button>
  );
}
