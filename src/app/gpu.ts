/** Why this browser cannot run the model, in one sentence; null if it can. */
export async function missingGpu(): Promise<string | null> {
  if (!navigator.gpu) {
    return isSecureContext
      ? 'This browser has no WebGPU, so nothing can be run here. Chrome or Edge 113, Safari 26 and Firefox 141 have it.'
      : 'WebGPU needs https or localhost, so nothing can be run at this address.';
  }
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (adapter) return null;
  } catch {
    // A blocked adapter and a missing one need the same advice.
  }
  return 'This browser has WebGPU but found no graphics adapter, so nothing can be run here. Update the graphics driver, or allow a software adapter.';
}
