/** Copies the link, exports files. */
import { useEffect, useRef, useState } from 'react';
import type { ExportFormat as ForeignFormat } from '../../share/exportFormat';
import { exportText, linkOf, openFile, type ExportFormat } from '../actions/share';
import { Button } from '../../ui/Button';
import { FileButton } from '../../ui/FileButton';
import { fileStem } from '../../util/code/fileName';
import { CUT_BY_CHATS, kindsOf } from '../../share/kinds';
import { useFinding, useLoci, useView } from '../context';
import { download, svgToPng } from '../download';
import { messageOf } from '../latest';
import type { Finding } from '../stores/session';
import type { Copied } from '../stores/view';
import { Menu } from './Menu';

const TYPES: Record<ExportFormat, string> = {
  json: 'application/json',
  csv: 'text/csv',
  svg: 'image/svg+xml',
};

const NAMES = {
  json: 'JSON, everything',
  csv: 'CSV, one row per cell',
  svg: 'SVG, the picture',
  png: 'PNG, the picture',
} as const;

const TOLD: Record<Copied['what'], string> = {
  whole: 'The whole finding',
  smaller: 'One map, fewer digits, no ranges',
  frame: 'A frame for a web page',
};

async function textOf(what: Copied['what']) {
  if (what === 'frame') return (await import('../actions/embed')).embedCodeOf;
  return what === 'smaller' ? (await import('../actions/smallerLink')).smallerLinkOf : linkOf;
}

export function ShareControls() {
  const loci = useLoci();
  const finding = useFinding();
  const link = useView((state) => state.link);
  const error = useView((state) => state.shareError);
  const [open, setOpen] = useState(false);
  const foreign = useForeignFormats(open ? finding : null);

  // The link's sheet covers what is below it: it closes with the next click outside.
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!link) return;
    const close = ({ target }: PointerEvent) => {
      if (!box.current!.contains(target as Node)) loci.view.setState({ link: null });
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [loci, link]);

  // One sheet at a time: the menu covers the link.
  const openMenu = (isOpen: boolean) => {
    setOpen(isOpen);
    if (isOpen) loci.view.setState({ link: null });
  };

  /** Closes the menu, and shows a failure. */
  const attempt = async (action: () => unknown) => {
    setOpen(false);
    try {
      await action();
      loci.view.setState({ shareError: null });
    } catch (failure) {
      loci.view.setState({ shareError: messageOf(failure) });
    }
  };

  const copy = (what: Copied['what']) =>
    attempt(async () => {
      const url = (await textOf(what))(loci, location.href);
      if (url === null) return;
      const write = async () => navigator.clipboard.writeText(url);
      // Without clipboard permission, shows the link for copying.
      const copied = await write().then(
        () => true,
        () => false,
      );
      loci.view.setState({ link: { url, copied, what } });
    });

  const save = (format: ExportFormat | 'png') =>
    attempt(async () => {
      const text = await exportText(loci, finding!, format === 'png' ? 'svg' : format);
      const content = format === 'png' ? await svgToPng(text) : new Blob([text], { type: TYPES[format] });
      download(`loci-${nameOf(finding!)}.${format}`, content);
    });

  const saveForeign = ({ fileName, content }: ForeignFormat) =>
    attempt(() => {
      // A copy: Blob refuses views of shared buffers.
      const file = content();
      download(fileName, new Blob([typeof file === 'string' ? file : new Uint8Array(file)]));
    });

  return (
    <div ref={box} className="share">
      <Button data-testid="copy-link" disabled={!finding} onClick={() => void copy('whole')}>
        {link?.copied ? 'Link copied' : 'Copy link'}
      </Button>
      <Menu label="Export" open={open} onOpen={openMenu} align="right">
        <div className="menu-list">
          {(Object.keys(NAMES) as (keyof typeof NAMES)[]).map((format) => (
            <button
              key={format}
              type="button"
              data-testid={`export-${format}`}
              disabled={!finding}
              onClick={() => void save(format)}
            >
              {NAMES[format]}
            </button>
          ))}
          <button
            type="button"
            data-testid="copy-embed"
            disabled={!finding}
            onClick={() => void copy('frame')}
          >
            Copy embed code
          </button>
          {foreign.map((format) => (
            <button
              key={format.id}
              type="button"
              data-testid={`export-${format.id}`}
              onClick={() => void saveForeign(format)}
            >
              {format.label}
            </button>
          ))}
          <FileButton
            label="Open a finding, a spec, a circuit or a task set"
            className="menu-file"
            accept=".json,.csv,application/json,text/csv"
            onFiles={async ([file]) => {
              if (file) await openFile(loci, file.name, file);
              setOpen(false);
            }}
          />
        </div>
      </Menu>
      {link && (
        <div className="share-link">
          <label className="labelled">
            <span>
              {TOLD[link.what]} in {link.url.length.toLocaleString('en-US')} characters
              {link.copied ? ', copied' : ': copy it from here'}
            </span>
            <input
              className="field"
              data-testid="link-url"
              readOnly
              value={link.url}
              onFocus={(event) => event.target.select()}
            />
          </label>
          {link.what !== 'frame' && link.url.length > CUT_BY_CHATS && (
            <p className="small muted" data-testid="link-long">
              Some chats cut links above {CUT_BY_CHATS.toLocaleString('en-US')} characters.
            </p>
          )}
          {link.url.length > CUT_BY_CHATS &&
            link.what === 'whole' &&
            finding &&
            kindsOf(finding.document).length > 0 && (
              <Button
                data-testid="copy-smaller-link"
                title="One map instead of all, fewer digits, without ranges and intervals"
                onClick={() => void copy('smaller')}
              >
                Copy a smaller one
              </Button>
            )}
          <Button look="quiet" onClick={() => loci.view.setState({ link: null })}>
            Close
          </Button>
        </div>
      )}
      {error && (
        <p className="error small share-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Export formats, known once the menu opens and loads them. */
function useForeignFormats(finding: Finding | null): readonly ForeignFormat[] {
  const [formats, setFormats] = useState<readonly ForeignFormat[]>([]);
  const document = finding?.document;
  useEffect(() => {
    if (!document) return setFormats([]);
    let isCurrent = true;
    void import('../../share/exportFormats').then(({ exportFormats }) => {
      if (isCurrent) setFormats(exportFormats(document).filter(({ id }) => id !== 'csv'));
    });
    return () => {
      isCurrent = false;
    };
  }, [document]);
  return formats;
}

function nameOf({ document }: Finding): string {
  const kind = fileStem(document.kind, 'finding');
  return document.answer ? fileStem(document.answer.token.trim(), kind) : kind;
}
