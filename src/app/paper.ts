/**
 * Canvases on paper. Chromium prints an empty canvas if it was painted since the last frame, as in
 * other colours or for another width. A bitmap that was handed to a canvas is printed.
 */

/** Puts such copies in place of what is drawn on canvases, and returns what takes them away. */
export function copyCanvases(): () => void {
  const undo = Array.from(document.querySelectorAll('canvas'), (canvas) => {
    const { width, height } = canvas;
    if (width === 0 || height === 0) return () => undefined;
    const bitmap = new OffscreenCanvas(width, height);
    bitmap.getContext('2d')!.drawImage(canvas, 0, 0);
    const copy = canvas.cloneNode() as HTMLCanvasElement;
    copy.getContext('bitmaprenderer')!.transferFromImageBitmap(bitmap.transferToImageBitmap());
    canvas.after(copy);
    canvas.hidden = true;
    return () => {
      copy.remove();
      canvas.hidden = false;
    };
  });
  return () => {
    for (const one of undo) one();
  };
}
