/**
 * WebGPU in Node, from the `webgpu` package (Dawn). The process has to be ended explicitly: the object keeps it
 * alive. Which driver is found depends on the environment (VK_ICD_FILENAMES, LD_LIBRARY_PATH), set by whoever
 * starts the process.
 */

/** Dawn's instance dies with this object, also under a device in use: one reference stays. */
let instance: GPU | undefined;

/**
 * Node's counterpart of `navigator.gpu`; also defines WebGPU's global names (GPUBufferUsage and so on).
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

/** Milliseconds between two looks at whether the GPU is done. */
const LOOK_EVERY = 1;

/**
 * While something is under way, Dawn looks for its end by `setImmediate`, over and over: a whole core spent on asking, which
 * a software adapter needs for the work itself. Its callbacks, which are native, are called a little later instead.
 */
function waitPatiently(): void {
  const now = globalThis.setImmediate;
  if ('isPatient' in now) return;
  const isNative = (fn: unknown) => /\[native code\]\s*}$/.test(Function.prototype.toString.call(fn));
  const patient = (fn: (...args: unknown[]) => void, ...args: unknown[]) =>
    isNative(fn) ? setTimeout(fn, LOOK_EVERY, ...args) : now(fn, ...args);
  globalThis.setImmediate = Object.assign(patient, now, { isPatient: true }) as unknown as typeof now;
}
