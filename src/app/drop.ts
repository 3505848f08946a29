/** Files dropped anywhere on the page; by default the browser would navigate to them. */
import { useEffect, useRef } from 'react';
import { append } from '../util/lists';

/** Reports files dragged over the page, and dropped. */
export function useFileDrop(onOver: (isOver: boolean) => void, onDrop: (data: DataTransfer) => void): void {
  const latest = useRef({ onOver, onDrop });
  latest.current = { onOver, onDrop };
  useEffect(() => {
    const over = (event: DragEvent) => {
      // Tokens and text can be dragged too.
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      latest.current.onOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) latest.current.onOver(false);
    };
    const drop = (event: DragEvent) => {
      latest.current.onOver(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      latest.current.onDrop(event.dataTransfer);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, []);
}

/** The files of a drop; folders are opened one level deep. */
export async function filesOfDrop(data: DataTransfer): Promise<File[]> {
  // Before the first await: the browser empties the drop afterwards.
  const lists = [...data.items].map((item) => {
    const entry = item.webkitGetAsEntry();
    if (entry) return filesOf(entry);
    const file = item.getAsFile();
    return Promise.resolve(file ? [file] : []);
  });
  return (await Promise.all(lists)).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const inside = await entriesOf(entry as FileSystemDirectoryEntry);
  const files = inside.filter((child) => child.isFile) as FileSystemFileEntry[];
  return Promise.all(
    files.map(async (child) => {
      // Only picked folders give paths; the folder names the model.
      const value = `${entry.name}/${child.name}`;
      return Object.defineProperty(await fileOf(child), 'webkitRelativePath', { value });
    }),
  );
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A reader returns a directory in batches; an empty one is the end. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return all;
    append(all, batch);
  }
}
