/** The open model, and ways to open another: hub, files, or copies on this device. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { loadStorage, openModel } from '../../actions/model';
import { openFile } from '../../actions/share';
import type { Loci } from '../../loci';
import { useLoci, useNet, useStatus } from '../../context';
import { filesOfDrop, useFileDrop } from '../../drop';
import { Menu } from '../Menu';
import { lensFileOf, sourceOfFiles } from './localSource';
import './model.css';

// Not part of the first load.
const ModelSheet = lazy(async () => ({ default: (await import('./ModelSheet')).ModelSheet }));

/** Whether the files are a net, or pictures for the open one; both are then taken. */
async function dropNet(loci: Loci, files: readonly File[]): Promise<boolean> {
  const isNet = files.some(({ name }) => name.endsWith('.onnx'));
  const hasPictures = files.some(
    ({ name, type }) => type.startsWith('image/') || /\.(zip|p[gp]m)$/i.test(name),
  );
  if (!isNet && !hasPictures) return false;
  const { takeFiles } = await import('../../actions/net');
  await takeFiles(loci, files);
  return true;
}

export function ModelMenu() {
  const loci = useLoci();
  const [open, setOpen] = useState(false);
  const net = useNet((state) => state.opening ?? state.open?.title ?? null);
  const language = useStatus((state) => state.model?.title ?? state.awaited);
  const title = net ?? language;
  const openError = useStatus((state) => state.openError);
  const netError = useNet((state) => (state.open === null ? state.error : null));
  const error = openError ?? netError;
  const phase = useStatus((state) => state.phase);
  // A trace may run while a model loads, so the phase does not tell.
  const isOpening = useStatus((state) => state.opening !== null);
  const isBusy = isOpening || phase === 'running' || phase === 'recovering';
  const [isOver, setOver] = useState(false);
  // A finding may ask for its model's cost.
  const isLooking = useStatus((state) => state.preview?.state === 'looking');
  useEffect(() => {
    if (isLooking) setOpen(true);
  }, [isLooking]);
  // A lone JSON file is a finding or a question; a model has more files.
  const drop = async (data: DataTransfer) => {
    const files = await filesOfDrop(data);
    if (files.length === 1 && /\.(json|csv)$/.test(files[0]!.name)) {
      await openFile(loci, files[0]!.name, files[0]!);
      return;
    }
    const lens = lensFileOf(files);
    if (lens) {
      const { openLensFile } = await import('../../actions/jacobian');
      if (!(await openLensFile(loci, lens))) setOpen(true);
      return;
    }
    if (await dropNet(loci, files)) {
      setOpen(loci.net.getState().error !== null);
      return;
    }
    const source = sourceOfFiles(files);
    if (!source || isBusy) return;
    setOpen(true);
    void openModel(loci, source);
  };
  useFileDrop(setOver, (data) => void drop(data));
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
      <Suspense fallback={null}>
        <ModelSheet isBusy={isBusy} isOver={isOver} />
      </Suspense>
    </Menu>
  );
}
