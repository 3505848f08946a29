/** Pictures in a strip; one of them is shown. One stop of the Tab key, arrow keys move. */
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { Pixels } from '../../model/picture';
import { movedTo } from '../../ui/oneStop';
import { pictureAddress } from './pixels';

interface GalleryProps {
  readonly pictures: readonly { readonly name: string; readonly seen: Pixels }[];
  readonly shown: number;
  readonly onShow: (index: number) => void;
}

/** More are counted, and shown as one moves. */
const MOST = 24;

export function Gallery({ pictures, shown, onShow }: GalleryProps) {
  const begin = Math.min(Math.max(0, shown - MOST / 2), Math.max(0, pictures.length - MOST));
  const part = pictures.slice(begin, begin + MOST);
  const key = (event: KeyboardEvent<HTMLElement>) => {
    const next = movedTo(event.key, shown, pictures.length);
    if (next === null) return;
    event.preventDefault();
    onShow(next);
  };
  return (
    <div className="gallery" role="radiogroup" aria-label="Pictures" data-testid="gallery" onKeyDown={key}>
      {part.map(({ name, seen }, i) => (
        <Entry
          key={begin + i}
          name={name}
          seen={seen}
          isShown={begin + i === shown}
          onShow={() => onShow(begin + i)}
        />
      ))}
      {pictures.length > MOST && <span className="small muted">{pictures.length} in all</span>}
    </div>
  );
}

interface EntryProps {
  readonly name: string;
  readonly seen: Pixels;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Entry({ name, seen, isShown, onShow }: EntryProps) {
  const button = useRef<HTMLButtonElement>(null);
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    image.current!.src = pictureAddress(seen);
  }, [seen]);
  useEffect(() => {
    const list = button.current!.parentElement!;
    // Only if the strip has the focus: a new picture is no reason to move it.
    if (isShown && list.contains(document.activeElement)) button.current!.focus();
  }, [isShown]);
  return (
    <button
      ref={button}
      type="button"
      role="radio"
      aria-checked={isShown}
      aria-label={name}
      title={name}
      tabIndex={isShown ? 0 : -1}
      onClick={onShow}
    >
      <img ref={image} alt="" width={32} height={32} />
    </button>
  );
}
