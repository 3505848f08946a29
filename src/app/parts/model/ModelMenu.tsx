/** Which model is open, and how to open another: from the hub, from files, or from what is kept on this device. */
import { useState, type DragEvent } from 'react';
import { EMBEDDED } from '../../actions/boot';
import { loadStorage, openModel } from '../../actions/model';
import { useLoci, useStatus } from '../../context';
import { filesOfDrop } from '../../drop';
import { Menu } from '../Menu';
import { HubForm } from './HubForm';
import { LocalFiles, sourceOfFiles } from './LocalFiles';
import { OpenModel } from './OpenModel';
import { Opening } from './Opening';
import { Preview } from './Preview';
import { Stored } from './Stored';
import './model.css';

export function ModelMenu() {
  const loci = useLoci();
  const [open, setOpen] = useState(false);
  const model = useStatus((state) => state.model);
  const error = useStatus((state) => state.openError);
  const phase = useStatus((state) => state.phase);
  const isBusy = phase === 'loading' || phase === 'running' || phase === 'recovering';
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    const source = sourceOfFiles(await filesOfDrop(event.dataTransfer));
    if (source && !isBusy) void openModel(loci, source);
  };
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
          {model?.title ?? 'Atlas'}
          {error && <span className="error"> (problem)</span>}
        </>
      }
    >
      <div
        role="group"
        aria-label="Model"
        className="model"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => void drop(event)}
      >
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
        <Opening />
        {model && <OpenModel model={model} isBusy={isBusy} />}
        <hr />
        <HubForm isBusy={isBusy} />
        <Preview isBusy={isBusy} />
        <LocalFiles isBusy={isBusy} />
        <Stored isBusy={isBusy} />
        {model && model.id !== 'atlas' && (
          <button
            type="button"
            className="button"
            disabled={isBusy}
            onClick={() => void openModel(loci, EMBEDDED)}
          >
            Back to Atlas
          </button>
        )}
      </div>
    </Menu>
  );
}
