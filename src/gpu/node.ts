/**
 * WebGPU in Node, from the `webgpu` package (Dawn). It keeps the process alive, so the process must
 * exit explicitly. The environment selects the driver (VK_ICD_FILENAMES, LD_LIBRARY_PATH).
 */

/** Dawn's instance dies with this object, even under a device in use, so it is kept here. */
let instance: GPU | undefined;

/**
 * Node's counterpart of `navigator.gpu`; also defines WebGPU's global names (GPUBufferUsage and so
 * on).
 * @throws Error if the package's binary does not load on this system.
 */
export async function nodeGpu(): Promise<GPU> {
  const dawn = await import('webgpu').catch((error: unknown) => {
    throw new Error("gpu: the 'webgpu' package does not load on this system. Use --engine reference.", {
      cause: error,
    });
  });
  Object.assign(globalThis, dawn.globals);
  waitPatiently();
  instance ??= dawn.create([]);
  return instance;
}

/** Milliseconds between two checks whether the GPU is done. */
const LOOK_EVERY = 1;

/**
 * While work is pending, Dawn polls by `setImmediate`, which keeps a whole core busy that a
 * software adapter needs for the work itself. Delays its native callbacks slightly instead.
 */
function waitPatiently(): void {
  const now = globalThis.setImmediate;
  if ('isPatient' in now) return;
  const isNative = (fn: unknown) => /\[native code\]\s*}$/.test(Function.prototype.toString.call(fn));
  const patient = (fn: (...args: unknown[]) => void, ...args: unknown[]) =>
    isNative(fn) ? setTimeout(fn, LOOK_EVERY, ...args) : now(fn, ...args);
  globalThis.setImmediate = Object.assign(patient, now, { isPatient: true }) as unknown as typeof now;
}
