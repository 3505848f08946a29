/** Error boundaries: a part that fails to render says so; the rest of the page stays. */
import { Button } from '../ui/Button';
import { Component, type ComponentType, type ReactNode, useEffect } from 'react';
import { documentToText } from '../share/file';
import { useFinding, useLoci } from './context';
import { download } from './download';

interface Props {
  /** Name of the part in the message. */
  readonly name: string;
  readonly children: ReactNode;
}

interface State {
  readonly failed: boolean;
}

class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <Failed name={this.props.name} onRetry={() => this.setState({ failed: false })} />;
  }
}

interface FailedProps {
  readonly name: string;
  readonly onRetry: () => void;
}

/** Retries when another finding, selection or question may render. */
function Failed({ name, onRetry }: FailedProps) {
  const loci = useLoci();
  const finding = useFinding();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one retry per change, whatever the parent makes anew.
  useEffect(() => {
    const stops = [loci.session, loci.view, loci.draft].map((store) => store.subscribe(onRetry));
    return () => {
      for (const stop of stops) stop();
    };
  }, [loci]);
  const save = () => {
    const text = documentToText(finding!.document);
    download('loci-document.json', new Blob([text], { type: 'application/json' }));
  };
  return (
    <section className="note" role="alert" data-testid="failed-part">
      <span className="error">The {name} cannot be drawn.</span>{' '}
      {finding && (
        <Button small onClick={save}>
          Download the document
        </Button>
      )}
    </section>
  );
}

type Parts = Readonly<Record<string, ComponentType<never>>>;

/** Wraps each component in its own boundary, named after it: QuestionBar is 'question bar'. */
export function guarded<P extends Parts>(parts: P): P {
  const entries = Object.entries(parts).map(([key, part]) => {
    const Part = part as ComponentType<object>;
    const name = key.replace(/(?!^)[A-Z]/g, ' $&').toLowerCase();
    // biome-ignore lint/correctness/noComponentHookFactories: called once per module, at its top level.
    const Guarded = (props: object) => (
      <ErrorBoundary name={name}>
        <Part {...props} />
      </ErrorBoundary>
    );
    return [key, Guarded] as const;
  });
  return Object.fromEntries(entries) as unknown as P;
}
