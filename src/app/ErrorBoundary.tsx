/** A picture that cannot be drawn says so; the rest of the page stays. */
import { Component, type ReactNode } from 'react';
import { messageOf } from './latest';

interface State {
  readonly message: string | null;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { message: null };

  static getDerivedStateFromError(error: unknown): State {
    return { message: messageOf(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <main className="results">
        <p className="error" role="alert">
          This finding cannot be drawn: {this.state.message}
        </p>
      </main>
    );
  }
}
