/** Shows the picture that a button belongs to in full screen, or leaves it; so does Escape. */
import './fullScreen.css';

/** `of`: selects the picture among what holds the button. */
export function FullScreen({ of }: { readonly of: string }) {
  if (!globalThis.document?.fullscreenEnabled) return null;
  return (
    <button
      type="button"
      className="link-button full-screen"
      aria-label="Full screen"
      title="Full screen"
      onClick={({ currentTarget }) => {
        const isOn = document.fullscreenElement !== null;
        // A refusal (a frame, a policy) leaves the page as it is.
        const done = isOn ? document.exitFullscreen() : currentTarget.closest(of)?.requestFullscreen();
        done?.catch(() => undefined);
      }}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path d="M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
    </button>
  );
}
