/** Which model is open, and how to open another: from the hub, from files, or from what is kept on this device. */
import { useEffect, useRef, useState } from 'react';
import { loadStorage, openModel } from '../../actions/model';
import { openFile } from '../../actions/share';
import { useLoci, useStatus } from '../../context';
import { filesOfDrop, useFileDrop } from '../../drop';
import { Menu } from '../Menu';
import { Builtin } from './Builtin';
import { HubForm } from './HubForm';
import { LocalFiles } from './LocalFiles';
import { sourceOfFiles } from './localSource';
import { OpenModel } from './OpenModel';
import { Opening } from './Opening';
import { Preview } from './Preview';
import { Stored } from './Stored';
import './model.css';

export function ModelMenu() {
  const loci = useLoci();
  const [open, setOpen] = useState(false);
  const model = useStatus((state) => state.model);
  const title = useStatus((state) => state.model?.title ?? state.awaited);
  const error = useStatus((state) => state.openError);
  const preview = useStatus((state) => state.preview);
  const phase = useStatus((state) => state.phase);
  // A trace may run while another model is being fetched, so the phase alone does not tell.
  const isOpening = useStatus((state) => state.opening !== null);
  const isBusy = isOpening || phase === 'running' || phase === 'recovering';
  const [isOver, setOver] = useState(false);
  // One JSON file is an exported finding or a question; a model has more than its config.json.
  const drop = async (data: DataTransfer) => {
    const files = await filesOfDrop(data);
    if (files.length === 1 && /\.(json|csv)$/.test(files[0]!.name)) {
      await openFile(loci, files[0]!.name, files[0]!);
      return;
    }
    const source = sourceOfFiles(files);
    if (!source || isBusy) return;
    setOpen(true);
    void openModel(loci, source);
  };
  useFileDrop(setOver, (data) => void drop(data));
  // What was asked for may lie below the edge of the sheet: a look-up from the list of kept models, say.
  const shown = error ?? (preview?.state === 'known' ? preview.info : isOpening);
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) outcome.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <Menu
      testId="model-menu"
      open={open}
      onOpen={(opened) => {
        setOpen(opened);
        if (opened) void loadStorage(loci);
      }}
      label={
        <>
          <span className="model-title" data-testid="model-title">
            {title}
          </span>
          {error && <span className="error"> (problem)</span>}
        </>
      }
    >
      <div role="group" aria-label="Model" className={isOver ? 'model is-over' : 'model'}>
        {model && <OpenModel model={model} isBusy={isBusy} />}
        <section className="model-another" aria-label="Open another model">
          <h3>Open another model</h3>
          <HubForm isBusy={isBusy}>
            <div ref={outcome} className="model-outcome">
              {error && (
                <p className="error small" role="alert" data-testid="model-error">
                  {error}
                </p>
              )}
              {isOpening ? <Opening /> : <Preview isBusy={isBusy} />}
            </div>
          </HubForm>
          <LocalFiles isBusy={isBusy} />
        </section>
        <Builtin isBusy={isBusy} />
        <Stored isBusy={isBusy} />
      </div>
    </Menu>
  );
}
